import type { MediaId } from '../../kernel/ids.ts';
import type { Direction, NegotiatedAudio } from '../../sdp/index.ts';
import type { ClassifyHints, LegStats, MediaEventMap, OpenEndpoint } from '../media.ts';
import type { WorkerConfig } from './config.ts';
import type { EdgeLine } from './edge.ts';
import { codecOf, EndpointMedia } from './endpoint-media.ts';
import { EndpointNegotiation, type NegotiationError } from './endpoint-negotiation.ts';
import { KeyPresses } from './key-presses.ts';
import { LegAnalysis } from './leg-analysis.ts';
import { legFigures } from './leg-figures.ts';
import { LegMeasures } from './leg-measures.ts';
import { passesDigit, spreadDigitDown, spreadDigitUp, type DigitVia, type Gatherer, type MediaNode, type NodeContext } from './media-node.ts';
import type { PacketIo, PacketSocket, SocketPair } from './packet-io.ts';
import { Player } from './player.ts';
import type { Recorder } from './recorder.ts';
import { frameSamples, Source, type SampleRate } from './source.ts';
import type { Tap } from './tap.ts';

/** Silence, which nobody writes to. */
const still = new Int16Array(frameSamples(8000));
/** What is sent to the phone whose turn it is. One for all legs of a thread: it stays in the processor's cache. */
const sent8 = new Int16Array(frameSamples(8000));
const sent16 = new Int16Array(frameSamples(16000));

/** An RTP endpoint: a phone at the other end of a port pair. */
export class Endpoint implements MediaNode {
  readonly kind = 'endpoint';
  readonly id: MediaId;
  readonly edgesIn: EdgeLine[] = [];
  readonly edgesOut: EdgeLine[] = [];
  readonly recorders: Recorder[] = [];
  readonly player: Player;
  source = new Source(8000);
  rate: SampleRate = 8000;
  tap: Tap | undefined;
  /** Card mode: recordings, taps and events of it have its digits masked. */
  hidesDigits = false;
  media: EndpointMedia | undefined;
  readonly #context: NodeContext;
  readonly #command: OpenEndpoint;
  readonly #config: WorkerConfig;
  readonly #random: () => number;
  #pair: SocketPair | undefined;
  #negotiation: EndpointNegotiation | undefined;
  #measures: LegMeasures | undefined;
  #closed = false;
  #silent = false;
  readonly #analysis: LegAnalysis;
  readonly #presses = new KeyPresses((key, durationMs, via) => this.#pressed(key, durationMs, via));

  constructor(command: OpenEndpoint, context: NodeContext, config: WorkerConfig, random: () => number) {
    this.id = command.node;
    this.#command = command;
    this.#context = context;
    this.#config = config;
    this.#random = random;
    this.player = new Player(this.id, context);
    this.#analysis = new LegAnalysis(this.id, context, (key, durationMs, agoMs) => {
      const receiver = this.media?.receiver;
      if (receiver !== undefined) this.#presses.tone(key, durationMs, context.now(), receiver.pressed, (ms) => receiver.timestampAgo(agoMs + ms));
    });
  }

  get ports(): number {
    return this.#pair === undefined ? 0 : 2;
  }

  open(io: PacketIo): void {
    io.openPair(this.#command.listen !== false, (pair) => {
      if (pair === undefined) return this.#fail({ kind: 'noresource', reason: 'no free RTP port pair' });
      if (this.#closed) return closePair(pair);
      this.#pair = pair;
      this.#negotiation = new EndpointNegotiation(this.#command, pair, this.#config.advertisedAddress, this.#config.codecs);
      if (this.#command.remoteSdp !== undefined) this.applyOffer(this.#command.remoteSdp);
      else this.#context.emit({ name: 'endpoint.ready', node: this.id, sdp: this.#negotiation.offer() });
    });
  }

  /** What is to be read before a tick of it: nothing when its packets may be passed on, which does not wait for a tick. */
  get socketInTurn(): PacketSocket | undefined {
    return this.#command.listen === false ? undefined : this.#pair?.rtp;
  }

  applyOffer(sdp: string): void {
    const result = this.#negotiation?.answer(sdp);
    if (result === undefined) return this.#fail({ kind: 'error', reason: 'the endpoint has no ports yet' });
    if (!result.ok) return this.#fail(result.error);
    if (!this.#agree(result.value.agreed)) return;
    this.#context.emit({ name: 'endpoint.ready', node: this.id, sdp: result.value.sdp });
    this.#tellAgreed();
  }

  applyAnswer(sdp: string): void {
    const result = this.#negotiation?.accept(sdp);
    if (result === undefined) return this.#fail({ kind: 'error', reason: 'the endpoint has no ports yet' });
    if (!result.ok) return this.#fail(result.error);
    if (this.#agree(result.value)) this.#tellAgreed();
  }

  makeOffer(direction: Direction): void {
    if (this.#negotiation === undefined) return this.#fail({ kind: 'error', reason: 'the endpoint has no ports yet' });
    this.#context.emit({ name: 'endpoint.ready', node: this.id, sdp: this.#negotiation.offer(direction) });
  }

  /**
   * Decides whether what arrives can go on to the one phone that hears it as it is, without a frame being made of it: nobody
   * listens to it here, nothing is done to it on the way, and nothing is mixed to it. Before a tick; true when it is decided otherwise than before.
   */
  chooseForward(): boolean {
    const { media } = this;
    if (media === undefined) return false;
    const target = this.#forwardTarget(media);
    if (target === media.forwardTo) return false;
    media.forwardTo = target;
    return true;
  }

  #stopForward(): void {
    if (this.media !== undefined) this.media.forwardTo = undefined;
  }

  #forwardTarget(media: EndpointMedia): EndpointMedia | undefined {
    const [edge, ...others] = this.edgesOut;
    if (this.#command.listen !== false || edge === undefined || others.length > 0 || edge.to.kind !== 'endpoint' || !edge.isTransparent) return undefined;
    if (this.recorders.length > 0 || this.tap !== undefined || this.#analysis.classifies) return undefined;
    const to = edge.to as Endpoint;
    if (to.edgesIn.length !== 1 || to.player.active || to.recorders.length > 0 || to.media === undefined || !to.media.sendsLike(media)) return undefined;
    media.forwardsEvents = edge.clamp.events === 'pass';
    return to.media;
  }

  /** Reads what is going to be needed, so that it is on its way from memory; the number means nothing. */
  preload(): number {
    const { media } = this;
    // What is only forwarded needs none of it.
    if (media === undefined || media.forwardTo !== undefined) return 0;
    const audio = media.preload() + this.source.preload() + this.#presses.preload() + this.edgesOut.length + this.edgesIn.length;
    return this.#isHeard ? audio + this.#analysis.preload() : audio;
  }

  /** What comes goes on as it is, and what goes out is another's: there is nothing to do for it in a tick. */
  get isPassing(): boolean {
    return this.media !== undefined && this.media.forwardTo !== undefined && this.media.fed;
  }

  /** Makes the frame that the phone says in this tick, and listens to it. `ms`: since the last one, 20 but for a leg that is passing. */
  produce(nowMs: number, ms: number): void {
    const { source } = this;
    source.begin();
    if (this.media === undefined) return source.silence();
    source.keyHeld = this.media.receiver.pressed || this.#presses.infoHolds(nowMs);
    if (this.media.forwardTo !== undefined) {
      this.media.settle();
      this.media.receiver.idle(ms);
      source.silence();
      source.live = this.media.heardAt > nowMs - 20 - ms;
      return;
    }
    this.media.pull(source, nowMs);
    if (!this.#isHeard) return;
    // A source's own frame is there for three ticks more, what is made of it for another rate only in this one.
    const waits = (source.rate === 8000 || !source.present) && !this.#hearsPlay;
    source.toneSounds = this.#analysis.process(source.view('pass', 8000) ?? still, nowMs, this.#gatesTones, waits);
    this.tap?.take(source.frame, source.rate, this.hidesDigits, source.keyHeld);
  }

  /** Something is played that what the phone says may break off. */
  get #hearsPlay(): boolean {
    if (this.player.active) return true;
    for (let i = 0; i < this.edgesOut.length; i++) if ((this.edgesOut[i] as EdgeLine).to.player.active) return true;
    return false;
  }

  /** Somebody wants to know what the phone says, beside those to whom it is passed on. */
  get #isHeard(): boolean {
    return this.#command.listen !== false || this.#analysis.classifies || this.tap !== undefined;
  }

  classify(hints: ClassifyHints): void {
    this.#analysis.classify(hints);
  }

  stopClassify(): void {
    this.#analysis.stopClassify();
  }

  /** Sends what the edges bring and what is played; true when an audio packet left. */
  consume(gatherer: Gatherer): boolean {
    const { media } = this;
    if (media === undefined) {
      // Nobody is there yet: what is played waits.
      return false;
    }
    if (media.fed) return true;
    const own = this.rate === 8000 ? sent8 : sent16;
    let sent = gatherer.gather(this, own, true);
    if (media.sender.sounds && sent !== own) {
      own.set(sent);
      sent = own;
    }
    const left = media.push(sent);
    if (this.recorders.length > 0) {
      for (const recorder of [...this.recorders]) {
        recorder.take(this.source.frame, sent, this.hidesDigits, this.source.keyHeld);
      }
    }
    return left;
  }

  /** Now and then: RTCP, and whether the phone fell silent. */
  control(nowMs: number): void {
    const { media } = this;
    if (media === undefined) return;
    media.control(nowMs);
    if (!media.receives) media.heardAt = nowMs;
    else if (!this.#silent && nowMs - media.heardAt >= this.#config.silentAfterMs) {
      this.#silent = true;
      this.#context.emit({ name: 'endpoint.silent', node: this.id, silentMs: Math.round(nowMs - media.heardAt) });
    }
  }

  /** Digits of ours for this phone alone. */
  sendDigits(digits: string, durationMs: number, gapMs: number): void {
    this.media?.sender.digits(digits, durationMs, gapMs, () => this.#context.emit({ name: 'digits.sent', node: this.id, digits }));
  }

  /** A digit of this phone that came by SIP INFO. */
  injectDigit(digit: string, durationMs: number): void {
    this.#presses.info(digit, durationMs, this.#context.now());
  }

  digitDown(key: string): void {
    this.media?.sender.press(key);
  }

  digitUp(key: string, durationMs: number, via: DigitVia): void {
    // In-band digits are in the audio already.
    if (via !== 'inband') this.media?.sender.release(key, durationMs);
  }

  digitLifted(key: string | undefined): void {
    this.media?.sender.lift(key);
  }

  legStats(): LegStats | undefined {
    return this.media === undefined ? undefined : legFigures(this.id, this.media);
  }

  measure(measure: string): void {
    if (this.media !== undefined) (this.#measures ??= new LegMeasures(this.id, this.#context)).begin(measure, this.media);
  }

  endMeasure(measure: string): void {
    if (this.media !== undefined) this.#measures?.end(measure, this.media);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.media !== undefined) this.#measures?.endAll(this.media);
    this.media?.farewell();
    this.#stopForward();
    this.#analysis.finish();
    this.player.close();
    if (this.#pair !== undefined) closePair(this.#pair);
    this.#pair = undefined;
  }

  #agree(agreed: NegotiatedAudio): boolean {
    const pair = this.#pair;
    const codec = codecOf(agreed);
    if (pair === undefined || codec === undefined) {
      this.#fail({ kind: 'unsupported', reason: `no codec for ${agreed.send.encoding}` });
      return false;
    }
    const before = this.media;
    this.#stopForward();
    this.media = new EndpointMedia({
      pair, agreed, codec: before !== undefined && before.codec.name === codec.name ? before.codec : codec, before, cname: `nailup@${this.#config.advertisedAddress}`, random: this.#random,
      now: () => this.#context.now(), onHeard: () => this.#heard(),
      keys: { keyDown: (key, timestamp, units) => this.#keyDown(key, timestamp, units), keyUp: (key, ms, units, known) => this.#presses.event(key, ms, units, known, this.#context.now()) },
    });
    if (codec.rate !== this.rate) {
      this.rate = codec.rate;
      this.source = new Source(codec.rate);
    }
    this.#silent = false;
    return true;
  }

  get #gatesTones(): boolean {
    let wanted = false;
    for (const edge of this.edgesOut) wanted ||= edge.clampsTones;
    return wanted;
  }

  #tellAgreed(): void {
    const { media } = this;
    if (media === undefined) return;
    const { agreed } = media;
    this.#context.emit({
      name: 'endpoint.negotiated', node: this.id, codec: media.codec.name, dtmf: media.sender.sendsEvents ? 'rfc4733' : 'inband',
      direction: agreed.direction, remote: `${agreed.remote.address}:${agreed.remote.port}`,
    });
  }

  #fail({ kind, reason }: NegotiationError): void {
    const event: { name: 'endpoint.failed' } & MediaEventMap['endpoint.failed'] = { name: 'endpoint.failed', node: this.id, kind, reason };
    this.#context.emit(event);
  }

  #heard(): void {
    if (!this.#silent) return;
    this.#silent = false;
    this.#context.emit({ name: 'endpoint.heard', node: this.id });
  }

  #keyDown(key: string, timestamp: number, units: number): void {
    const reached = (via: DigitVia): boolean => this.edgesOut.every((edge) => passesDigit(edge, via) || !passesDigit(edge, 'rfc4733'));
    if (this.#presses.eventBegins(key, timestamp, units, this.#context.now(), reached)) return;
    this.player.bargeIn();
    // While packets are forwarded, so are the events in them.
    if (this.media?.forwardTo === undefined) spreadDigitDown(this, key, 'rfc4733', undefined, 0);
  }

  #pressed(digit: string, durationMs: number, via: DigitVia): void {
    this.player.bargeIn();
    this.#context.emit({ name: 'digit', node: this.id, digit: this.hidesDigits ? 'x' : digit, durationMs: Math.round(durationMs), via, atMs: this.#context.processTime(this.#context.now()) });
    for (const recorder of [...this.recorders]) recorder.digit(digit);
    if (via !== 'rfc4733' || this.media?.forwardTo === undefined) spreadDigitUp(this, digit, durationMs, via, undefined, 0);
  }
}

function closePair(pair: SocketPair): void {
  pair.rtp.close();
  pair.rtcp.close();
}
