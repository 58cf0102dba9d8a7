import type { MediaId } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import { accepted, refused, type Reply } from '../../kernel/result.ts';
import { localCodec } from '../../sdp/index.ts';
import type { ClassifyHints, Edge, LegStats, Media, MediaCapability, MediaEvent, MediaStats, OpenEndpoint, Play, RecordAudio, SeekPlay } from '../media.ts';
import { isCodecAvailable } from './codecs.ts';
import { defaultSteadyMs, type EmbeddedMediaConfig, type EmbeddedMediaDeps } from './config.ts';
import { FileThreadKeeper } from './file-thread-keeper.ts';
import type { MediaThread } from './media-thread.ts';
import { MediaThreads } from './media-threads.ts';
import type { WorkerCommand, WorkerStats } from './worker-protocol.ts';

/** Legs that are over and still told of. */
const keptLegs = 1000;

interface KnownNode {
  readonly kind: 'endpoint' | 'conference' | 'dialog';
  readonly thread: MediaThread;
  readonly group: string | undefined;
  negotiated: boolean;
  /** Reserved in a conference. */
  seats: number;
}

/** A play or recording that is not over. */
interface Running {
  readonly node: MediaId;
  readonly thread: MediaThread;
  readonly path?: string;
  /** Of a play: it has begun. */
  started?: boolean;
}

/** The embedded media plane as the main thread sees it: checks commands, places nodes on threads, passes events on. */
export class EmbeddedMedia implements Media {
  readonly capabilities: ReadonlySet<MediaCapability>;
  readonly #config: EmbeddedMediaConfig;
  readonly #log: Logger;
  readonly #files: FileThreadKeeper;
  readonly #threads: MediaThreads;
  readonly #nodes = new Map<MediaId, KnownNode>();
  readonly #groups = new Map<string, { readonly thread: MediaThread; nodes: number }>();
  readonly #ended: LegStats[] = [];
  readonly #records = new Map<string, Running>();
  /** Closed, and not told so yet. */
  readonly #closing = new Map<MediaId, MediaThread>();
  readonly #plays = new Map<string, Running>();
  readonly #failed = { recordings: 0, plays: 0 };
  #listener: (event: MediaEvent) => void = () => undefined;
  #running = false;

  readonly #observe: ((event: MediaEvent) => void) | undefined;

  constructor(config: EmbeddedMediaConfig, { log, observe }: EmbeddedMediaDeps) {
    this.#config = config;
    this.#observe = observe;
    this.#log = log;
    this.#files = new FileThreadKeeper({ recordingKey: config.recordingKey, steadyMs: config.steadyMs ?? defaultSteadyMs, log });
    this.#threads = new MediaThreads({ config, files: this.#files, log, events: (events) => this.#happened(events), lost: (thread) => this.#lost(thread) });
    const codecs: MediaCapability[] = [];
    if (isCodecAvailable('G722')) codecs.push('g722');
    if (isCodecAvailable('opus')) codecs.push('opus');
    if (isCodecAvailable('L16')) codecs.push('l16');
    this.capabilities = new Set<MediaCapability>(['endpoint', 'conference', 'dialog', 'play', 'record', 'digits', 'classify', 'clamp-event', 'clamp-tone', 'gain', 'tap', 'srtp', ...codecs]);
  }

  async start(listener: (event: MediaEvent) => void): Promise<void> {
    this.#listener = listener;
    await Promise.all([this.#files.start(), this.#threads.start()]);
    this.#running = true;
  }

  async stop(): Promise<void> {
    this.#running = false;
    await this.#threads.stop();
    await this.#files.stop();
    this.#nodes.clear();
    this.#groups.clear();
  }

  openEndpoint(command: OpenEndpoint): Reply {
    const unknown = command.codecs?.find((codec) => localCodec(codec) === undefined);
    if (unknown !== undefined) return refused('bad-argument', `${unknown} is no codec; known are PCMU, PCMA, G722, L16/8000, L16/16000, opus, CN, telephone-event, red`);
    const missing = command.codecs?.find((codec) => !isCodecAvailable(codec));
    if (missing !== undefined) return refused('unsupported', `the codec ${missing} is not installed`);
    const thread = this.#place(command.group);
    if (thread === undefined) return this.#noThread();
    const limit = this.#config.maxEndpointsPerWorker ?? 2000;
    if (thread.endpoints >= limit) return refused('noresource', `${limit} endpoints are open already`);
    if (thread.isOverloaded(this.#config.admissionTickMs ?? 12)) return refused('noresource', `the media thread is busy for ${thread.workP99.toFixed(1)} of 20 ms`);
    const reply = this.#open(command.node, 'endpoint', thread, command.group, { op: 'openEndpoint', command: { srtp: this.#config.srtp ?? 'never', ...command } });
    if (reply.accepted) thread.endpoints += 1;
    return reply;
  }

  applyAnswer({ node, sdp }: { node: MediaId; sdp: string }): Reply {
    return this.#toEndpoint(node, { op: 'applyAnswer', node, sdp });
  }

  applyOffer({ node, sdp }: { node: MediaId; sdp: string }): Reply {
    return this.#toEndpoint(node, { op: 'applyOffer', node, sdp });
  }

  makeOffer({ node, direction }: { node: MediaId; direction: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive' }): Reply {
    return this.#toEndpoint(node, { op: 'makeOffer', node, direction });
  }

  /**
   * Reserved seats are a promise: together they are never more than the endpoints that its thread may have. A seat is kept by whoever sits down:
   * admission is asked when a leg is opened, and never again, so that a leg that is up can always be joined.
   */
  openConference({ node, group, reservedTalkers = 0, reservedListeners = 0 }: { node: MediaId; group?: string; reservedTalkers?: number; reservedListeners?: number }): Reply {
    const thread = this.#place(group);
    if (thread === undefined) return this.#noThread();
    const seats = reservedTalkers + reservedListeners;
    if (!Number.isInteger(seats) || reservedTalkers < 0 || reservedListeners < 0) return refused('bad-argument', 'reserved talkers and listeners are whole numbers from 0');
    const limit = this.#config.maxEndpointsPerWorker ?? 2000;
    if (thread.reserved + seats > limit) return refused('noresource', `${seats} seats cannot be reserved: ${thread.reserved} of ${limit} are`);
    const reply = this.#open(node, 'conference', thread, group, { op: 'openConference', node });
    if (!reply.accepted) return reply;
    thread.reserved += seats;
    const known = this.#nodes.get(node);
    if (known !== undefined) known.seats = seats;
    return reply;
  }

  openDialog({ node, group }: { node: MediaId; group?: string }): Reply {
    const thread = this.#place(group);
    return thread === undefined ? this.#noThread() : this.#open(node, 'dialog', thread, group, { op: 'openDialog', node });
  }

  close({ node }: { node: MediaId }): Reply {
    const known = this.#nodes.get(node);
    if (known === undefined) return accepted;
    this.#forget(node, known);
    this.#closing.set(node, known.thread);
    return this.#post(known.thread, { op: 'close', node });
  }

  connect(edge: Edge): Reply {
    const from = this.#nodes.get(edge.from);
    const to = this.#nodes.get(edge.to);
    if (from === undefined) return unknownNode(edge.from);
    if (to === undefined) return unknownNode(edge.to);
    if (edge.from === edge.to) return refused('bad-argument', 'an edge from a node to itself');
    if (from.thread !== to.thread) return refused('noresource', `${edge.from} and ${edge.to} are on different media threads; give them one group`);
    return this.#post(from.thread, { op: 'connect', edge });
  }

  disconnect({ from, to }: { from: MediaId; to: MediaId }): Reply {
    const known = this.#nodes.get(from);
    if (known === undefined) return unknownNode(from);
    if (!this.#nodes.has(to)) return unknownNode(to);
    return this.#post(known.thread, { op: 'disconnect', from, to });
  }

  play(command: Play): Reply {
    if (command.items.some((item) => item.kind === 'pcm' && (item.sampleRate < 1000 || item.sampleRate > 384_000))) return refused('bad-argument', 'a sample rate between 1,000 and 384,000 is needed');
    const known = this.#nodes.get(command.node);
    if (known === undefined) return unknownNode(command.node);
    this.#plays.set(command.play, { node: command.node, thread: known.thread });
    return this.#post(known.thread, { op: 'play', command });
  }

  stopPlay({ node, play }: { node: MediaId; play?: string }): Reply {
    return this.#toNode(node, { op: 'stopPlay', node, ...(play === undefined ? {} : { play }) });
  }

  seekPlay(seek: SeekPlay): Reply {
    if (!Number.isFinite(seek.byMs ?? seek.toMs)) return refused('bad-argument', 'a place or a way in milliseconds is needed');
    const running = this.#plays.get(seek.play);
    if (running === undefined) return refused('unknown-id', `no play ${seek.play}, or it is over`);
    if (running.started !== true) return refused('bad-state', `the play ${seek.play} has not begun`);
    return this.#post(running.thread, { op: 'seekPlay', node: running.node, seek });
  }

  sendDigits({ node, digits, durationMs = 100, gapMs = 60 }: { node: MediaId; digits: string; durationMs?: number; gapMs?: number }): Reply {
    if (!/^[0-9A-Da-d*#!]+$/.test(digits)) return refused('bad-argument', 'digits are 0–9, *, #, A–D and ! for flash');
    const known = this.#nodes.get(node);
    if (known !== undefined && known.kind === 'endpoint' && !known.negotiated) return refused('bad-state', `${node} has no far end yet`);
    return this.#toEndpoint(node, { op: 'sendDigits', node, digits, durationMs: Math.max(40, durationMs), gapMs: Math.max(40, gapMs) });
  }

  injectDigit({ node, digit, durationMs }: { node: MediaId; digit: string; durationMs: number }): Reply {
    if (!/^[0-9A-Da-d*#!]$/.test(digit)) return refused('bad-argument', `"${digit}" is no digit`);
    return this.#toEndpoint(node, { op: 'injectDigit', node, digit: digit.toUpperCase(), durationMs });
  }

  record(command: RecordAudio): Reply {
    const known = this.#nodes.get(command.node);
    if (known === undefined) return unknownNode(command.node);
    if (this.#records.has(command.record)) return refused('bad-state', `the recording ${command.record} is running`);
    this.#records.set(command.record, { node: command.node, thread: known.thread, path: command.path });
    return this.#post(known.thread, { op: 'record', command });
  }

  stopRecord({ record }: { record: string }): Reply {
    return this.#toRecording(record, { op: 'stopRecord', record });
  }

  pauseRecord({ record }: { record: string }): Reply {
    return this.#toRecording(record, { op: 'pauseRecord', record, paused: true });
  }

  resumeRecord({ record }: { record: string }): Reply {
    return this.#toRecording(record, { op: 'pauseRecord', record, paused: false });
  }

  classify({ node, hints }: { node: MediaId; hints: ClassifyHints }): Reply {
    return this.#toEndpoint(node, { op: 'classify', node, hints });
  }

  stopClassify({ node }: { node: MediaId }): Reply {
    return this.#toEndpoint(node, { op: 'stopClassify', node });
  }

  hideDigits({ node, on }: { node: MediaId; on: boolean }): Reply {
    return this.#toEndpoint(node, { op: 'hideDigits', node, on });
  }

  tap({ node, on, sampleRate = 8000 }: { node: MediaId; on: boolean; sampleRate?: 8000 | 16000 }): Reply {
    if (this.#nodes.get(node)?.kind === 'conference') return refused('unsupported', 'a conference is tapped through a dialog that listens to it');
    return this.#toNode(node, { op: 'tap', node, on, sampleRate });
  }

  measure({ node, measure }: { node: MediaId; measure: string }): Reply {
    const known = this.#nodes.get(node);
    if (known !== undefined && known.kind === 'endpoint' && !known.negotiated) return refused('bad-state', `${node} has no far end yet`);
    return this.#toEndpoint(node, { op: 'measure', node, measure });
  }

  endMeasure({ node, measure }: { node: MediaId; measure: string }): Reply {
    return this.#toEndpoint(node, { op: 'endMeasure', node, measure });
  }

  async stats(): Promise<MediaStats> {
    const all = await this.#threads.stats();
    const sum = (pick: (stats: WorkerStats) => number): number => all.reduce((total, stats) => total + pick(stats), 0);
    const most = (pick: (stats: WorkerStats) => number): number => all.reduce((top, stats) => Math.max(top, pick(stats)), 0);
    return {
      endpoints: sum((s) => s.endpoints), conferences: sum((s) => s.conferences), dialogs: sum((s) => s.dialogs), openPorts: sum((s) => s.openPorts),
      packetIo: all[0]?.packetIo ?? 'dgram', tickLatenessMs: { p50: most((s) => s.latenessP50), p99: most((s) => s.latenessP99) },
      recent: { latenessP99Ms: most((s) => s.recentP99), workP50Ms: most((s) => s.workP50), workP99Ms: most((s) => s.workP99) }, legs: all.flatMap((s) => s.legs), ended: [...this.#ended], failed: { ...this.#failed },
    };
  }

  #happened(events: readonly MediaEvent[]): void {
    for (const event of events) {
      if (event.name === 'endpoint.negotiated') {
        const known = this.#nodes.get(event.node);
        if (known !== undefined) known.negotiated = true;
      } else if (event.name === 'record.done') {
        this.#records.delete(event.record);
        if (event.how === 'failed') this.#tellFailed('recordings', 'a recording failed', event);
      } else if (event.name === 'play.started') {
        const known = this.#plays.get(event.play);
        if (known !== undefined) known.started = true;
      } else if (event.name === 'play.done') {
        this.#plays.delete(event.play);
        if (event.how === 'failed') this.#tellFailed('plays', 'a play failed', event);
      }
      if (event.name === 'node.closed') {
        this.#closing.delete(event.node);
        if (event.leg !== undefined) this.#ended.push(event.leg);
        if (this.#ended.length > keptLegs) this.#ended.shift();
      }
      this.#observe?.(event);
      this.#listener(event);
    }
  }

  #tellFailed(what: 'recordings' | 'plays', message: string, { node, reason }: { readonly node: MediaId; readonly reason?: string }): void {
    this.#failed[what] += 1;
    this.#log.warn({ node, reason }, message);
  }

  #forget(node: MediaId, { kind, thread, group, seats }: KnownNode): void {
    this.#nodes.delete(node);
    if (kind === 'endpoint') thread.endpoints -= 1;
    thread.reserved -= seats;
    const known = group === undefined ? undefined : this.#groups.get(group);
    if (group === undefined || known === undefined) return;
    known.nodes -= 1;
    if (known.nodes === 0) this.#groups.delete(group);
  }

  /** A thread died: everything on it is gone, and all that was to come of it has failed. */
  #lost(thread: MediaThread): void {
    const reason = 'its media thread failed';
    const events: MediaEvent[] = [];
    for (const [play, { node, thread: on }] of this.#plays) if (on === thread) events.push({ name: 'play.done', node, play, how: 'failed', playedMs: 0, reason });
    for (const [record, { node, thread: on, path = '' }] of this.#records) if (on === thread) events.push({ name: 'record.done', node, record, path, durationMs: 0, bytes: 0, how: 'failed', reason });
    for (const [node, known] of this.#nodes) {
      if (known.thread !== thread) continue;
      this.#forget(node, known);
      if (known.kind === 'endpoint') events.push({ name: 'endpoint.failed', node, kind: 'error', reason });
      events.push({ name: 'node.closed', node });
    }
    for (const [node, on] of this.#closing) if (on === thread) events.push({ name: 'node.closed', node });
    this.#happened(events);
  }

  /** A group's thread; a new group goes where the fewest endpoints are, nodes without one all to the first. Undefined: there is none at the moment. */
  #place(group: string | undefined): MediaThread | undefined {
    const known = group === undefined ? undefined : this.#groups.get(group);
    if (known !== undefined) return known.thread;
    return group === undefined ? this.#threads.first : this.#threads.least;
  }

  #open(node: MediaId, kind: KnownNode['kind'], thread: MediaThread, group: string | undefined, command: WorkerCommand): Reply {
    if (!this.#running) return notRunning;
    if (this.#nodes.has(node)) return refused('bad-state', `${node} exists already`);
    this.#nodes.set(node, { kind, thread, group, negotiated: false, seats: 0 });
    if (group !== undefined) {
      const known = this.#groups.get(group);
      if (known === undefined) this.#groups.set(group, { thread, nodes: 1 });
      else known.nodes += 1;
    }
    return this.#post(thread, command);
  }

  #noThread(): Reply {
    return this.#running ? threadGone : notRunning;
  }

  #toNode(node: MediaId, command: WorkerCommand): Reply {
    const known = this.#nodes.get(node);
    return known === undefined ? unknownNode(node) : this.#post(known.thread, command);
  }

  #toRecording(record: string, command: WorkerCommand): Reply {
    const running = this.#records.get(record);
    return running === undefined ? refused('unknown-id', `no recording ${record}`) : this.#post(running.thread, command);
  }

  #toEndpoint(node: MediaId, command: WorkerCommand): Reply {
    const known = this.#nodes.get(node);
    if (known === undefined) return unknownNode(node);
    return known.kind === 'endpoint' ? this.#post(known.thread, command) : refused('bad-state', `${node} is a ${known.kind}, not an endpoint`);
  }

  #post(thread: MediaThread, command: WorkerCommand): Reply {
    thread.post(command);
    return accepted;
  }
}

const notRunning = refused('bad-state', 'the media plane is not running');
const threadGone = refused('noresource', 'the media thread has failed; another one takes its place within seconds');
const unknownNode = (node: MediaId): Reply => refused('unknown-id', `no media node ${node}`);
