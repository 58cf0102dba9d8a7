import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { PlatformEvent } from '../../../src/ccxml/platform.ts';
import type { SimulatedDialogs } from '../../../src/ccxml/simulation/simulated-dialogs.ts';
import type { Clock, Timer } from '../../../src/kernel/clock.ts';
import type { DialogId } from '../../../src/kernel/ids.ts';
import { accepted, refused } from '../../../src/kernel/result.ts';
import { parseXml } from '../../../src/xml/parse-xml.ts';
import { attributeOf, childElements, type XmlElement } from '../../../src/xml/xml-tree.ts';

interface Running {
  readonly id: DialogId;
  readonly root: XmlElement;
  started: boolean;
  wanted: { readonly name: string; readonly length: number } | undefined;
  digits: string;
  timers: Timer[];
}

const types = new Set(['application/voicexml+xml', 'text/vxml', 'application/xml', 'text/xml']);

/**
 * A stand-in for a VoiceXML interpreter, for the helper dialogs of this suite alone: <var>, <block>, <prompt>, <exit namelist>, one
 * digit field and <transfer>. It goes when the suite runs its dialogs through the VoiceXML interpreter.
 */
export function dialogSimulator(clock: Clock) {
  return (sink: (event: PlatformEvent) => void): SimulatedDialogs => {
    const running = new Map<DialogId, Running>();
    const load = (id: DialogId, src: string, type: string): Running | string => {
      if (!types.has(type)) return `dialogs of type ${type} are not supported`;
      let text: string;
      try {
        text = readFileSync(fileURLToPath(src), 'utf8');
      } catch {
        return `${src} cannot be read`;
      }
      const parsed = parseXml(text, src);
      if (!parsed.ok) return parsed.error.message;
      return { id, root: parsed.value.root, started: false, wanted: undefined, digits: '', timers: [] };
    };
    const end = (dialog: Running, event: PlatformEvent): void => {
      if (!running.delete(dialog.id)) return;
      for (const timer of dialog.timers) timer.cancel();
      sink(event);
    };
    const exit = (dialog: Running, values: Readonly<Record<string, unknown>>): void => end(dialog, { name: 'dialog.exit', dialog: dialog.id, values });
    const variables = (root: XmlElement): Record<string, unknown> => Object.fromEntries(childElements(root).filter((e) => e.localName === 'var').map((e) => [attributeOf(e, 'name') ?? '', JSON.parse((attributeOf(e, 'expr') ?? 'null').replace(/'/g, '"')) as unknown]));
    const later = (dialog: Running, ms: number, task: () => void): void => void dialog.timers.push(clock.after(ms, task));
    const begin = (dialog: Running): void => {
      dialog.started = true;
      sink({ name: 'dialog.started', dialog: dialog.id });
      const form = childElements(dialog.root).find((e) => e.localName === 'form');
      const item = form === undefined ? undefined : childElements(form)[0];
      if (item?.localName === 'field') {
        const length = Number(/length=(\d+)/.exec(attributeOf(item, 'type') ?? '')?.[1] ?? 1);
        dialog.wanted = { name: attributeOf(item, 'name') ?? '', length };
        const prompt = childElements(item).find((e) => e.localName === 'prompt');
        const timeout = Number(/^(\d+)s$/.exec((prompt === undefined ? undefined : attributeOf(prompt, 'timeout')) ?? '5s')?.[1] ?? 5) * 1000;
        later(dialog, timeout, () => exit(dialog, {}));
      } else if (item?.localName === 'transfer') {
        later(dialog, 20, () => sink({ name: 'dialog.transfer', dialog: dialog.id, type: attributeOf(item, 'type') ?? 'blind', uri: attributeOf(item, 'dest') ?? '', values: {} }));
      } else {
        const last = item === undefined ? undefined : childElements(item).find((e) => e.localName === 'exit');
        const known = variables(dialog.root);
        const names = (last === undefined ? '' : attributeOf(last, 'namelist') ?? '').split(/\s+/).filter((n) => n !== '');
        later(dialog, 100, () => exit(dialog, Object.fromEntries(names.map((n) => [n, known[n]]))));
      }
    };
    return {
      prepare: (command) => {
        const loaded = load(command.dialog, command.src, command.type);
        clock.after(10, () => {
          if (typeof loaded === 'string') return sink({ name: 'dialog.failed', dialog: command.dialog, phase: 'prepare', event: 'error.badfetch', reason: loaded });
          running.set(command.dialog, loaded);
          sink({ name: 'dialog.prepared', dialog: command.dialog });
        });
        return accepted;
      },
      start: (command) => {
        if (command.src === undefined) {
          const prepared = running.get(command.dialog);
          if (prepared === undefined) return refused('unknown-id', 'no such prepared dialog');
          clock.after(10, () => running.has(command.dialog) && begin(prepared));
          return accepted;
        }
        const loaded = load(command.dialog, command.src, command.type ?? 'application/voicexml+xml');
        if (typeof loaded !== 'string') running.set(command.dialog, loaded);
        clock.after(10, () => {
          if (typeof loaded === 'string') sink({ name: 'dialog.failed', dialog: command.dialog, phase: 'start', event: 'error.badfetch', reason: loaded });
          else if (running.has(command.dialog)) begin(loaded);
        });
        return accepted;
      },
      terminate: (id) => {
        const dialog = running.get(id);
        if (dialog === undefined) return refused('unknown-id', 'no such dialog');
        clock.after(10, () => exit(dialog, {}));
        return accepted;
      },
      send: (id) => (running.has(id) ? accepted : refused('unknown-id', 'no such dialog')),
      transferResult: (id) => (running.has(id) ? accepted : refused('unknown-id', 'no such dialog')),
      digit: (id, digit) => {
        const dialog = running.get(id);
        if (dialog?.wanted === undefined) return;
        dialog.digits += digit;
        if (dialog.digits.length === dialog.wanted.length) exit(dialog, { [dialog.wanted.name]: dialog.digits });
      },
    };
  };
}
