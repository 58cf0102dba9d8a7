import { DtmfGenerator } from '../../src/audio/dtmf-generator.ts';
import { ToneGenerator, type ToneCadence } from '../../src/audio/tone-generator.ts';
import type { Clock } from '../../src/kernel/clock.ts';
import { RandomIds } from '../../src/kernel/ids.ts';
import type { Logger } from '../../src/kernel/logger.ts';
import { SeededRandom } from '../../src/kernel/random.ts';
import type { DnsResolver } from '../../src/sip/transport/server-locator.ts';
import type { ServerInvite } from '../../src/sip/user-agent/server-invite.ts';
import { UserAgent } from '../../src/sip/user-agent/user-agent.ts';
import { ClipPlayer } from '../phone/clip-player.ts';
import { FrameTicker } from '../phone/frame-ticker.ts';
import type { PhoneListener } from '../phone/rtp-phone.ts';
import { calleeScript, silentUser, type CalleeScript, type EarlyTone } from './callee-script.ts';
import { ScriptedTelephone, type TelephoneParts } from './scripted-telephone.ts';

const host = '127.0.0.1';
const samplesPerMs = 8;

/** Touch tones as they sound, after a pause in which a prompt may begin. */
function toneClip(digits: string): Int16Array {
  const before = 1_500 * samplesPerMs;
  const clip = new Int16Array(before + digits.length * 200 * samplesPerMs);
  const generator = new DtmfGenerator();
  generator.send(digits, 100, 100);
  generator.process(clip.subarray(before));
  return clip;
}

const networkTones: Readonly<Record<EarlyTone, ToneCadence>> = {
  // Of the United Kingdom: soon known.
  ringback: { segments: [{ frequencies: [400, 450], durationMs: 400 }, { frequencies: [], durationMs: 200 }, { frequencies: [400, 450], durationMs: 400 }, { frequencies: [], durationMs: 2000 }], repeatFrom: 0 },
  busy: { segments: [{ frequencies: [480, 620], durationMs: 500 }, { frequencies: [], durationMs: 500 }], repeatFrom: 0 },
  reorder: { segments: [{ frequencies: [480, 620], durationMs: 250 }, { frequencies: [], durationMs: 250 }], repeatFrom: 0 },
  sit: { segments: [{ frequencies: [985.2], durationMs: 380 }, { frequencies: [1428.5], durationMs: 380 }, { frequencies: [1776.7], durationMs: 380 }] },
};

/** What sounds in the telephone's voice. */
function speaker({ tones, early }: CalleeScript): Partial<PhoneListener> {
  if (early !== undefined) {
    const tone = new ToneGenerator(networkTones[early], 8000, -19);
    return {
      speak: (out) => {
        out.fill(0);
        tone.process(out, 0, out.length);
        return true;
      },
    };
  }
  if (tones === undefined) return {};
  const voice = new ClipPlayer();
  voice.play(toneClip(tones));
  return { speak: (out) => voice.fill(out) };
}

/** The far end of scripted tests: whom one calls at host `sim` does what the user part says, and anybody can call out. SIP and RTP on loopback. */
export class ScriptedCallees {
  readonly #agent: UserAgent;
  readonly #random = new SeededRandom(1);
  readonly #clock: Clock;
  readonly #ticker = new FrameTicker();
  readonly #telephones = new Set<ScriptedTelephone>();

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock;
    this.#agent = new UserAgent({
      listen: [{ transport: 'udp', host, port: 0 }],
      clock, log, random: this.#random, ids: new RandomIds(), product: 'scripted-callees', resolver: this.resolver,
      reliableProvisionals: false, sessionTimer: { intervalSeconds: 0, minimumSeconds: 90 },
      handlers: {
        onInvite: (invite) => this.#take(invite),
        screen: ({ method, toUser }) => (method === 'INVITE' && toUser === silentUser ? 'drop' : true),
      },
    });
  }

  async start(): Promise<void> {
    await this.#agent.start();
  }

  async stop(): Promise<void> {
    for (const telephone of this.#telephones) telephone.hangUp();
    await this.#agent.stop(500);
  }

  /** RTP packets of all telephones so far. */
  readonly packets = { received: 0, sent: 0 };

  get openTelephones(): number {
    return this.#telephones.size;
  }

  /** Leads the host name `sim` here. */
  readonly resolver: DnsResolver = {
    naptr: () => Promise.resolve([]),
    srv: (name) => Promise.resolve(name === '_sip._udp.sim' ? [{ priority: 0, weight: 1, port: this.#agent.addresses[0]?.port ?? 0, name: 'sim' }] : []),
    addresses: (name) => Promise.resolve(name === 'sim' ? [host] : []),
  };

  /** A telephone that calls `target` (where the INVITE goes) as `to`. */
  call(command: { readonly from: string; readonly to: string; readonly target: string; readonly headers?: Readonly<Record<string, string>> }, listener: Partial<PhoneListener> = {}): ScriptedTelephone {
    const telephone = this.#telephone(listener);
    void telephone.call(command);
    return telephone;
  }

  #take(invite: ServerInvite): void {
    // Whoever takes over a call of ours (RFC 3891) is let in, whatever the number says.
    const script = invite.replaces === undefined ? calleeScript(/^sips?:([^@;]*)@/i.exec(invite.request.requestUri)?.[1] ?? '') : { rings: false, answerAfterMs: 0 };
    void this.#telephone(speaker(script)).take(invite, script);
  }

  #telephone(listener: Partial<PhoneListener> = {}): ScriptedTelephone {
    const parts: TelephoneParts = { agent: this.#agent, clock: this.#clock, random: this.#random, ticker: this.#ticker, host, another: () => this.#telephone(), over: (telephone) => this.#over(telephone) };
    const telephone = new ScriptedTelephone(parts, listener);
    this.#telephones.add(telephone);
    return telephone;
  }

  #over(telephone: ScriptedTelephone): void {
    this.#telephones.delete(telephone);
    this.packets.received += telephone.packets.received;
    this.packets.sent += telephone.packets.sent;
  }
}
