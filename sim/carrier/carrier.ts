import type { Clock } from '../../src/kernel/clock.ts';
import { RandomIds } from '../../src/kernel/ids.ts';
import type { Logger } from '../../src/kernel/logger.ts';
import { SeededRandom } from '../../src/kernel/random.ts';
import type { ServerInvite } from '../../src/sip/user-agent/server-invite.ts';
import { UserAgent } from '../../src/sip/user-agent/user-agent.ts';
import { VoiceLibrary } from '../audio/voice-library.ts';
import { FrameTicker } from '../phone/frame-ticker.ts';
import { behaviourOf, type Ringing, type Shares } from './behaviour.ts';
import { Callee, type CalleeCall, type CallTruth } from './callee.ts';

export interface CarrierOptions {
  readonly host: string;
  readonly port: number;
  readonly seed: number;
  readonly shares: Shares;
  readonly ringing?: Ringing;
  /** False: phones answer without telephone-event. Default true. */
  readonly telephoneEvents?: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onCall: (truth: CallTruth) => void;
}

/** A SIP trunk with a population behind it: every number answers in its own way, drawn from the seed. */
export class Carrier {
  readonly #options: CarrierOptions;
  readonly #agent: UserAgent;
  readonly #ticker = new FrameTicker();
  readonly #voices = new VoiceLibrary();
  readonly #seed: SeededRandom;
  readonly #calls = new Map<string, number>();
  /** Calls that are up, by number. */
  readonly #up = new Map<string, Set<Callee>>();

  constructor(options: CarrierOptions) {
    this.#options = options;
    this.#seed = new SeededRandom(options.seed);
    this.#agent = new UserAgent({
      listen: [{ transport: 'udp', host: options.host, port: options.port }],
      clock: options.clock,
      random: this.#seed.fork('sip'),
      ids: new RandomIds(),
      log: options.logger,
      product: 'nailup-carrier',
      sessionTimer: { intervalSeconds: 0, minimumSeconds: 90 },
      reliableProvisionals: false,
      handlers: { onInvite: (invite) => this.#take(invite) },
    });
  }

  async start(): Promise<void> {
    await this.#agent.start();
  }

  /** The UDP port that it listens on. */
  get port(): number {
    return this.#agent.addresses[0]?.port ?? 0;
  }

  async stop(): Promise<void> {
    for (const callees of this.#up.values()) for (const callee of callees) callee.gone();
    await this.#agent.stop(500);
  }

  get openCalls(): number {
    return [...this.#up.values()].reduce((sum, set) => sum + set.size, 0);
  }

  #take(invite: ServerInvite): void {
    const number = userOf(invite.request.requestUri);
    const call = (this.#calls.get(number) ?? 0) + 1;
    this.#calls.set(number, call);
    if (invite.sdp === undefined) return invite.reject(488);
    const up = this.#up.get(number) ?? new Set<Callee>();
    this.#up.set(number, up);
    const behaviour = behaviourOf(this.#seed, number, call, this.#options.shares, this.#options.ringing);
    const wire: CalleeCall = {
      number,
      sipCallId: invite.request.callId ?? '',
      remoteSdp: invite.sdp,
      ring: () => invite.provisional(180),
      answer: (sdp) => invite.answer(sdp),
      reject: (status) => invite.reject(status),
      hangUp: () => invite.session.bye(),
    };
    const callee = new Callee(
      {
        clock: this.#options.clock, ticker: this.#ticker, random: behaviour.random, voices: this.#voices, mediaHost: this.#options.host, telephoneEvents: this.#options.telephoneEvents ?? true,
        done: (truth) => {
          up.delete(callee);
          if (up.size === 0) this.#up.delete(number);
          this.#options.onCall(truth);
        },
      },
      wire,
      behaviour,
      up.size > 0,
    );
    up.add(callee);
    invite.handlers = { onCancelled: () => callee.gone() };
    invite.session.handlers = { onEnded: () => callee.gone() };
    callee.start();
  }
}

function userOf(uri: string): string {
  return decodeURIComponent(/^(?:sips?|tel):([^@;?]*)/i.exec(uri)?.[1] ?? uri);
}
