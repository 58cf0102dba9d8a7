import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { PlatformEvent } from '../../../src/ccxml/platform.ts';
import type { SimulatedDialogs, SimulatedDialogsFactory } from '../../../src/ccxml/simulation/simulated-dialogs.ts';
import type { ScriptEngine } from '../../../src/ecmascript/ecmascript.ts';
import type { Clock } from '../../../src/kernel/clock.ts';
import type { DialogId } from '../../../src/kernel/ids.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { accepted, refused } from '../../../src/kernel/result.ts';
import { VxmlHost } from '../../../src/vxml/host.ts';
import type { PromptItem, VxmlCommand } from '../../../src/vxml/platform.ts';
import type { ResourceOutcome, Resources } from '../../../src/vxml/resources.ts';

const types = new Set(['application/voicexml+xml', 'text/vxml', 'application/xml', 'text/xml']);

/** Local documents, read at once: nothing waits for the disk while time is simulated. */
const localResources: Resources = {
  fetch: (request): Promise<ResourceOutcome> => {
    try {
      const bytes = readFileSync(fileURLToPath(request.uri));
      return Promise.resolve({ ok: true, uri: request.uri, contentType: 'application/voicexml+xml', bytes, text: bytes.toString('utf8') });
    } catch {
      return Promise.resolve({ ok: false, kind: 'status', status: 404, message: `${request.uri} cannot be read` });
    }
  },
  audio: (request) => Promise.resolve({ ok: false, kind: 'status', status: 404, message: `${request.uri}: there is no audio here` }),
};

/** The VoiceXML interpreter as the dialogs of the simulated world: prompts take time, keys arrive, nothing is heard. */
export function voicexmlDialogs(clock: Clock, scripts: ScriptEngine): SimulatedDialogsFactory {
  return (sink) => {
    const transfers = new Map<string, string>();
    const known = new Set<string>();
    const starting = new Set<string>();
    // What the platform tells never comes before the command that caused it has returned.
    const tell = (event: PlatformEvent): void => void clock.after(5, () => sink(event));
    const end = (dialog: string, event: PlatformEvent): void => {
      known.delete(dialog);
      transfers.delete(dialog);
      tell(event);
    };
    const host = new VxmlHost({ clock, logger: silentLogger, scripts, resources: localResources }, {
      prepared: (dialog) => tell({ name: 'dialog.prepared', dialog: dialog as DialogId }),
      started: (dialog) => tell({ name: 'dialog.started', dialog: dialog as DialogId }),
      failed: (dialog, event, reason) => end(dialog, { name: 'dialog.failed', dialog: dialog as DialogId, phase: starting.has(dialog) ? 'start' : 'prepare', event, reason }),
      ended: (dialog, { how, values, event, reason }) => {
        const why = how === 'exit' ? undefined : [how, event, reason].filter((part) => part !== undefined).join(' ');
        end(dialog, { name: 'dialog.exit', dialog: dialog as DialogId, values, ...(why === undefined ? {} : { reason: why }) });
      },
      command: (dialog, command) => obey(dialog as DialogId, command),
    });
    const obey = (dialog: DialogId, command: VxmlCommand): void => {
      const { name } = command;
      if (name === 'play') clock.after(durationOf(command.items), () => host.deliver(dialog, { name: 'play.done', play: command.play, how: 'finished' }));
      else if (name === 'play.stop') clock.after(1, () => host.deliver(dialog, { name: 'play.done', play: command.play, how: 'stopped' }));
      else if (name === 'record') clock.after(1, () => host.deliver(dialog, { name: 'record.done', record: command.record, how: 'failed', path: '', durationMs: 0, bytes: 0, reason: 'nothing is heard here' }));
      else if (name === 'transfer') {
        transfers.set(dialog, command.transfer);
        tell({ name: 'dialog.transfer', dialog, type: command.type, uri: command.dest, connectTimeoutMs: command.connectTimeoutMs, values: {}, ...(command.aai === undefined ? {} : { aai: command.aai }) });
      } else if (name === 'transfer.end') tell({ name: 'dialog.terminatetransfer', dialog, reason: 'ended by the dialog' });
      else if (name === 'disconnect') tell({ name: 'dialog.disconnect', dialog, values: command.values });
      else if (name === 'event') tell({ name: 'dialog.user', dialog, event: command.event, values: command.values });
    };
    const dialogs: SimulatedDialogs = {
      prepare: (command) => {
        if (!types.has(command.type)) return refused('unsupported', `dialogs of type ${command.type} are not supported`);
        known.add(command.dialog);
        host.prepare({ dialog: command.dialog, uri: command.src });
        return accepted;
      },
      start: (command) => {
        if (command.src !== undefined && !types.has(command.type ?? '')) return refused('unsupported', `dialogs of type ${command.type ?? ''} are not supported`);
        if (command.src === undefined && !known.has(command.dialog)) return refused('unknown-id', 'there is no such prepared dialog');
        known.add(command.dialog);
        starting.add(command.dialog);
        host.start({ dialog: command.dialog, values: command.parameters }, command.src === undefined ? undefined : { dialog: command.dialog, uri: command.src });
        return accepted;
      },
      terminate: (dialog, immediate) => {
        if (!known.has(dialog)) return refused('unknown-id', 'there is no such dialog');
        if (immediate || !host.deliver(dialog, { name: 'hangup' })) host.terminate(dialog);
        return accepted;
      },
      send: (dialog, event, data) => (host.deliver(dialog, { name: 'event', event, values: data }) ? accepted : refused('unknown-id', 'there is no such dialog')),
      transferResult: (dialog) => {
        const transfer = transfers.get(dialog);
        if (transfer === undefined) return refused('bad-state', 'the dialog waits for no transfer');
        host.deliver(dialog, { name: 'transfer.done', transfer, outcome: 'far_end_disconnect', durationMs: 0 });
        return accepted;
      },
      digit: (dialog, digit) => void host.deliver(dialog, { name: 'dtmf', digit }),
    };
    return dialogs;
  };
}

/** Words take 60 ms a letter, at least 100 ms. */
function durationOf(items: readonly PromptItem[]): number {
  return items.reduce((ms, item) => ms + (item.kind === 'silence' || item.kind === 'recording' ? item.durationMs : item.kind === 'text' ? Math.max(100, item.text.length * 10) : 0), 0);
}
