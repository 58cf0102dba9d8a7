import { choice } from '../dialogs/choice.ts';
import { form } from '../dialogs/form.ts';
import { menu } from '../dialogs/menu.ts';
import { catchElement } from '../events/catch.ts';
import { error } from '../events/error.ts';
import { help } from '../events/help.ts';
import { noinput } from '../events/noinput.ts';
import { nomatch } from '../events/nomatch.ts';
import { assign } from '../executable/assign.ts';
import { clear } from '../executable/clear.ts';
import { data } from '../executable/data.ts';
import { disconnect } from '../executable/disconnect.ts';
import { elseElement } from '../executable/else.ts';
import { elseif } from '../executable/elseif.ts';
import { exit } from '../executable/exit.ts';
import { foreach } from '../executable/foreach.ts';
import { goto } from '../executable/goto.ts';
import { ifElement } from '../executable/if.ts';
import { log } from '../executable/log.ts';
import { prompt } from '../executable/prompt.ts';
import { reprompt } from '../executable/reprompt.ts';
import { returnElement } from '../executable/return.ts';
import { script } from '../executable/script.ts';
import { submit } from '../executable/submit.ts';
import { throwElement } from '../executable/throw.ts';
import { varElement } from '../executable/var.ts';
import { filled } from '../fia/filled.ts';
import { block } from '../form-items/block.ts';
import { field } from '../form-items/field.ts';
import { initial } from '../form-items/initial.ts';
import { object } from '../form-items/object.ts';
import { option } from '../form-items/option.ts';
import { param } from '../form-items/param.ts';
import { record } from '../form-items/record.ts';
import { subdialog } from '../form-items/subdialog.ts';
import { transfer } from '../form-items/transfer.ts';
import { audio } from '../prompts/audio.ts';
import { breakElement } from '../prompts/break.ts';
import { enumerate } from '../prompts/enumerate.ts';
import { mark } from '../prompts/mark.ts';
import { speechMarkupElements } from '../prompts/speech-markup.ts';
import { value } from '../prompts/value.ts';
import type { AnyElement } from './element-definition.ts';
import { grammar } from './grammar.ts';
import { link } from './link.ts';
import { meta } from './meta.ts';
import { metadata } from './metadata.ts';
import { property } from './property.ts';
import { vxml } from './vxml.ts';

/** Every element of VoiceXML 2.1, one line each. Grammar content belongs to SRGS and is not listed. */
export const registry: ReadonlyMap<string, AnyElement> = new Map(
  ([
    vxml, meta, metadata, property, link, grammar,
    form, menu, choice,
    block, field, initial, object, option, param, record, subdialog, transfer, filled,
    catchElement, error, help, noinput, nomatch,
    assign, clear, data, disconnect, elseElement, elseif, exit, foreach, goto, ifElement, log, prompt, reprompt, returnElement, script, submit, throwElement, varElement,
    audio, breakElement, enumerate, mark, value, ...speechMarkupElements,
  ] as readonly AnyElement[]).map((d) => [d.tag, d]),
);
