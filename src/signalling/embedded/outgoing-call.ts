import type { ClientInvite, InviteFailure, InviteProgress } from '../../sip/user-agent/client-invite.ts';
import type { OutgoingInvite, UserAgent } from '../../sip/user-agent/user-agent.ts';
import type { Binding } from '../../sip/registrar/registrar.ts';
import { localFailure, meaningOf, type FailureMap, type FailureMeaning } from '../call-failure.ts';
import type { PlaceCall, SipHeaders } from '../signalling.ts';
import { callAddresses, deviceRoute, identityOver, sequenceOf } from './call-addresses.ts';
import { dialogIds, type EmbeddedCall } from './embedded-call.ts';
import { messageHeaders, messageReason } from './message-headers.ts';
import { redirectedTo, redirectTargets, type RedirectPolicy } from './redirection.ts';
import type { Trunk } from './trunk.ts';

export interface OutgoingCallOptions {
  readonly userAgent: UserAgent;
  readonly call: EmbeddedCall;
  readonly command: PlaceCall;
  /** In the order in which they are tried; empty: straight to the target. */
  readonly trunks: readonly Trunk[];
  /** The device of a user who registered with us; null: the user has none now. */
  readonly device: Binding | null | undefined;
  readonly failures: FailureMap | undefined;
  readonly redirects: RedirectPolicy;
  /** Why that URI may not be dialled (over a trunk, or straight); undefined when it may. */
  readonly obstacle: (uri: string, overTrunk: boolean) => string | undefined;
  /** Milliseconds on the monotonic clock. */
  readonly now: () => number;
  /** Progress of the call, for a far end that asked for it by REFER. */
  readonly onStatus: (status: number) => void;
}

/** A call that the port places: over one trunk after the other until one takes it, is refused by the callee, or none is left. */
export class OutgoingCall {
  readonly #options: OutgoingCallOptions;
  #next = 0;
  #invite: ClientInvite | undefined;
  #trunk: Trunk | undefined;
  #ringing = false;
  #cancelled = false;
  /** Targets of the last redirection that are still to be tried, and every URI that was. */
  #targets: string[] = [];
  readonly #tried: string[] = [];
  #redirections = 0;
  #attempts = 0;
  readonly #deadline: number;

  constructor(options: OutgoingCallOptions) {
    this.#options = options;
    this.#deadline = options.now() + options.command.timeoutMs;
  }

  get invite(): ClientInvite | undefined {
    return this.#invite;
  }

  start(): void {
    this.#options.call.outgoing = this;
    if (this.#options.device === null) {
      const { call } = this.#options;
      queueMicrotask(() => call.finish({ name: 'call.failed', call: call.id, ...localFailure.unreachable, status: 480, reason: 'not registered', headers: {} }));
      return;
    }
    if (this.#options.trunks.length === 0) this.#try(undefined);
    else this.#tryNextTrunk(undefined);
  }

  cancel(headers: SipHeaders): void {
    this.#cancelled = true;
    this.#invite?.cancel(headers);
  }

  /** The call is over; its place on the trunk is free again. */
  release(): void {
    this.#trunk?.release();
    this.#trunk = undefined;
  }

  #tryNextTrunk(last: InviteFailure | undefined): void {
    const { trunks, call } = this.#options;
    this.release();
    let obstacle: string | undefined;
    while (this.#next < trunks.length) {
      const trunk = trunks[this.#next++];
      if (trunk === undefined) continue;
      obstacle = trunk.obstacle();
      if (obstacle === undefined) return this.#try(trunk);
    }
    if (last !== undefined) return this.#fail(last);
    call.finish({ name: 'call.failed', call: call.id, failure: 'networkbusy', completionCode: 'Network_Refusal', status: 503, reason: obstacle ?? 'no trunk', headers: {} });
  }

  #try(trunk: Trunk | undefined, redirected?: string): void {
    const { userAgent, command, call, now } = this.#options;
    this.#trunk = trunk;
    trunk?.take();
    const addresses = callAddresses(command, trunk, userAgent);
    const target = redirected ?? addresses.target;
    this.#tried.push(target);
    const invite: OutgoingInvite = {
      ...addresses,
      ...(command.identity === undefined ? {} : { identity: identityOver(command.identity, trunk), sequence: sequenceOf(this.#attempts) }),
      sdp: command.sdp,
      timeoutMs: Math.max(this.#deadline - now(), 1),
      headers: this.#headers(trunk),
      ...(trunk === undefined ? {} : { digest: trunk.digest, proxy: trunk.proxy }),
      ...deviceRoute(this.#options.device),
      // To stays, the Request-URI is the new one and says where it leads (RFC 3261 §8.1.3.4).
      ...(redirected === undefined ? {} : { target, proxy: undefined }),
    };
    this.#invite = userAgent.invite(invite, {
      onProgress: (progress) => this.#progress(progress),
      onAnswered: ({ session, sdp, response, acknowledge }) => {
        this.#options.onStatus(200);
        trunk?.count('answered');
        call.outgoing = undefined;
        if (session.flow !== undefined) trunk?.addresses.add(session.flow.remoteAddress);
        call.acknowledge = acknowledge;
        call.adopt(session);
        call.emit({
          name: 'call.answered', call: call.id, ...(sdp === undefined ? {} : { sdp }), ...(acknowledge === undefined ? {} : { offer: true }),
          headers: messageHeaders(response), sip: dialogIds(session),
        });
      },
      onFailed: (failure) => this.#failed(failure),
    });
  }

  #headers(trunk: Trunk | undefined): SipHeaders {
    const { command } = this.#options;
    const { replaces } = command;
    return {
      ...trunk?.config.headers,
      ...(command.from === 'anonymous' ? { Privacy: 'id' } : {}),
      ...assertedIdentity(command.from, trunk),
      ...(command.uui === undefined ? {} : { 'User-to-User': command.uui }),
      ...(replaces === undefined ? {} : { Replaces: `${replaces.callId};to-tag=${replaces.toTag};from-tag=${replaces.fromTag}` }),
      ...command.headers,
    };
  }

  #progress({ status, reason, sdp, response }: InviteProgress): void {
    const { call } = this.#options;
    this.#ringing ||= status === 180 || status === 183;
    this.#options.onStatus(status);
    call.emit({ name: 'call.progress', call: call.id, status, reason, ...(sdp === undefined ? {} : { sdp }), headers: messageHeaders(response) });
  }

  #failed(failure: InviteFailure): void {
    const retryAfter = retryAfterSeconds(failure);
    const trunk = this.#trunk;
    trunk?.count(failure.cause === 'response' ? failure.status : 0);
    if (trunk !== undefined && failure.status === 503 && failure.cause === 'response' && retryAfter !== undefined) trunk.pause(retryAfter);
    if (this.#follow(failure)) return;
    const another = failure.cause === 'unreachable' || failure.cause === 'timeout' || (failure.cause === 'response' && failure.status >= 500 && failure.status < 600);
    // What rang is the callee's refusal; everything else may only be this trunk's.
    if (another && !this.#ringing && !this.#cancelled && this.#options.trunks.length > 0 && this.#options.now() < this.#deadline) return this.#tryNextTrunk(failure);
    this.#fail(failure);
  }

  /** Calls the next target of a redirection. False: there is none, or it is not to be called. */
  #follow(failure: InviteFailure): boolean {
    const { call, redirects, now, obstacle } = this.#options;
    const { cause, status, response } = failure;
    const trunk = this.#trunk;
    if (this.#cancelled || now() >= this.#deadline) return false;
    const moved = cause === 'response' && status < 400 && response !== undefined;
    if (moved) {
      this.#redirections += 1;
      const target = this.#tried.at(-1) ?? '';
      this.#targets = this.#redirections > redirects.max ? [] : redirectTargets(response, {
        policy: redirects, target, trunk, tried: this.#tried, obstacle: (uri) => obstacle(uri, trunk !== undefined),
      });
    } else if (this.#ringing || status === 486 || status >= 600) return false; // the callee has spoken
    const next = this.#targets.shift();
    // Its place on the trunk is free again, and taken anew: a redirection counts as a call (calls per second).
    if (next !== undefined) this.release();
    const blocked = next !== undefined && trunk?.obstacle() !== undefined;
    const following = next !== undefined && !blocked;
    if (moved) call.emit({ name: 'call.redirected', call: call.id, targets: redirectedTo(response), status, ...(following ? { following: next } : {}) });
    if (!following) return false;
    this.#attempts += 1;
    this.#try(trunk, next);
    return true;
  }

  #fail(failure: InviteFailure): void {
    const { call, failures } = this.#options;
    const { cause, status, reason, response } = failure;
    this.#options.onStatus(status);
    const q850 = messageReason(response);
    const meant: FailureMeaning = cause === 'response'
      ? meaningOf(status, { q850: q850?.protocol.toUpperCase() === 'Q.850' ? q850.cause : undefined, ringing: this.#ringing, overrides: failures })
      : localFailure[cause];
    const retryAfter = retryAfterSeconds(failure);
    call.finish({
      name: 'call.failed', call: call.id, ...meant, status, reason, headers: messageHeaders(response),
      ...(retryAfter === undefined ? {} : { retryAfterSeconds: retryAfter }),
    });
  }
}

function retryAfterSeconds(failure: InviteFailure): number | undefined {
  const seconds = Number.parseInt(failure.response?.get('Retry-After') ?? '', 10);
  return Number.isFinite(seconds) ? seconds : undefined;
}

/** RFC 3325: as the trunk is configured, and its caller-ID wherever the From hides who calls. */
function assertedIdentity(from: string | undefined, trunk: Trunk | undefined): SipHeaders {
  const identity = trunk?.config.assertedIdentity ?? (from === 'anonymous' ? trunk?.config.callerId : undefined);
  return trunk === undefined || identity === undefined ? {} : { 'P-Asserted-Identity': `<${trunk.callerUri(identity)}>` };
}
