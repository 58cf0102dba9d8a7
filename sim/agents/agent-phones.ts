import type { Clock } from '../../src/kernel/clock.ts';
import { RandomIds } from '../../src/kernel/ids.ts';
import type { Logger } from '../../src/kernel/logger.ts';
import { SeededRandom } from '../../src/kernel/random.ts';
import type { ServerInvite } from '../../src/sip/user-agent/server-invite.ts';
import { UserAgent } from '../../src/sip/user-agent/user-agent.ts';
import { DtmfDetector } from '../../src/audio/dtmf-detector.ts';
import { sineAmplitude } from '../../src/audio/level.ts';
import { VoiceLibrary } from '../audio/voice-library.ts';
import { ClipPlayer } from '../phone/clip-player.ts';
import { FrameTicker } from '../phone/frame-ticker.ts';
import { agentPilotHz, Hearing, type Heard } from '../phone/hearing.ts';
import { RtpPhone } from '../phone/rtp-phone.ts';

export interface PhonesOptions {
  readonly host: string;
  readonly port: number;
  readonly seed: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onCall: (record: AgentCallRecord) => void;
}

/** What an agent's phone heard on one nailed call. */
export interface AgentCallRecord {
  readonly extension: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly heard: Heard;
  readonly digits: string;
  /** Keys heard as tones. */
  readonly tones: string;
  readonly telephoneEventPackets: number;
}

/** The SIP phones of all simulated agents, on one port: each answers at once and stays. Speaks when it hears somebody. */
export class AgentPhones {
  readonly #options: PhonesOptions;
  readonly #agent: UserAgent;
  readonly #ticker = new FrameTicker();
  readonly #voices = new VoiceLibrary();
  readonly #seed: SeededRandom;
  readonly #open = new Map<string, { invite: ServerInvite; end: () => void }>();

  constructor(options: PhonesOptions) {
    this.#options = options;
    this.#seed = new SeededRandom(options.seed);
    this.#agent = new UserAgent({
      listen: [{ transport: 'udp', host: options.host, port: options.port }],
      clock: options.clock,
      random: this.#seed.fork('sip'),
      ids: new RandomIds(),
      log: options.logger,
      product: 'nailup-agent-phone',
      sessionTimer: { intervalSeconds: 0, minimumSeconds: 90 },
      reliableProvisionals: false,
      handlers: { onInvite: (invite) => void this.#take(invite) },
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
    for (const call of this.#open.values()) call.end();
    await this.#agent.stop(500);
  }

  async #take(invite: ServerInvite): Promise<void> {
    const { clock, host } = this.#options;
    const extension = /^sips?:([^@;]*)/i.exec(invite.request.requestUri)?.[1] ?? '';
    const sdp = invite.sdp;
    if (sdp === undefined) return invite.reject(488);
    // A phone that is called again has lost its old call (the server was restarted): the new one wins.
    this.#open.get(extension)?.end();
    invite.provisional(180);
    const random = this.#seed.fork(extension);
    const player = new ClipPlayer();
    const hearing = new Hearing(() => clock.monotonic());
    const startedAt = clock.now();
    let digits = '';
    let tones = '';
    const toneDetector = new DtmfDetector((key) => (tones += key));
    let phase = 0;
    let lastHeard = 0;
    const talk = this.#voices.ofKind('talk');
    const phone = await RtpPhone.open(host, this.#ticker, random, {
      heard: (samples) => {
        hearing.frame(samples);
        toneDetector.process(samples);
        if (hearing.silentMs < 60) lastHeard = clock.monotonic();
      },
      speak: (out) => {
        // Speaks while there was somebody on the line within the last three seconds; silent between customers.
        if (clock.monotonic() - lastHeard > 3_000) {
          player.clear();
          return false;
        }
        if (!player.playing) {
          const clip = talk[Math.floor(random.next() * talk.length)];
          if (clip !== undefined) player.play(this.#voices.samples(clip));
          player.silence(500);
        }
        player.fill(out);
        phase = addPilot(out, phase);
        return true;
      },
      digit: (key) => (digits += key),
    });
    const end = (): void => {
      if (!this.#open.delete(extension)) return;
      phone.close();
      invite.session.bye();
      this.#options.onCall({ extension, startedAt, endedAt: clock.now(), heard: hearing.account(), digits, tones, telephoneEventPackets: phone.telephoneEventPackets });
    };
    this.#open.set(extension, { invite, end });
    invite.session.handlers = { onEnded: end };
    invite.handlers = { onCancelled: end };
    invite.answer(phone.sdp());
    phone.connect(sdp);
  }
}

const pilotAmplitude = sineAmplitude(-42);

function addPilot(out: Int16Array, phase: number): number {
  const turn = (2 * Math.PI * agentPilotHz) / 8_000;
  for (let i = 0; i < out.length; i++) {
    out[i] = Math.max(-32_768, Math.min(32_767, (out[i] ?? 0) + Math.round(pilotAmplitude * Math.sin(phase + i * turn))));
  }
  return (phase + out.length * turn) % (2 * Math.PI);
}
