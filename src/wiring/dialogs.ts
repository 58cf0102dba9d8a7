import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DialogEvent, DialogLaunch, DialogRunner } from '../core/call-control/dialog-runner.ts';
import { secretEvent } from '../core/clamping/secret-digits.ts';
import type { Clock } from '../kernel/clock.ts';
import type { ConnectionId, DialogId, MediaId } from '../kernel/ids.ts';
import type { Logger } from '../kernel/logger.ts';
import { accepted, refused, type Reply } from '../kernel/result.ts';
import type { Media, MediaEvent } from '../media/media.ts';
import type { Recognizer } from '../speech/recognizer.ts';
import type { Synthesizer } from '../speech/synthesizer.ts';
import {
  createVxmlServer, type ConnectionValues, type DialogEnd, type DialogRequest, type StartRequest, type TransferOutcome, type Trace, type VxmlCommand, type VxmlConfiguration, type VxmlPlatformEvent, type VxmlServer,
} from '../vxml/index.ts';
import { DialogMedia } from './dialog-media.ts';
import { openRunFolder } from './run-folder.ts';

export interface DialogsDeps {
  readonly media: Media;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly synthesizer: Synthesizer;
  readonly recognizer: Recognizer | undefined;
  /** Recordings of callers, and audio fetched over the network, go below it for as long as they are needed. */
  readonly workFolder: string;
  readonly vxml: Omit<VxmlConfiguration, 'audioFolder'>;
  readonly observe?: DialogsObserver;
}

/** Sees what passes between interpreter and telephone; it decides nothing. */
export interface DialogsObserver {
  command(dialog: DialogId, command: VxmlCommand): void;
  /** What media and transfers told the interpreter. */
  delivered(dialog: DialogId, event: VxmlPlatformEvent): void;
  trace(dialog: DialogId, trace: Trace): void;
  ended(dialog: DialogId, end: DialogEnd): void;
}

/** Within the folder of the run. */
const recordings = 'recordings';

interface Running {
  readonly id: DialogId;
  readonly media: DialogMedia;
  started: boolean;
  /** `<transfer>` that waits for the page's answer. */
  transfer: string | undefined;
  /** What the CCXML page's namelist gave, at preparation or start. */
  namelist: Readonly<Record<string, unknown>>;
}

/** Runs VoiceXML dialogs on media nodes: the interpreter's commands go to media or up to CCXML, outcomes come back. */
export async function createDialogs(deps: DialogsDeps): Promise<DialogRunner> {
  const folder = await openRunFolder(deps.workFolder);
  const audioFolder = join(folder, 'audio');
  await mkdir(join(folder, recordings));
  const runner = new Dialogs(deps, folder);
  runner.vxml = await createVxmlServer({ ...deps.vxml, audioFolder }, {
    clock: deps.clock,
    logger: deps.logger,
    listener: {
      prepared: (dialog) => runner.tell({ name: 'dialog.prepared', dialog: dialog as DialogId }),
      started: (dialog) => runner.tell({ name: 'dialog.started', dialog: dialog as DialogId }),
      failed: (dialog, event, reason) => runner.failed(dialog as DialogId, event, reason),
      ended: (dialog, end) => runner.ended(dialog as DialogId, end),
      command: (dialog, command) => runner.command(dialog as DialogId, command),
      ...(deps.observe === undefined ? {} : { trace: (dialog: string, trace: Trace) => deps.observe?.trace(dialog as DialogId, trace) }),
    },
  });
  return runner;
}

class Dialogs implements DialogRunner {
  vxml: VxmlServer | undefined;
  readonly #deps: DialogsDeps;
  /** Of this run alone. */
  readonly #folder: string;
  readonly #running = new Map<DialogId, Running>();
  #listener: (event: DialogEvent) => void = () => undefined;

  constructor(deps: DialogsDeps, folder: string) {
    this.#deps = deps;
    this.#folder = folder;
  }

  start(listener: (event: DialogEvent) => void): void {
    this.#listener = listener;
  }

  prepare(launch: DialogLaunch): Reply {
    if (launch.src === undefined) return refused('bad-argument', 'a dialog to prepare needs a src');
    if (!isVoiceXml(launch.type)) return refused('unsupported', `dialogs of type ${launch.type ?? ''} are not supported; use application/voicexml+xml`);
    this.#add(launch.dialog, launch.node).namelist = launch.fetch?.namelist ?? {};
    this.vxml?.prepare(request(launch, launch.src));
    return accepted;
  }

  run(launch: DialogLaunch): Reply {
    if (launch.src !== undefined && !isVoiceXml(launch.type)) return refused('unsupported', `dialogs of type ${launch.type ?? ''} are not supported; use application/voicexml+xml`);
    const running = this.#running.get(launch.dialog) ?? this.#add(launch.dialog, launch.node);
    running.started = true;
    running.namelist = launch.fetch?.namelist ?? running.namelist;
    const start: StartRequest = { dialog: launch.dialog, values: launch.parameters, namelist: running.namelist, ...connectionOf(launch) };
    this.vxml?.start(start, launch.src === undefined ? undefined : request(launch, launch.src));
    return accepted;
  }

  /** CCXML 1.0 App. D: without `immediate` the page hears `connection.disconnect.hangup`, finishes, and its values come back. */
  terminate({ dialog, immediate }: { dialog: DialogId; immediate: boolean }): Reply {
    if (!this.#running.has(dialog)) return refused('unknown-id', `no dialog ${dialog}`);
    if (immediate) this.vxml?.terminate(dialog);
    else this.hangUp(dialog);
    return accepted;
  }

  deliver({ dialog, event, data }: { dialog: DialogId; event: string; data: Readonly<Record<string, unknown>> }): Reply {
    if (!this.#running.has(dialog)) return refused('unknown-id', `no dialog ${dialog}`);
    this.vxml?.deliver(dialog, { name: 'event', event, values: data });
    return accepted;
  }

  hangUp(dialog: DialogId, transferred = false): void {
    const running = this.#running.get(dialog);
    if (running === undefined) return;
    // VoiceXML 2.1 §2.3.7.1: a caller who was sent on leaves by connection.disconnect.transfer.
    if (transferred && running.transfer !== undefined) return void this.transferResult({ dialog, result: { result: 'connected', done: true } });
    // One that was only prepared has nobody to hear of the hang-up.
    if (running.started) this.vxml?.deliver(dialog, { name: 'hangup' });
    else this.vxml?.terminate(dialog);
  }

  onMedia(dialog: DialogId, event: MediaEvent): void {
    this.#running.get(dialog)?.media.onMedia(event);
  }

  transferResult({ dialog, result }: { dialog: DialogId; result: Readonly<Record<string, unknown>> }): Reply {
    const running = this.#running.get(dialog);
    if (running?.transfer === undefined) return refused('bad-state', `dialog ${dialog} waits for no transfer`);
    running.media.endTransferAudio();
    const outcome = (typeof result['result'] === 'string' ? result['result'] : 'unknown') as TransferOutcome;
    const id = running.transfer;
    if (outcome === 'connected' && result['done'] !== true) {
      this.#deliver(dialog, { name: 'transfer.connected', transfer: id });
      return accepted;
    }
    const durationMs = typeof result['duration'] === 'number' ? result['duration'] : 0;
    this.#deliver(dialog, { name: 'transfer.done', transfer: id, outcome, durationMs });
    running.transfer = undefined;
    return accepted;
  }

  async stop(): Promise<void> {
    await this.vxml?.stop();
    for (const running of this.#running.values()) running.media.close();
    this.#running.clear();
    await rm(this.#folder, { recursive: true, force: true });
  }

  tell(event: DialogEvent): void {
    this.#listener(event);
  }

  failed(dialog: DialogId, event: string, reason: string): void {
    const phase = this.#running.get(dialog)?.started === true ? 'start' : 'prepare';
    this.#remove(dialog);
    this.tell({ name: 'dialog.failed', dialog, phase, event, reason });
  }

  ended(dialog: DialogId, end: DialogEnd): void {
    this.#remove(dialog);
    this.#deps.observe?.ended(dialog, end);
    if (end.how === 'error' || end.how === 'limit') this.#deps.logger.warn({ dialog, how: end.how, event: end.event, reason: end.reason }, 'dialog ended by an error');
    const values = end.value === undefined ? end.values : { ...end.values, _value: end.value };
    this.tell({ name: 'dialog.exit', dialog, values, ...(end.reason === undefined ? {} : { reason: end.reason }) });
  }

  command(dialog: DialogId, command: VxmlCommand): void {
    const running = this.#running.get(dialog);
    if (running === undefined) return;
    this.#deps.observe?.command(dialog, command);
    switch (command.name) {
      case 'transfer':
        running.transfer = command.transfer;
        if (command.audio !== undefined) running.media.startTransferAudio(command.audio);
        return this.tell({
          name: 'dialog.transfer', dialog, type: command.type, uri: command.dest, connectTimeoutMs: command.connectTimeoutMs, values: {},
          ...(command.aai === undefined ? {} : { aai: command.aai }),
        });
      case 'transfer.end':
        return this.tell({ name: 'dialog.terminatetransfer', dialog, reason: 'ended by the dialog' });
      case 'disconnect':
        return this.tell({ name: 'dialog.disconnect', dialog, values: command.values });
      case 'event':
        if (command.event === secretEvent) this.#secret(running, command.values['on'] !== false);
        return this.tell({ name: 'dialog.user', dialog, event: command.event, values: command.values });
      case 'log':
        return this.#deps.logger.info({ dialog, label: command.label }, `page: ${command.text}`);
      default:
        return running.media.run(command);
    }
  }

  /** The page asks for digits that nobody else may have: recordings leave them out, and call control clamps the caller's other paths. */
  #secret(running: Running, on: boolean): void {
    running.media.secret = on;
    this.#deps.logger.info({ audit: on ? 'dialog.secret' : 'dialog.secret.end', dialog: running.id }, on ? 'digits of the caller are secret' : 'digits of the caller are no longer secret');
  }

  #add(id: DialogId, node: MediaId): Running {
    const { media, logger, synthesizer, recognizer } = this.#deps;
    const running: Running = { id, media: new DialogMedia({ media, logger, synthesizer, recognizer, recordingFolder: join(this.#folder, recordings) }, id, node, (event) => this.#deliver(id, event)), started: false, transfer: undefined, namelist: {} };
    this.#running.set(id, running);
    return running;
  }

  #deliver(dialog: DialogId, event: VxmlPlatformEvent): void {
    this.#deps.observe?.delivered(dialog, event);
    this.vxml?.deliver(dialog, event);
  }

  #remove(dialog: DialogId): void {
    this.#running.get(dialog)?.media.close();
    this.#running.delete(dialog);
  }
}

const isVoiceXml = (type: string | undefined): boolean => type === undefined || /^(application\/(x-)?(voicexml|vxml)(\+xml)?|text\/(xml|vxml))$/i.test(type.trim());

function request(launch: DialogLaunch, src: string): DialogRequest {
  const { fetch } = launch;
  return {
    dialog: launch.dialog,
    uri: src,
    ...(fetch === undefined ? {} : {
      method: fetch.method,
      ...(fetch.encType === '' ? {} : { enctype: fetch.encType }),
      fields: Object.entries(fetch.namelist).map(([name, value]) => ({ name, value: String(value) })),
      ...(fetch.maxAgeSeconds === undefined ? {} : { maxAgeSeconds: fetch.maxAgeSeconds }),
      ...(fetch.maxStaleSeconds === undefined ? {} : { maxStaleSeconds: fetch.maxStaleSeconds }),
    }),
  };
}

function connectionOf(launch: DialogLaunch): { connection?: ConnectionValues; uui?: string } {
  const connection = launch.connection;
  if (connection === undefined) return {};
  const { facts, id } = connection as { facts: NonNullable<DialogLaunch['connection']>['facts']; id: ConnectionId };
  return {
    connection: {
      local: facts.local, remote: facts.remote, originator: facts.originator, callTag: id,
      protocol: { ...facts.protocol, ...(facts.sip === undefined ? {} : { sip: facts.sip }) },
      ...(facts.redirect === undefined ? {} : { redirect: facts.redirect }), ...(facts.aai === undefined ? {} : { aai: facts.aai }),
    },
    ...(facts.aai === undefined ? {} : { uui: facts.aai }),
  };
}
