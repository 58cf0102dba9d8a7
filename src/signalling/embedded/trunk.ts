import type { Clock } from '../../kernel/clock.ts';
import type { DigestClient } from '../../sip/auth/digest-client.ts';
import { hostText } from '../../sip/transport/flow.ts';
import { parseSipUri, type SipUri } from '../../sip/uri/sip-uri.ts';
import type { TrunkConfig } from '../signalling.ts';
import { RollingWindow } from './rolling-window.ts';

/** One configured way to the public network: its limits and whether it may be used now. */
export class Trunk {
  readonly config: TrunkConfig;
  readonly uri: SipUri;
  readonly digest: DigestClient | undefined;
  /** Calls that were sent to it and are not over. */
  openCalls = 0;
  /** Addresses from which it was seen to speak. */
  readonly addresses = new Set<string>();
  /** What the last OPTIONS ping said. */
  healthy = true;
  readonly #clock: Clock;
  readonly #window: RollingWindow | undefined;
  #pausedUntil = -Infinity;
  #sent = 0;
  readonly #outcomes = new Map<string, number>();

  constructor(config: TrunkConfig, clock: Clock, digest: DigestClient | undefined) {
    const uri = parseSipUri(config.address.startsWith('sip') ? config.address : `sip:${config.address}`);
    if (uri === undefined) throw new Error(`trunk ${config.name}: "${config.address}" is no host[:port][;transport=…]`);
    this.config = config;
    this.uri = uri;
    this.digest = digest;
    this.#clock = clock;
    this.addresses.add(uri.host);
    const windowMs = config.windowMs ?? 5_000;
    if (config.callsPerSecond !== undefined) this.#window = new RollingWindow((config.callsPerSecond * windowMs) / 1_000, windowMs);
  }

  get name(): string {
    return this.config.name;
  }

  /** Why no call may go out over it now; undefined when one may. */
  obstacle(): string | undefined {
    const { maxConcurrentCalls } = this.config;
    if (!this.healthy) return `trunk ${this.name} does not answer OPTIONS`;
    const now = this.#clock.monotonic();
    if (now < this.#pausedUntil) return `trunk ${this.name} asked for a pause of ${Math.ceil((this.#pausedUntil - now) / 1_000)} s more`;
    if (maxConcurrentCalls !== undefined && this.openCalls >= maxConcurrentCalls) return `trunk ${this.name} has ${this.openCalls} calls, its limit`;
    const wait = this.#window?.waitMs(now) ?? 0;
    return wait > 0 ? `trunk ${this.name} is at ${this.config.callsPerSecond ?? 0} calls per second; next in ${Math.ceil(wait)} ms` : undefined;
  }

  /** What it would take now: further lines, and INVITEs at once. */
  room(): { lines: number; invites: number } {
    if (!this.healthy || this.#clock.monotonic() < this.#pausedUntil) return { lines: 0, invites: 0 };
    const lines = (this.config.maxConcurrentCalls ?? Number.POSITIVE_INFINITY) - this.openCalls;
    return { lines, invites: Math.min(lines, this.#window?.room(this.#clock.monotonic()) ?? lines) };
  }

  /** Counts a call that goes out now; call `release` once when it is over. */
  take(): void {
    this.#window?.take(this.#clock.monotonic());
    this.openCalls += 1;
    this.#sent += 1;
  }

  release(): void {
    this.openCalls -= 1;
  }

  /** RFC 3261 §21.5.4: nothing goes there for so long. */
  pause(seconds: number): void {
    this.#pausedUntil = this.#clock.monotonic() + seconds * 1_000;
  }

  /** What became of a call that was sent to it: answered, or its final status; 0 for none at all. */
  count(outcome: 'answered' | number): void {
    const name = outcome === 'answered' ? 'answered' : outcome === 0 ? 'noResponse' : `failed${Math.floor(outcome / 100)}xx`;
    this.#outcomes.set(name, (this.#outcomes.get(name) ?? 0) + 1);
  }

  /** Calls open and sent, and what became of them. */
  get counters(): Readonly<Record<string, number>> {
    return { openCalls: this.openCalls, calls: this.#sent, up: this.healthy ? 1 : 0, ...Object.fromEntries(this.#outcomes) };
  }

  /** The Request-URI of a number on this trunk. */
  numberUri(number: string): string {
    const { transport } = this.uri;
    return `sip:${number}@${this.uri.hostPort}${transport === undefined ? '' : `;transport=${transport}`}`;
  }

  /** The From URI of a caller-ID. */
  callerUri(callerId: string): string {
    return /^(sips?|tel):/i.test(callerId) ? callerId : `sip:${callerId}@${hostText(this.uri.host)}`;
  }

  /** Where every request over it is sent. */
  get proxy(): string {
    return this.uri.raw;
  }
}
