import { accept } from './accept.ts';
import { assign } from './assign.ts';
import { cancel } from './cancel.ts';
import { ccxml } from './ccxml.ts';
import { createcall } from './createcall.ts';
import { createccxml } from './createccxml.ts';
import { createconference } from './createconference.ts';
import { destroyconference } from './destroyconference.ts';
import { dialogprepare } from './dialogprepare.ts';
import { dialogstart } from './dialogstart.ts';
import { dialogterminate } from './dialogterminate.ts';
import { disconnect } from './disconnect.ts';
import type { ElementDefinition } from './element.ts';
import { elseElement } from './else.ts';
import { elseif } from './elseif.ts';
import { eventprocessor } from './eventprocessor.ts';
import { exit } from './exit.ts';
import { fetchElement } from './fetch.ts';
import { goto } from './goto.ts';
import { ifElement } from './if.ts';
import { join } from './join.ts';
import { log } from './log.ts';
import { merge } from './merge.ts';
import { meta } from './meta.ts';
import { metadata } from './metadata.ts';
import { move } from './move.ts';
import { redirect } from './redirect.ts';
import { reject } from './reject.ts';
import { script } from './script.ts';
import { send } from './send.ts';
import { transition } from './transition.ts';
import { unjoin } from './unjoin.ts';
import { variable } from './var.ts';

const all = [
  accept, assign, cancel, ccxml, createcall, createccxml, createconference, destroyconference, dialogprepare, dialogstart,
  dialogterminate, disconnect, elseElement, elseif, eventprocessor, exit, fetchElement, goto, ifElement, join, log, merge, meta, metadata,
  move, redirect, reject, script, send, transition, unjoin, variable,
];

/** Every element of the language by its tag. Adding one is a file and a line here. */
export const elements: ReadonlyMap<string, ElementDefinition> = new Map(all.map((e) => [e.tag, e as unknown as ElementDefinition]));

/** What may stand in a transition, an `<if>`, and (where marked) directly below `<ccxml>`. */
export const executableTags: ReadonlySet<string> = new Set(all.filter((e) => e.execute !== undefined || e.perform !== undefined).map((e) => e.tag));
export const initialTags: ReadonlySet<string> = new Set(['var', 'assign', 'script', 'log', 'if']);
