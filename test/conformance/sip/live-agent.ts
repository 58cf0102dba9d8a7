import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { SystemClock, type Timer } from '../../../src/kernel/clock.ts';
import { RandomIds } from '../../../src/kernel/ids.ts';
import { silentLogger, type Logger } from '../../../src/kernel/logger.ts';
import { SeededRandom } from '../../../src/kernel/random.ts';
import { acceptAnswer, createAnswer, createOffer, parseSdp, serialiseSdp, type LocalAudio, type SessionDescription } from '../../../src/sdp/index.ts';
import { cryptoSuites } from '../../../src/sdp/sdes.ts';
import { redirectedTo } from '../../../src/signalling/embedded/redirection.ts';
import type { IncomingOffer } from '../../../src/sip/user-agent/incoming-offer.ts';
import type { InviteSession } from '../../../src/sip/user-agent/invite-session.ts';
import type { ServerInvite } from '../../../src/sip/user-agent/server-invite.ts';
import { formatReplaces, type IncomingRefer } from '../../../src/sip/user-agent/session-transfer.ts';
import type { SipTimers } from '../../../src/sip/transaction/sip-timers.ts';
import { UserAgent, type UserAgentStats } from '../../../src/sip/user-agent/user-agent.ts';

export interface LiveAgentOptions {
  /** 0: any free port. */
  readonly port: number;
  /** `none`: answer at once, without even a 100 or 180. */
  readonly provisional?: 'none' | 'ringing';
  /** BYE that long after our 200; null: never. */
  readonly hangupAfterAnswerMs?: number | null;
  /** Further methods that are answered with 200. */
  readonly methods?: readonly string[];
  readonly timers?: Partial<SipTimers>;
}

export interface CallOptions {
  readonly hangupAfterAnswerMs: number | null;
  /** CANCEL that long after the INVITE, though not before the first provisional response. */
  readonly cancelAfterMs?: number;
  readonly credentials?: { readonly realm: string; readonly user: string; readonly password: string };
}

const srtpKeys = cryptoSuites.map((suite) => ({ suite, keySalt: randomBytes(30).toString('base64') }));

/** A call that nobody answers is given up after this. */
const PATIENCE_MS = 8_000;

/** The agent that the live parts talk to: our real user agent on loopback, answering with PCMU on a real UDP port. */
export class LiveAgent {
  /** Exceptions that the user agent caught in its own or our code: each is a crash. */
  readonly bugs: string[] = [];
  readonly #options: LiveAgentOptions;
  readonly #rtp: Socket;
  readonly #clock = new SystemClock();
  readonly #timers = new Set<Timer>();
  readonly #sessions = new Set<InviteSession>();
  readonly #agent: UserAgent;

  private constructor(options: LiveAgentOptions, rtp: Socket) {
    this.#options = options;
    this.#rtp = rtp;
    rtp.on('error', () => undefined);
    const log: Logger = { ...silentLogger, error: (fields, message) => void this.bugs.push(`${message}: ${fields['err'] instanceof Error ? (fields['err'].stack ?? '') : ''}`), child: () => log };
    this.#agent = new UserAgent({
      listen: [{ transport: 'udp', host: '127.0.0.1', port: options.port }],
      clock: this.#clock,
      random: new SeededRandom(1),
      ids: new RandomIds(),
      log,
      contactUser: 'agent',
      methods: options.methods ?? [],
      ...(options.timers === undefined ? {} : { timers: options.timers }),
      handlers: { onInvite: (invite) => this.#answer(invite), onRequest: (request) => request.respond(200) },
    });
  }

  static async start(options: LiveAgentOptions): Promise<LiveAgent> {
    const rtp = createSocket('udp4');
    rtp.bind(0, '127.0.0.1');
    await once(rtp, 'listening');
    const agent = new LiveAgent(options, rtp);
    await agent.#agent.start();
    return agent;
  }

  get port(): number {
    return this.#agent.addresses[0]?.port ?? 0;
  }

  /** Calls not yet ended. */
  openCalls(): number {
    return this.#agent.stats().calls;
  }

  stats(): UserAgentStats {
    return this.#agent.stats();
  }

  /** Calls, and goes where a 3xx sends it. */
  call(target: string, options: CallOptions, redirections = 0): void {
    const offer = createOffer(this.#local());
    const invite = this.#agent.invite(
      { target, from: { uri: `sip:agent@127.0.0.1:${this.port}` }, sdp: serialiseSdp(offer), timeoutMs: PATIENCE_MS, ...this.#digest(options) },
      {
        onAnswered: ({ session, sdp }) => {
          this.#watch(session);
          if (!this.#accepts(offer, sdp)) session.bye();
          else this.#hangUp(session, options.hangupAfterAnswerMs);
        },
        onFailed: ({ status, response }) => {
          const [next] = redirectedTo(response);
          if (status < 400 && next !== undefined && redirections < 3) this.call(next, options, redirections + 1);
        },
      },
    );
    if (options.cancelAfterMs !== undefined) this.#after(options.cancelAfterMs, () => invite.cancel());
  }

  register(target: string, options: CallOptions): void {
    const registrar = target.replace(/^sip:[^@]*@/, 'sip:');
    this.#agent.request('REGISTER', { target: registrar, from: { uri: target }, to: { uri: target }, withContact: true, headers: { Expires: '300' }, ...this.#digest(options) }, () => undefined);
  }

  /** Ends whatever call is left: where the peer has gone, its BYE runs into its timeout. */
  hangUp(): void {
    for (const session of this.#sessions) session.bye();
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) timer.cancel();
    await this.#agent.stop(200);
    this.#rtp.close();
  }

  #answer(invite: ServerInvite): void {
    const { session } = invite;
    this.#watch(session);
    let sdp: string | undefined;
    if (invite.sdp === undefined) {
      const offer = createOffer(this.#local());
      sdp = serialiseSdp(offer);
      session.handlers.onConfirmed = (answer) => {
        if (!this.#accepts(offer, answer)) session.bye();
      };
    } else sdp = this.#answerTo(invite.sdp);
    if (sdp === undefined) return invite.reject(488);
    if (this.#options.provisional === 'ringing') invite.provisional(180);
    invite.answer(sdp);
    this.#hangUp(session, this.#options.hangupAfterAnswerMs ?? null);
  }

  #watch(session: InviteSession): void {
    this.#sessions.add(session);
    session.handlers.onEnded = () => void this.#sessions.delete(session);
    session.handlers.onOffer = (offer: IncomingOffer) => {
      const sdp = offer.sdp === undefined ? serialiseSdp(createOffer(this.#local())) : this.#answerTo(offer.sdp);
      if (sdp === undefined) offer.reject(488);
      else offer.accept(sdp);
    };
    session.handlers.onRefer = (refer) => this.#refer(refer);
  }

  /** Calls whom the peer names, and tells it how that goes (RFC 3515); with Replaces where it asks for that (RFC 3891). */
  #refer(refer: IncomingRefer): void {
    const progress = refer.accept();
    const { target, replaces } = refer;
    this.#agent.invite({
      target, from: { uri: `sip:agent@127.0.0.1:${this.port}` }, sdp: serialiseSdp(createOffer(this.#local())), timeoutMs: PATIENCE_MS,
      headers: { ...(replaces === undefined ? {} : { Replaces: formatReplaces(replaces) }), ...(refer.referredBy === undefined ? {} : { 'Referred-By': `<${refer.referredBy}>` }) },
    }, {
      onProgress: ({ status }) => progress.notify(status),
      onAnswered: ({ session }) => {
        progress.notify(200);
        this.#watch(session);
      },
      onFailed: ({ status }) => progress.notify(status),
    });
  }

  #answerTo(offer: string): string | undefined {
    const parsed = parseSdp(offer);
    if (!parsed.ok) return undefined;
    const made = createAnswer(parsed.value, this.#local());
    return made.ok ? serialiseSdp(made.value.answer) : undefined;
  }

  #accepts(offer: SessionDescription, answer: string | undefined): boolean {
    const parsed = answer === undefined ? undefined : parseSdp(answer);
    return parsed?.ok === true && acceptAnswer({ description: offer, section: 0 }, parsed.value, this.#local()).ok;
  }

  #hangUp(session: InviteSession, afterMs: number | null): void {
    if (afterMs !== null) this.#after(afterMs, () => session.bye());
  }

  #after(delayMs: number, task: () => void): void {
    this.#timers.add(this.#clock.after(delayMs, task));
  }

  #digest({ credentials }: CallOptions): { digest?: ReturnType<UserAgent['digest']> } {
    if (credentials === undefined) return {};
    const { realm, user, password } = credentials;
    return { digest: this.#agent.digest((asked) => (asked === realm ? { username: user, secret: { password } } : undefined)) };
  }

  #local(): LocalAudio {
    const { port } = this.#rtp.address();
    return {
      address: '127.0.0.1', rtpPort: port, rtcpPort: port + 1, sessionId: '1', sessionVersion: 1, codecs: ['PCMU', 'telephone-event'], direction: 'sendrecv', ptimeMs: 20, rtcpMux: false, srtp: 'allow', keys: srtpKeys,
    };
  }
}
