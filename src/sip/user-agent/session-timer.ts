import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import { WheelTimer, type WheelTimerOwner } from '../transaction/timer-wheel.ts';
import type { UserAgentContext } from './user-agent-context.ts';

export interface SessionTimerOwner {
  /** Half of the interval has passed and refreshing is ours (RFC 4028 §10). */
  refreshSession(): void;
  /** The peer did not refresh in time (RFC 4028 §10): the session is dead. */
  sessionExpired(): void;
}

/** Keeps a session from outliving its peers: RFC 4028. */
export class SessionTimer implements WheelTimerOwner {
  readonly #context: UserAgentContext;
  readonly #owner: SessionTimerOwner;
  #timer: WheelTimer | undefined;
  /** Seconds; 0 while none is agreed. */
  #interval = 0;
  #refresher: 'us' | 'them' = 'us';

  constructor(context: UserAgentContext, owner: SessionTimerOwner) {
    this.#context = context;
    this.#owner = owner;
  }

  /** The agreed interval in seconds, 0 without one. */
  get interval(): number {
    return this.#interval;
  }

  /** What our INVITE or UPDATE asks for (RFC 4028 §7.1, §7.4); `minimum` after a 422. */
  ask(request: SipRequest, minimum = 0): void {
    const { sessionIntervalSeconds, sessionMinimumSeconds } = this.#context.settings;
    if (sessionIntervalSeconds === 0 && this.#interval === 0) return;
    const interval = Math.max(this.#interval === 0 ? sessionIntervalSeconds : this.#interval, minimum);
    const refresher = this.#interval === 0 ? '' : `;refresher=${this.#refresher === 'us' ? 'uac' : 'uas'}`;
    request.set('Session-Expires', `${interval}${refresher}`);
    if (minimum > 0 || sessionMinimumSeconds > 90) request.set('Min-SE', String(Math.max(minimum, sessionMinimumSeconds)));
  }

  /** The peer's 2xx to our INVITE or UPDATE. */
  agreedAsClient(response: SipResponse): void {
    const asked = parseSessionExpires(response.get('Session-Expires'));
    if (asked === undefined) return this.stop(); // RFC 4028 §7.2: the peer wants none
    this.#start(asked.seconds, asked.refresher === 'uas' ? 'them' : 'us');
  }

  /** Settles the interval as server and writes it into our 2xx (RFC 4028 §9). */
  agreeAsServer(request: SipRequest, response: SipResponse): void {
    const asked = parseSessionExpires(request.get('Session-Expires'));
    const peerCan = request.supports('timer');
    const own = this.#context.settings.sessionIntervalSeconds;
    if (asked === undefined && own === 0) return;
    const floor = Number.parseInt(request.get('Min-SE') ?? '', 10) || 0;
    const seconds = Math.max(asked === undefined ? own : asked.seconds, floor);
    const refresher = peerCan ? (asked?.refresher ?? 'uac') : 'uas';
    response.set('Session-Expires', `${seconds};refresher=${refresher}`);
    if (peerCan && refresher === 'uac') response.append('Require', 'timer'); // §9
    this.#start(seconds, refresher === 'uas' ? 'us' : 'them');
  }

  stop(): void {
    this.#interval = 0;
    if (this.#timer !== undefined) this.#context.wheel.stop(this.#timer);
  }

  onTimer(name: string): void {
    if (name === 'refresh') this.#owner.refreshSession();
    else this.#owner.sessionExpired();
  }

  #start(seconds: number, refresher: 'us' | 'them'): void {
    this.#interval = seconds;
    this.#refresher = refresher;
    this.#timer ??= new WheelTimer(this, '');
    this.#timer.name = refresher === 'us' ? 'refresh' : 'expired';
    // §10: refresh at half time; the other side gives up min(32 s, a third) before the end
    const delay = refresher === 'us' ? seconds / 2 : seconds - Math.min(32, seconds / 3);
    this.#context.wheel.start(this.#timer, delay * 1_000);
  }
}

/** Whether a request asks for too short an interval: the Min-SE of the 422 (RFC 4028 §9). */
export function tooSmallInterval(request: SipRequest, minimumSeconds: number): number | undefined {
  const asked = parseSessionExpires(request.get('Session-Expires'));
  const minimum = Math.max(minimumSeconds, 90);
  return asked !== undefined && asked.seconds < minimum && request.supports('timer') ? minimum : undefined;
}

/** `1800;refresher=uas`; undefined when absent or malformed. */
export function parseSessionExpires(value: string | undefined): { seconds: number; refresher: 'uac' | 'uas' | undefined } | undefined {
  if (value === undefined) return undefined;
  const match = /^\s*(\d{1,9})\s*(;.*)?$/.exec(value);
  if (match === null) return undefined;
  if (match[2] === undefined) return { seconds: Number(match[1]), refresher: undefined };
  const refresher = /;\s*refresher\s*=\s*(uac|uas)/i.exec(match[2])?.[1]?.toLowerCase();
  return { seconds: Number(match[1]), refresher: refresher === 'uac' || refresher === 'uas' ? refresher : undefined };
}
