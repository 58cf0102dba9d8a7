import type { MediaId } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Edge, LegStats, MediaEvent, RecordAudio } from '../media.ts';
import { noClamp } from './clamp-mode.ts';
import { Conference } from './conference.ts';
import type { WorkerConfig } from './config.ts';
import { DialogNode } from './dialog.ts';
import { EdgeLine } from './edge.ts';
import { Endpoint } from './endpoint.ts';
import type { FileThread } from './file-thread.ts';
import type { Island } from './island.ts';
import { Islands } from './islands.ts';
import { Gatherer, type MediaNode, type NodeContext } from './media-node.ts';
import type { PacketIo, PacketSocket } from './packet-io.ts';
import { Recorder } from './recorder.ts';
import { Tap } from './tap.ts';
import type { SampleRate } from './source.ts';
import type { WorkerCommand, WorkerStats } from './worker-protocol.ts';

/** How many ticks one round of control (RTCP, silence) over all endpoints takes. */
const controlTicks = 10;
/** What lets packets be forwarded may come about by itself, as when a prompt is over: it is looked for so often. What forbids it is always a command. */
const chooseTicks = 5;
/** From so many forwarded legs on they are looked after every 10 ms between two ticks, instead of every 5: waking up is then most of what they cost. */
const manyForwarded = 100;

/** Legs that are read, worked off and sent together, at least: what the system keeps of a socket is then still in the processor's cache when something is sent from it. */
const readAtOnce = 96;

export interface EngineParts {
  readonly config: WorkerConfig;
  readonly io: PacketIo;
  readonly files: FileThread;
  readonly log: Logger;
  readonly random: () => number;
  /** Monotonic clock of this thread, and its distance to that of the process. */
  readonly now: () => number;
  readonly processOffset: number;
  readonly emit: (event: MediaEvent) => void;
}

/** One media thread's graph: nodes and edges, and what happens in each 20 ms tick. */
export class MediaEngine implements NodeContext {
  readonly log: Logger;
  readonly #parts: EngineParts;
  readonly #nodes = new Map<MediaId, MediaNode>();
  readonly #endpoints: Endpoint[] = [];
  readonly #conferences: Conference[] = [];
  readonly #dialogs: DialogNode[] = [];
  readonly #recorders = new Map<string, Recorder>();
  readonly #gatherer = new Gatherer();
  /** The endpoints that nobody listens to: what arrives at them may be forwarded as it is. */
  readonly #unheard: Endpoint[] = [];
  /** Those of them that are not forwarded now. */
  readonly #unforwarded: Endpoint[] = [];
  readonly #islands = new Islands();
  readonly #reading: PacketSocket[] = [];
  #forwarding = 0;
  #ticks = 0;
  /** A command came since the last tick. */
  #commanded = false;
  /** Kept, so that no compiler finds that nobody needs it. */
  #preloaded = 0;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.log = parts.log;
  }

  get endpointCount(): number {
    return this.#endpoints.length;
  }

  emit(event: MediaEvent): void {
    this.#parts.emit(event);
  }

  now(): number {
    return this.#parts.now();
  }

  processTime(nowMs: number): number {
    return nowMs + this.#parts.processOffset;
  }

  /** One 20 ms step of everything. */
  tick(nowMs: number): void {
    const { io } = this.#parts;
    this.#ticks += 1;
    const commanded = this.#commanded;
    this.#commanded = false;
    const chosen = (commanded || this.#ticks % chooseTicks === 0) && this.#chooseForwards(commanded);
    io.poll(nowMs, false, this.#forwarding > 0);
    const islands = this.#islands.current;
    const waits = this.#islands.waits;
    if (commanded || chosen) waits.fill(0);
    for (let i = 0; i < islands.length; ) {
      const from = i;
      let sockets = 0;
      for (; i < islands.length && sockets < readAtOnce; i++) if ((waits[i] as number) < 2) sockets = (islands[i] as Island).sockets(this.#reading, sockets);
      io.read(this.#reading, sockets, nowMs);
      for (let k = from; k < i; k++) {
        if ((waits[k] as number) > 1) {
          waits[k] = (waits[k] as number) - 1;
          continue;
        }
        if ((waits[k + 1] ?? 0) < 2 && k + 1 < islands.length) this.#preloaded = (islands[k + 1] as Island).preload();
        waits[k] = (islands[k] as Island).step(nowMs, this.#ticks, this.#gatherer, this.#tellFlowing, this.#removeEdge);
      }
    }
    // Reports leave with this tick: what they say of times holds for when they are written.
    const phase = this.#ticks % controlTicks;
    for (let i = phase; i < this.#endpoints.length; i += controlTicks) (this.#endpoints[i] as Endpoint).control(nowMs);
    io.flush();
  }

  /** How often `forward` is to be called between two ticks, milliseconds; 0: nothing is only forwarded. */
  get forwardEveryMs(): number {
    return this.#forwarding === 0 ? 0 : this.#forwarding < manyForwarded ? 5 : 10;
  }

  /** True when one is decided otherwise than before. What is forwarded stays so until a command comes. */
  #chooseForwards(commanded: boolean): boolean {
    const candidates = commanded ? this.#unheard : this.#unforwarded;
    let changed = false;
    let left = 0;
    for (let i = 0; i < candidates.length; i++) {
      const endpoint = candidates[i] as Endpoint;
      if (endpoint.chooseForward()) changed = true;
      if (endpoint.media?.forwardTo === undefined) this.#unforwarded[left++] = endpoint;
    }
    this.#unforwarded.length = left;
    this.#forwarding = this.#unheard.length - left;
    return changed;
  }

  /** Between two ticks: what is only forwarded does not wait for the next one. */
  forward(nowMs: number): void {
    this.#parts.io.poll(nowMs, true, true);
  }

  /** Runs a command that the main thread has checked. One whose node is gone meanwhile does nothing. */
  command(command: WorkerCommand): void {
    this.#commanded = true;
    switch (command.op) {
      case 'openEndpoint': {
        const endpoint = new Endpoint(command.command, this, this.#parts.config, this.#parts.random);
        this.#nodes.set(endpoint.id, endpoint);
        this.#endpoints.push(endpoint);
        if (command.command.listen === false) this.#unheard.push(endpoint);
        this.#islands.changed(endpoint);
        return endpoint.open(this.#parts.io);
      }
      case 'openConference': {
        const conference = new Conference(command.node, this);
        this.#nodes.set(conference.id, conference);
        this.#conferences.push(conference);
        this.#islands.changed(conference);
        return;
      }
      case 'openDialog': {
        const dialog = new DialogNode(command.node, this);
        this.#nodes.set(dialog.id, dialog);
        this.#dialogs.push(dialog);
        this.#islands.changed(dialog);
        return;
      }
      case 'applyAnswer':
        return this.#endpoint(command.node)?.applyAnswer(command.sdp);
      case 'applyOffer':
        return this.#endpoint(command.node)?.applyOffer(command.sdp);
      case 'makeOffer':
        return this.#endpoint(command.node)?.makeOffer(command.direction);
      case 'connect':
        return this.#connect(command.edge);
      case 'disconnect':
        return this.#disconnect(command.from, command.to);
      case 'play':
        return this.#nodes.get(command.command.node)?.player.enqueue(command.command, (path, renderer) => this.#parts.files.load(path, renderer));
      case 'stopPlay':
        return this.#nodes.get(command.node)?.player.stop(command.play);
      case 'seekPlay':
        return this.#nodes.get(command.node)?.player.seek(command.seek.play, command.seek);
      case 'sendDigits':
        return this.#endpoint(command.node)?.sendDigits(command.digits, command.durationMs, command.gapMs);
      case 'injectDigit':
        return this.#endpoint(command.node)?.injectDigit(command.digit, command.durationMs);
      case 'record':
        return this.#record(command.command);
      case 'stopRecord':
        return this.#recorders.get(command.record)?.end('stopped');
      case 'pauseRecord': {
        const recorder = this.#recorders.get(command.record);
        if (recorder !== undefined) recorder.paused = command.paused;
        return;
      }
      case 'classify':
        return this.#endpoint(command.node)?.classify(command.hints);
      case 'stopClassify':
        return this.#endpoint(command.node)?.stopClassify();
      case 'tap': {
        const node = this.#nodes.get(command.node);
        if (node?.kind === 'endpoint' || node?.kind === 'dialog') (node as Endpoint | DialogNode).tap = command.on ? new Tap(node.id, command.sampleRate, this) : undefined;
        return;
      }
      case 'hideDigits': {
        const endpoint = this.#endpoint(command.node);
        if (endpoint !== undefined) endpoint.hidesDigits = command.on;
        return;
      }
      case 'measure':
        return this.#endpoint(command.node)?.measure(command.measure);
      case 'endMeasure':
        return this.#endpoint(command.node)?.endMeasure(command.measure);
      case 'close':
        return this.#close(command.node);
      case 'stats':
      case 'shutdown':
        return; // the worker's own
    }
  }

  stats(): Omit<WorkerStats, 'latenessP50' | 'latenessP99' | 'recentP99' | 'workP50' | 'workP99'> {
    const { io } = this.#parts;
    const legs: LegStats[] = [];
    for (const endpoint of this.#endpoints) {
      const leg = endpoint.legStats();
      if (leg !== undefined) legs.push(leg);
    }
    return { endpoints: this.#endpoints.length, conferences: this.#conferences.length, dialogs: this.#dialogs.length, openPorts: io.openSockets, packetIo: io.kind, legs };
  }

  /** Closes every node. */
  closeAll(): void {
    for (const id of [...this.#nodes.keys()]) this.#close(id);
  }

  #endpoint(id: MediaId): Endpoint | undefined {
    const node = this.#nodes.get(id);
    return node?.kind === 'endpoint' ? (node as Endpoint) : undefined;
  }

  #connect({ from, to, clamp = noClamp, gain = 0, autoGain = false }: Edge): void {
    const source = this.#nodes.get(from);
    const target = this.#nodes.get(to);
    if (source === undefined || target === undefined) return;
    const known = source.edgesOut.find((edge) => edge.to === target);
    if (known !== undefined) return known.change(clamp, gain, autoGain);
    const edge = new EdgeLine(source, target, clamp, gain, autoGain);
    const reverse = target.edgesOut.find((other) => other.to === source);
    if (reverse !== undefined) {
      edge.reverse = reverse;
      reverse.reverse = edge;
    }
    source.edgesOut.push(edge);
    target.edgesIn.push(edge);
    this.#islands.changed(source);
    this.#islands.changed(target);
  }

  /** The edge fades out in the next tick. */
  #disconnect(from: MediaId, to: MediaId): void {
    const target = this.#nodes.get(to);
    const edge = target === undefined ? undefined : this.#nodes.get(from)?.edgesOut.find((one) => one.to === target);
    if (edge !== undefined) edge.closing = true;
  }

  readonly #removeEdge = (edge: EdgeLine): void => {
    this.#islands.changed(edge.from);
    this.#islands.changed(edge.to);
    edge.to.digitLifted(undefined, edge.from, 0);
    if (edge.reverse !== undefined) edge.reverse.reverse = undefined;
    remove(edge.from.edgesOut, edge);
    remove(edge.to.edgesIn, edge);
  };

  #record(command: RecordAudio): void {
    const node = this.#nodes.get(command.node);
    if (node === undefined) return;
    const rate: SampleRate = node.kind === 'endpoint' ? node.rate : 8000;
    const recorder = new Recorder(command, rate, this.#parts.files, (ended) => {
      remove(node.recorders, ended);
      this.#recorders.delete(command.record);
    });
    this.#recorders.set(command.record, recorder);
    node.recorders.push(recorder);
    if (command.beep !== true) return;
    recorder.waiting = true;
    node.player.signal({ kind: 'tone', tone: 'beep' }, () => {
      recorder.waiting = false;
    });
  }

  readonly #tellFlowing = (endpoint: Endpoint): void => {
    for (const edge of endpoint.edgesIn) {
      if (edge.from.kind === 'conference') {
        for (const member of edge.from.edgesIn) {
          if (member.from === endpoint || !member.from.source.live) continue;
          if (!member.flowed) this.#flows(member);
          if (!edge.flowed) this.#flows(edge);
        }
      } else if (!edge.flowed && edge.from.source.live) {
        this.#flows(edge);
      }
    }
  };

  #flows(edge: EdgeLine): void {
    edge.flowed = true;
    this.emit({ name: 'edge.flowing', from: edge.from.id, to: edge.to.id, atMs: this.processTime(this.now()) });
  }

  #close(id: MediaId): void {
    const node = this.#nodes.get(id);
    if (node === undefined) return;
    for (const recorder of [...node.recorders]) recorder.end('closed');
    const leg = this.#endpoint(id)?.legStats();
    for (const edge of [...node.edgesIn, ...node.edgesOut]) this.#removeEdge(edge);
    node.close();
    this.#nodes.delete(id);
    this.#islands.gone(node);
    remove<MediaNode>(this.#unheard, node);
    remove<MediaNode>(node.kind === 'endpoint' ? this.#endpoints : node.kind === 'conference' ? this.#conferences : this.#dialogs, node);
    if (leg !== undefined) this.log.info({ ...leg }, 'a leg is over');
    this.emit({ name: 'node.closed', node: id, ...(leg === undefined ? {} : { leg }) });
  }
}

function remove<T>(list: T[], item: T): void {
  const at = list.indexOf(item);
  if (at >= 0) list.splice(at, 1);
}
