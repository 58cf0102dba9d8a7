import type { Clock, Timer } from '../../src/kernel/clock.ts';
import type { Random } from '../../src/kernel/random.ts';
import type { ClientInvite } from '../../src/sip/user-agent/client-invite.ts';
import type { InviteSession } from '../../src/sip/user-agent/invite-session.ts';
import type { ServerInvite } from '../../src/sip/user-agent/server-invite.ts';
import type { IncomingRefer } from '../../src/sip/user-agent/session-transfer.ts';
import type { UserAgent } from '../../src/sip/user-agent/user-agent.ts';
import type { FrameTicker } from '../phone/frame-ticker.ts';
import { RtpPhone, type PhoneListener } from '../phone/rtp-phone.ts';
import type { CalleeScript } from './callee-script.ts';

export interface TelephoneParts {
  readonly agent: UserAgent;
  readonly clock: Clock;
  readonly random: Random;
  readonly ticker: FrameTicker;
  readonly host: string;
  /** One more telephone at the same place. */
  another(): ScriptedTelephone;
  over(telephone: ScriptedTelephone): void;
}

const firstDigitMs = 1_000;
const digitEveryMs = 300;
const talkAfterTransferMs = 1_000;

/** One telephone with one call: a real SIP dialog and real RTP, doing what its script or its caller's script says. */
export class ScriptedTelephone {
  readonly #parts: TelephoneParts;
  readonly #timers = new Set<Timer>();
  readonly #listener: PhoneListener;
  #phone: RtpPhone | undefined;
  #session: InviteSession | undefined;
  #calling: ClientInvite | undefined;
  #ringing: ServerInvite | undefined;
  #over = false;
  /** The final response to its call, once there is one. */
  status: number | undefined;
  onAnswered: () => void = () => undefined;

  constructor(parts: TelephoneParts, listener: Partial<PhoneListener> = {}) {
    this.#parts = parts;
    this.#listener = { heard: () => undefined, speak: () => false, digit: () => undefined, ...listener };
  }

  get answered(): boolean {
    return this.#session !== undefined && !this.#over;
  }

  get over(): boolean {
    return this.#over;
  }

  /** RTP packets of its call. */
  get packets(): { readonly received: number; readonly sent: number } {
    return { received: this.#phone?.packetsReceived ?? 0, sent: this.#phone?.packetsSent ?? 0 };
  }

  /** Is called. */
  async take(invite: ServerInvite, script: CalleeScript): Promise<void> {
    this.#ringing = invite;
    invite.handlers = { onCancelled: () => this.#end() };
    invite.session.handlers = this.#handlers(invite.session);
    const { redirectTo, refuse } = script;
    if (redirectTo !== undefined) {
      invite.redirect([redirectTo]);
      return this.#end();
    }
    if (script.rings) invite.provisional(180);
    if (refuse !== undefined) {
      this.#after(refuse.afterMs, () => {
        invite.reject(refuse.status);
        this.#end();
      });
      return;
    }
    const { answerAfterMs, early } = script;
    if (answerAfterMs === undefined && early === undefined) return;
    const phone = await this.#open();
    if (phone === undefined) return;
    if (early !== undefined && invite.sdp !== undefined) {
      invite.provisional(183, { sdp: phone.sdp() });
      phone.connect(invite.sdp);
    }
    if (answerAfterMs === undefined) return;
    this.#after(answerAfterMs, () => {
      if (invite.sdp === undefined) return invite.reject(488);
      invite.answer(early === undefined ? phone.sdp() : undefined);
      this.#ringing = undefined;
      this.#session = invite.session;
      phone.connect(invite.sdp);
      if (script.hangUpAfterAnswerMs !== undefined) this.#after(script.hangUpAfterAnswerMs, () => this.hangUp(script.hangUpReason));
      [...(script.digits ?? '')].forEach((digit, i) => this.#after(firstDigitMs + i * digitEveryMs, () => this.press(digit)));
    });
  }

  /** Calls. `headers`: e.g. `Replaces`. */
  async call(command: { readonly from: string; readonly to: string; readonly target: string; readonly headers?: Readonly<Record<string, string>> }, onFailed: (status: number) => void = () => undefined): Promise<void> {
    const phone = await this.#open();
    if (phone === undefined) return;
    this.#calling = this.#parts.agent.invite({ target: command.target, from: { uri: command.from }, to: { uri: command.to }, sdp: phone.sdp(), ...(command.headers === undefined ? {} : { headers: command.headers }) }, {
      onAnswered: ({ session, sdp }) => {
        this.#calling = undefined;
        this.#session = session;
        this.status = 200;
        session.handlers = this.#handlers(session);
        if (sdp !== undefined) phone.connect(sdp);
        this.onAnswered();
      },
      onFailed: ({ status }) => {
        this.status = status;
        this.#end();
        onFailed(status);
      },
    });
  }

  /** BYE, CANCEL, or a refusal, whatever the call has come to. */
  hangUp(reason?: string): void {
    if (this.#over) return;
    if (this.#session !== undefined) this.#session.bye(reason === undefined ? {} : { Reason: reason });
    else if (this.#calling !== undefined) return this.#calling.cancel();
    else this.#ringing?.reject(480);
    this.#end();
  }

  press(digits: string): void {
    this.#phone?.press(digits);
  }

  #handlers(session: InviteSession): InviteSession['handlers'] {
    return {
      onEnded: () => this.#end(),
      onOffer: (offer) => {
        if (this.#phone === undefined) return offer.reject();
        offer.accept(this.#phone.sdp());
        if (offer.sdp !== undefined) this.#phone.connect(offer.sdp);
      },
      onRefer: (refer) => this.#refer(refer, session),
    };
  }

  /** Calls whom it is told to, tells how that went, and leaves its old call to the one who asked. */
  #refer(refer: IncomingRefer, session: InviteSession): void {
    const progress = refer.accept();
    const replaces = refer.replaces;
    const next = this.#parts.another();
    next.onAnswered = () => {
      progress.notify(200);
      this.#after(500, () => session.bye());
      next.#after(talkAfterTransferMs, () => next.hangUp());
    };
    void next.call({
      from: 'sip:transferred@sim', to: refer.target, target: refer.target,
      ...(replaces === undefined ? {} : { headers: { Replaces: `${replaces.callId};to-tag=${replaces.toTag};from-tag=${replaces.fromTag}` } }),
    }, (status) => progress.notify(status));
  }

  async #open(): Promise<RtpPhone | undefined> {
    const { host, ticker, random } = this.#parts;
    const phone = await RtpPhone.open(host, ticker, random, this.#listener);
    if (this.#over) {
      phone.close();
      return undefined;
    }
    this.#phone = phone;
    return phone;
  }

  #after(ms: number, task: () => void): void {
    const timer = this.#parts.clock.after(ms, () => {
      this.#timers.delete(timer);
      if (!this.#over) task();
    });
    this.#timers.add(timer);
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    for (const timer of this.#timers) timer.cancel();
    this.#phone?.close();
    this.#parts.over(this);
  }
}
