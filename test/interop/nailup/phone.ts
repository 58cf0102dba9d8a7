import { readFileSync } from 'node:fs';
import { SystemClock } from '../../../src/kernel/clock.ts';
import { RandomIds, type CallId, type MediaId } from '../../../src/kernel/ids.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { SeededRandom } from '../../../src/kernel/random.ts';
import type { Reply } from '../../../src/kernel/result.ts';
import { createEmbeddedMedia } from '../../../src/media/embedded/index.ts';
import type { Media, MediaEvent, MediaEventMap } from '../../../src/media/media.ts';
import type { WireTrace } from '../../../src/observe/wire-trace.ts';
import { EmbeddedSignalling, type EmbeddedSignallingOptions } from '../../../src/signalling/embedded/embedded-signalling.ts';
import type { PlaceCall, SignallingEvent, SignallingEventMap } from '../../../src/signalling/signalling.ts';
import { expect, host, nailupMediaPorts, until, type Scope } from '../scope.ts';
import { readSamples, tone } from '../sound.ts';

export interface PhoneOptions {
  readonly transports?: readonly ('udp' | 'tcp')[];
  /** Listens for TLS, too. */
  readonly tls?: { readonly key: string; readonly cert: string; readonly ca: string };
  readonly codecs?: readonly string[];
  readonly srtp?: 'never' | 'allow' | 'require';
  readonly toneHz?: number;
  readonly signalling?: Partial<Pick<EmbeddedSignallingOptions, 'trunks' | 'registrar' | 'sessionTimer'>>;
  /** Changes the descriptions of calls that it places, on their way out and in. */
  readonly onDescription?: (sdp: string) => string;
  /** Keeps what goes over the wire. */
  readonly trace?: WireTrace;
  /** How many calls from outside ring without being answered; default 0: every call is answered at once. */
  readonly ringOnly?: boolean;
}

/** Nailup's own signalling and media adapters as a telephone: says a tone, records what it hears, answers what calls. */
export class Phone {
  readonly signalling: EmbeddedSignalling;
  readonly media: Media;
  readonly calls: Call[] = [];
  readonly signals: SignallingEvent[] = [];
  readonly wire: string[] = [];
  readonly #options: PhoneOptions;
  readonly #scope: Scope;
  readonly #ids = new RandomIds();

  private constructor(scope: Scope, options: PhoneOptions) {
    this.#scope = scope;
    this.#options = options;
    this.signalling = new EmbeddedSignalling({
      listen: [
        ...(options.transports ?? (['udp', 'tcp'] as const)).map((transport) => ({ transport, host, port: 0 })),
        ...(options.tls === undefined ? [] : [{ transport: 'tls' as const, host, port: 0, tls: options.tls }]),
      ],
      clock: new SystemClock(), random: new SeededRandom(5), ids: this.#ids, log: silentLogger, product: 'Nailup',
      onWire: (direction, bytes, flow) => {
        options.trace?.record(direction, bytes, flow);
        this.wire.push(`${direction === 'in' ? '<' : '>'} ${bytes.toString('latin1')}`);
      },
      ...options.signalling,
    });
    this.media = createEmbeddedMedia({ address: host, ports: { from: nailupMediaPorts.from, to: nailupMediaPorts.to } }, { log: silentLogger });
  }

  static async start(scope: Scope, options: PhoneOptions = {}): Promise<Phone> {
    const phone = new Phone(scope, options);
    scope.defer(() => phone.media.stop());
    scope.defer(() => phone.signalling.stop(1_000));
    await phone.media.start((event) => phone.#mediaEvent(event));
    await phone.signalling.start((event) => phone.#signal(event));
    return phone;
  }

  /** `host:port` of the listening address of that transport. */
  address(transport: 'udp' | 'tcp' | 'tls' = 'udp'): string {
    const found = this.signalling.addresses.find((address) => address.transport === transport);
    if (found === undefined) throw new Error(`the phone does not listen on ${transport}`);
    return found.text;
  }

  /** Rings somebody. */
  async call(to: string, place: Partial<PlaceCall> = {}): Promise<Call> {
    const call = this.#open(this.#ids.next('call'));
    accept(this.media.openEndpoint({ node: call.node, group: 'calls', ...this.#mediaOptions() }));
    const sdp = this.described(await call.ready());
    accept(this.signalling.place({ call: call.id, to, sdp, timeoutMs: 10_000, ...place }));
    return call;
  }

  described(sdp: string): string {
    return this.#options.onDescription?.(sdp) ?? sdp;
  }

  /** The `n`-th call from outside, from 0. */
  incoming(n = 0, limitMs = 8_000): Promise<Call> {
    return until('a call from the peer', limitMs, () => this.calls.filter((call) => call.inbound)[n]);
  }

  /** Nothing is open any more: calls, dialogs, RTP ports. */
  async quiet(limitMs = 8_000): Promise<void> {
    let words = '';
    try {
      await until('the phone is quiet', limitMs, async () => {
        const { openCalls, openDialogs } = this.signalling.stats();
        const { openPorts } = await this.media.stats();
        words = `calls ${openCalls}, dialogs ${openDialogs}, RTP ports ${openPorts}`;
        return openCalls === 0 && openDialogs === 0 && openPorts === 0;
      });
    } catch (error) {
      throw new Error(`still open: ${words}`, { cause: error });
    }
  }

  #mediaOptions(): { codecs?: readonly string[]; srtp?: 'never' | 'allow' | 'require' } {
    const { codecs, srtp } = this.#options;
    return { ...(codecs === undefined ? {} : { codecs }), ...(srtp === undefined ? {} : { srtp }) };
  }

  #open(id: CallId, inbound = false): Call {
    const call = new Call(this, id, this.#ids.next('media'), inbound, this.#scope.file(`nailup-${this.calls.length}-${id}.wav`), this.#options.toneHz ?? 620);
    this.calls.push(call);
    return call;
  }

  #mediaEvent(event: MediaEvent): void {
    if (!('node' in event)) return;
    this.calls.find((call) => call.node === event.node)?.onMedia(event);
  }

  #signal(event: SignallingEvent): void {
    this.signals.push(event);
    if (event.name === 'call.incoming') return this.#incoming(event);
    if ('call' in event) this.calls.find((call) => call.id === event.call)?.onSignal(event);
    if (event.name === 'call.referred') void this.#referred(event);
  }

  #incoming(event: SignallingEventMap['call.incoming']): void {
    const call = this.#open(event.call, true);
    call.request = event;
    const reply = this.media.openEndpoint({ node: call.node, group: 'calls', ...(event.sdp === undefined ? {} : { remoteSdp: event.sdp }), ...this.#mediaOptions() });
    if (!reply.accepted) return void this.signalling.reject({ call: call.id, status: 488 });
    this.signalling.progress({ call: call.id, status: 180 });
    if (this.#options.ringOnly === true) return;
    void call.ready().then((sdp) => {
      this.signalling.answer({ call: call.id, sdp });
      // RFC 3891: the call that it replaces ends
      if (event.replaces !== undefined) this.signalling.hangUp({ call: event.replaces });
    }, () => this.signalling.reject({ call: call.id, status: 488 }));
  }

  /** The peer wants us to call somebody: we do, and it learns how that goes. */
  async #referred(event: SignallingEventMap['call.referred']): Promise<void> {
    await this.call(event.target, { referredBy: event.call, ...(event.replaces === undefined ? {} : { replaces: event.replaces }) });
  }
}

/** One call of the phone: its signalling and its media endpoint. */
export class Call {
  readonly id: CallId;
  readonly node: MediaId;
  readonly inbound: boolean;
  readonly signals: SignallingEvent[] = [];
  readonly medias: MediaEvent[] = [];
  request: SignallingEventMap['call.incoming'] | undefined;
  readonly #phone: Phone;
  readonly #file: string;
  readonly #toneHz: number;
  #recording = false;
  #changing = false;

  constructor(phone: Phone, id: CallId, node: MediaId, inbound: boolean, file: string, toneHz: number) {
    this.#phone = phone;
    this.id = id;
    this.node = node;
    this.inbound = inbound;
    this.#file = file;
    this.#toneHz = toneHz;
  }

  get digits(): string {
    return this.medias.filter((event) => event.name === 'digit').map((event) => event.digit).join('');
  }

  get negotiated(): MediaEventMap['endpoint.negotiated'] | undefined {
    return this.medias.filter((event) => event.name === 'endpoint.negotiated').at(-1);
  }

  get ended(): boolean {
    return this.signals.some((event) => event.name === 'call.ended' || event.name === 'call.failed');
  }

  signal<N extends SignallingEvent['name']>(name: N, limitMs = 6_000, which: (event: Extract<SignallingEvent, { name: N }>) => boolean = () => true): Promise<Extract<SignallingEvent, { name: N }>> {
    const isIt = (event: SignallingEvent): event is Extract<SignallingEvent, { name: N }> => event.name === name && which(event as Extract<SignallingEvent, { name: N }>);
    return until(`${name} (so far: ${this.#seen()})`, limitMs, () => {
      const found = this.signals.find(isIt);
      const failed = found === undefined && this.signals.find((event) => event.name === 'call.failed');
      if (typeof failed === 'object') throw new Error(`the call failed: ${failed.name === 'call.failed' ? `${failed.status} ${failed.reason} (${failed.failure})` : ''}`);
      return found;
    });
  }

  /** Answered, media negotiated; from now on it says its tone and records. */
  async up(limitMs = 8_000): Promise<void> {
    await this.signal('call.answered', limitMs);
    await this.#begin();
  }

  /** As `up`, but before the answer: the far end speaks already. */
  async early(limitMs = 4_000): Promise<void> {
    const progress = await this.signal('call.progress', limitMs, (event) => event.sdp !== undefined);
    accept(this.#phone.media.applyAnswer({ node: this.node, sdp: progress.sdp ?? '' }));
    await this.#begin();
  }

  async #begin(): Promise<void> {
    await until('the media are negotiated', 3_000, () => this.negotiated);
    accept(this.#phone.media.play({ play: `tone-${this.node}`, node: this.node, items: [{ kind: 'pcm', sampleRate: 8_000, samples: tone(this.#toneHz, 2_000) }], loop: true }));
    accept(this.#phone.media.record({ record: this.node, node: this.node, path: this.#file, what: 'in' }));
    this.#recording = true;
  }

  /** What it has heard; the recording ends. */
  async heard(): Promise<{ readonly samples: Int16Array; readonly rate: number }> {
    if (this.#recording) {
      this.#recording = false;
      this.#phone.media.stopRecord({ record: this.node });
    }
    await until('the recording is closed', 4_000, () => this.medias.find((event) => event.name === 'record.done'));
    return readSamples(readFileSync(this.#file));
  }

  async hangUp(): Promise<void> {
    accept(this.#phone.signalling.hangUp({ call: this.id }));
    await this.over();
  }

  over(limitMs = 6_000): Promise<true> {
    return until('the call ends', limitMs, () => this.ended);
  }

  /** Offers a change of direction and waits for the peer's answer. */
  async change(direction: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'): Promise<void> {
    const before = this.medias.filter((event) => event.name === 'endpoint.ready').length;
    const negotiated = this.medias.filter((event) => event.name === 'endpoint.negotiated').length;
    this.#changing = true;
    accept(this.#phone.media.makeOffer({ node: this.node, direction }));
    const sdp = await until('our offer', 3_000, () => this.medias.filter((event) => event.name === 'endpoint.ready')[before]);
    const answers = this.signals.filter((event) => event.name === 'call.renegotiated').length;
    accept(this.#phone.signalling.renegotiate({ call: this.id, sdp: sdp.sdp }));
    const answer = await until('the answer to our offer', 5_000, () => this.signals.filter((event) => event.name === 'call.renegotiated')[answers]);
    this.#changing = false;
    expect(answer.status < 300 && answer.sdp !== undefined, `the peer answered our offer with ${answer.status}`);
    accept(this.#phone.media.applyAnswer({ node: this.node, sdp: answer.sdp }));
    await until('the change is applied', 3_000, () => this.medias.filter((event) => event.name === 'endpoint.negotiated').length > negotiated);
  }

  async ready(): Promise<string> {
    const event = await until('the endpoint is ready', 4_000, () => this.medias.find((found) => found.name === 'endpoint.ready' || found.name === 'endpoint.failed'));
    if (event.name !== 'endpoint.ready') throw new Error(`the endpoint failed: ${event.name === 'endpoint.failed' ? event.reason : ''}`);
    return event.sdp;
  }

  onMedia(event: MediaEvent): void {
    this.medias.push(event);
    if (event.name === 'endpoint.ready' && this.#offered > 0) {
      this.#offered -= 1;
      this.#phone.signalling.answerOffer({ call: this.id, sdp: event.sdp });
    }
  }

  #offered = 0;

  onSignal(event: SignallingEvent): void {
    this.signals.push(event);
    const { media, signalling } = this.#phone;
    if (event.name === 'call.answered' && !this.inbound && event.sdp !== undefined) media.applyAnswer({ node: this.node, sdp: this.#phone.described(event.sdp) });
    if (event.name === 'call.ended' || event.name === 'call.failed') media.close({ node: this.node });
    if (event.name === 'call.offer' && !this.#changing) {
      this.#offered += 1;
      const reply = event.sdp === undefined ? media.makeOffer({ node: this.node, direction: 'sendrecv' }) : media.applyOffer({ node: this.node, sdp: event.sdp });
      if (!reply.accepted) {
        this.#offered -= 1;
        signalling.answerOffer({ call: this.id });
      }
    }
  }

  #seen(): string {
    return [...this.signals, ...this.medias].map((event) => event.name).join(' ') || 'nothing';
  }
}

function accept(reply: Reply): void {
  if (!reply.accepted) throw new Error(`refused: ${reply.refusal.kind}: ${reply.refusal.reason}`);
}
