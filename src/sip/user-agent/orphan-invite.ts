import type { Timer } from '../../kernel/clock.ts';
import type { DigestClient } from '../auth/digest-client.ts';
import { Dialog } from '../dialog/dialog.ts';
import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import type { InviteClientTransaction } from '../transaction/invite-client-transaction.ts';
import type { ClientTransactionUser } from '../transaction/transaction-context.ts';
import type { Flow } from '../transport/flow.ts';
import type { SipUri } from '../uri/sip-uri.ts';
import { AckTransmission } from './ack-transmission.ts';
import { cancelRequest } from './cancel-request.ts';
import { ClientRequest } from './client-request.ts';
import type { StoppableCall, UserAgentContext } from './user-agent-context.ts';

/** `ended`: it was there and is over; `none`: the far end knows of none; `unknown`: no word that could be relied on. */
export type OrphanOutcome = 'ended' | 'none' | 'unknown';

export interface OrphanInviteParts {
  /** As the process that is gone sent it, without Via. */
  readonly invite: SipRequest;
  readonly branch: string;
  readonly flow: Flow;
  readonly nextHop: SipUri | undefined;
  readonly digest: DigestClient | undefined;
}

/** A CSeq that the dead process cannot have reached in the dialog. */
export const orphanSequence = 1_000_000;

/**
 * An INVITE of a process that is gone. Its client transaction is taken up again where it waits for a final response; a CANCEL
 * goes out, a refusal gets its ACK, and a 2xx, however late, is acknowledged and ended with BYE (RFC 3261 §9, §13.2.2.4).
 */
export class OrphanInvite implements ClientTransactionUser, StoppableCall {
  readonly #context: UserAgentContext;
  readonly #parts: OrphanInviteParts;
  readonly #done: (outcome: OrphanOutcome) => void;
  #transaction: InviteClientTransaction | undefined;
  #acks: Map<string, AckTransmission> | undefined;
  #patience: Timer | undefined;
  #linger: Timer | undefined;
  #told = false;

  constructor(context: UserAgentContext, parts: OrphanInviteParts, done: (outcome: OrphanOutcome) => void) {
    this.#context = context;
    this.#parts = parts;
    this.#done = done;
  }

  /** Sends the CANCEL. */
  cancel(): this {
    if (!this.#resume()) return this;
    const { invite, flow, branch } = this.#parts;
    this.#context.transactions.request(cancelRequest(invite), flow, {
      onResponse: (response) => this.#cancelled(response),
      onTimeout: () => this.#tell('unknown'),
      onTransportError: () => this.#tell('unknown'),
    }, branch);
    return this;
  }

  /** Takes a 2xx that came without being awaited. */
  adopt(response: SipResponse): void {
    if (this.#resume()) this.#transaction?.receive(response);
  }

  end(): void {
    this.drop();
  }

  drop(): void {
    this.#transaction?.abandon();
    this.#patience?.cancel();
    this.#linger?.cancel();
    this.#tell('unknown');
    this.#context.removeCall(this);
  }

  onResponse(response: SipResponse): void {
    const { status } = response;
    if (status < 200) return;
    if (status >= 300) return this.#tell('ended');
    const tag = response.toTag ?? '';
    const known = this.#acks?.get(tag);
    if (known !== undefined) return known.transmit();
    this.#context.counters.event('orphan.answered');
    this.#patience?.cancel();
    const dialog = Dialog.ofResponse(response);
    const ack = new AckTransmission(this.#context);
    this.#acks ??= new Map();
    this.#acks.set(tag, ack);
    ack.start(dialog.request('ACK', response.cseq?.number ?? 1), this.#parts.flow, dialog.nextHop());
    this.#bye(dialog, dialog.nextHop(), 'ended');
  }

  onTimeout(): void {
    this.#tell('unknown');
  }

  onTransportError(): void {
    this.#tell('unknown');
  }

  #resume(): boolean {
    const { invite, flow, branch } = this.#parts;
    this.#transaction = this.#context.transactions.resume(invite, flow, this, branch);
    if (this.#transaction === undefined) {
      // The transaction is alive in this very process: no orphan.
      queueMicrotask(() => this.#tell('unknown'));
      return false;
    }
    this.#context.addCall(this);
    // A 2xx may come for as long as the far end repeats it.
    this.#linger = this.#context.after(64 * this.#context.timers.t1, () => this.drop());
    return true;
  }

  #cancelled(response: SipResponse): void {
    const { status } = response;
    if (status < 200) return;
    if (status === 481) return this.#tell('none');
    if (status >= 300) return this.#tell('unknown');
    // The INVITE's own final response is on its way, unless it was answered and acknowledged before.
    this.#patience = this.#context.after(2 * this.#context.timers.t1, () => this.#tryBye(response.toTag));
  }

  /** RFC 3261 §9.2: the 200 to a CANCEL carries the To tag of the INVITE's responses, so it tells a dialog that we do not know. */
  #tryBye(tag: string | undefined): void {
    if (this.#told) return;
    if (tag === undefined) return this.#tell('unknown');
    const { invite, nextHop } = this.#parts;
    const dialog = new Dialog({
      callId: invite.callId, localTag: invite.fromTag ?? '', remoteTag: tag, localParty: invite.get('From') ?? '', remoteParty: `${invite.get('To') ?? ''};tag=${tag}`,
      routeSet: [], remoteTarget: invite.requestUri, localSequence: orphanSequence, remoteSequence: undefined,
    });
    // A proxy answers CANCEL with a tag of its own: 481 proves nothing then.
    this.#bye(dialog, nextHop, 'unknown');
  }

  #bye(dialog: Dialog, nextHop: SipUri | undefined, on481: OrphanOutcome): void {
    endDialog(this.#context, dialog, { nextHop, digest: this.#parts.digest, flow: this.#parts.flow }, (status) =>
      this.#tell(status === undefined ? 'unknown' : status === 481 ? on481 : 'ended'));
  }

  #tell(outcome: OrphanOutcome): void {
    if (this.#told) return;
    this.#told = true;
    this.#done(outcome);
  }
}

/** BYE in a dialog that nobody holds any more; `done` gets the final status, undefined when there was none. */
export function endDialog(
  context: UserAgentContext, dialog: Dialog, way: { readonly nextHop: SipUri | undefined; readonly digest: DigestClient | undefined; readonly flow?: Flow | undefined },
  done: (status: number | undefined) => void,
): void {
  dialog.localSequence = Math.max(dialog.localSequence, orphanSequence);
  new ClientRequest(context, dialog.request('BYE'), {
    nextHop: way.nextHop, digest: way.digest, flow: way.flow, nextSequence: () => ++dialog.localSequence,
  }, {
    onResponse: ({ status }) => {
      if (status >= 200) done(status);
    },
    onFailure: () => done(undefined),
  }).start();
}
