import type { Timer } from '../../kernel/clock.ts';
import type { DigestClient } from '../auth/digest-client.ts';
import type { SipResponse } from '../message/sip-message.ts';
import type { Flow } from '../transport/flow.ts';
import type { UserAgent } from '../user-agent/user-agent.ts';

export interface RegistrationOptions {
  readonly userAgent: UserAgent;
  /** The registrar, e.g. `sip:pbx.example.org`. */
  readonly registrar: string;
  /** Address of record, e.g. `sip:1001@pbx.example.org`. */
  readonly address: string;
  readonly digest?: DigestClient | undefined;
  readonly contactUser?: string;
  readonly expiresSeconds?: number;
  /** `urn:uuid:…` of ours at that registrar: the binding belongs to the connection, and is renewed when that breaks (RFC 5626). */
  readonly instance?: string | undefined;
  /** A call identifier that stays the same (RFC 3261 §10.2). */
  readonly callId: string;
  after(delayMs: number, task: () => void): Timer;
  onState(state: { readonly registered: boolean; readonly status: number; readonly reason: string }): void;
}

const firstRetryMs = 5_000;
/** A broken connection is opened anew soon, though not in the same moment by everybody whom a registrar has lost (RFC 5626 §4.5). */
const reconnectMs = 1_000;
const maxRetryMs = 300_000;

/** Keeps us registered at a trunk or PBX: RFC 3261 §10.2. Refreshes in time, tries again with growing pauses, leaves with Expires 0. */
export class Registration {
  readonly #options: RegistrationOptions;
  #sequence = 1;
  #expires: number;
  #timer: Timer | undefined;
  #failures = 0;
  #stopped = false;
  #registered = false;
  #flow: Flow | undefined;

  constructor(options: RegistrationOptions) {
    this.#options = options;
    this.#expires = options.expiresSeconds ?? 600;
  }

  get registered(): boolean {
    return this.#registered;
  }

  start(): void {
    this.#stopped = false;
    this.#send(this.#expires);
  }

  /** Takes the binding away; the registrar's answer is not waited for. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    if (this.#registered) this.#send(0);
    this.#registered = false;
  }

  /** A connection broke: if ours, the registrar cannot reach us any more (RFC 5626 §4.5). */
  flowClosed(flow: Flow): void {
    if (this.#flow !== flow || this.#stopped) return;
    this.#flow = undefined;
    if (!this.#registered) return;
    this.#registered = false;
    this.#again(reconnectMs);
    this.#options.onState({ registered: false, status: 0, reason: 'the connection broke' });
  }

  #send(expires: number): void {
    const { userAgent, registrar, address, digest, contactUser, callId, instance } = this.#options;
    const sequence = this.#sequence;
    this.#sequence += 10; // challenges take numbers of their own
    userAgent.request('REGISTER', {
      target: registrar, from: { uri: address }, to: { uri: address }, digest, contactUser, callId, sequence, withContact: true,
      ...(instance === undefined ? {} : { contactParams: `;+sip.instance="<${instance}>";reg-id=1` }),
      headers: { Expires: String(expires), Supported: instance === undefined ? 'path' : 'path, outbound' },
    }, ({ status, response, flow }) => {
      if (flow?.reliable === true) this.#flow = flow;
      this.#outcome(status, response);
    });
  }

  #outcome(status: number, response: SipResponse | undefined): void {
    if (this.#stopped) return;
    if (status >= 200 && status < 300) {
      this.#failures = 0;
      this.#registered = true;
      const granted = this.#granted(response);
      // well before the end, and never in a busy loop
      this.#again(Math.max(granted > 120 ? granted - 60 : granted / 2, 5) * 1_000);
      return this.#options.onState({ registered: true, status, reason: 'registered' });
    }
    const minimum = Number.parseInt(response?.get('Min-Expires') ?? '', 10);
    if (status === 423 && minimum > this.#expires && minimum <= 86_400) {
      this.#expires = minimum; // §10.2.8
      return this.#send(minimum);
    }
    this.#registered = false;
    this.#failures += 1;
    const asked = Number.parseInt(response?.get('Retry-After') ?? '', 10);
    this.#again(asked > 0 ? asked * 1_000 : Math.min(firstRetryMs * 2 ** (this.#failures - 1), maxRetryMs));
    this.#options.onState({ registered: false, status, reason: response?.reason ?? (status === 408 ? 'no answer' : 'unreachable') });
  }

  /** What our own binding was granted: its expires parameter, else the Expires header. */
  #granted(response: SipResponse | undefined): number {
    const ours = this.#options.userAgent.addresses.map(({ host, port }) => `${host}:${port}`);
    for (const contact of response?.contacts ?? []) {
      if (contact === '*' || contact.uri.kind !== 'sip' || !ours.includes(`${contact.uri.host}:${contact.uri.port ?? 5060}`)) continue;
      const expires = Number(contact.params.get('expires') ?? NaN);
      if (expires > 0) return expires;
    }
    return response?.expires ?? this.#expires;
  }

  #again(delayMs: number): void {
    this.#timer?.cancel();
    this.#timer = this.#options.after(delayMs, () => this.#send(this.#expires));
  }
}
