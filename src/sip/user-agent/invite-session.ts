import type { DigestClient } from '../auth/digest-client.ts';
import type { Dialog } from '../dialog/dialog.ts';
import { createResponse } from '../message/create-response.ts';
import type { SipRequest } from '../message/sip-message.ts';
import type { ServerTransaction } from '../transaction/transaction-layer.ts';
import type { Flow } from '../transport/flow.ts';
import { AckTransmission } from './ack-transmission.ts';
import { ClientRequest, type ClientRequestUser } from './client-request.ts';
import { addHeaders, type HeaderLines, type SessionEnd, type SessionHandlers } from './session-handlers.ts';
import { SessionOffers } from './session-offers.ts';
import { SessionTimer } from './session-timer.ts';
import { SessionTransfer } from './session-transfer.ts';
import type { DialogUser, StoppableCall, UserAgentContext } from './user-agent-context.ts';

/** `early`: ringing; `awaitingAck`: our 2xx is out; `closing`: our BYE is out. */
export type SessionState = 'early' | 'awaitingAck' | 'confirmed' | 'closing' | 'ended';

/** Who answers the first INVITE. An object, not closures set on the session: V8 puts those straight among what lives long. */
export interface CalledSide {
  /** The peer ended the dialog before we answered. */
  onEarlyBye(): void;
  /** ACK to our 2xx. */
  onFirstAck(ack: SipRequest): void;
}

/**
 * One INVITE dialog: it holds the dialog's state and its parts (offers, session timer, transfer) and hands each message of the
 * dialog to the one that it concerns.
 */
export class InviteSession implements DialogUser, StoppableCall {
  handlers: SessionHandlers = {};
  readonly dialog: Dialog;
  readonly role: 'caller' | 'callee';
  readonly digest: DigestClient | undefined;
  /** Methods of the peer's Allow; undefined when it sent none. */
  peerAllows: ReadonlySet<string> | undefined;
  /** The flow on which the peer spoke last; a stream is used again. */
  flow: Flow | undefined;
  contactUser: string | undefined;
  /** Whose the first offer of the call is, until it is answered (RFC 3261 §13.2.1): nobody may offer anew before. */
  initialOffer: 'ours' | 'theirs' | undefined;
  /** PRACK in the early dialog of a server. */
  onPrack: ((transaction: ServerTransaction) => void) | undefined;
  /** Our 2xx, while its ACK is awaited. */
  unacknowledged: { stop(): void } | undefined;
  /** Our side of the first INVITE where we are called, until its ACK is there. */
  called: CalledSide | undefined;
  /** The call that we place, while it rings: it is given up when another one takes its place (RFC 3891 §3). */
  placing: { cancel(): void } | undefined;
  readonly #context: UserAgentContext;
  #state: SessionState = 'early';
  #offers: SessionOffers | undefined;
  #timer: SessionTimer | undefined;
  #transfer: SessionTransfer | undefined;
  #byeWanted: HeaderLines | undefined;
  #registered = false;

  constructor(context: UserAgentContext, dialog: Dialog, role: 'caller' | 'callee', options: { flow?: Flow | undefined; digest?: DigestClient | undefined; contactUser?: string | undefined }) {
    this.#context = context;
    this.dialog = dialog;
    this.role = role;
    this.flow = options.flow;
    this.digest = options.digest;
    this.contactUser = options.contactUser;
  }

  /** Changes of the session; made when first used, as the other parts. */
  get offers(): SessionOffers {
    return (this.#offers ??= new SessionOffers(this.#context, this));
  }

  get timer(): SessionTimer {
    return (this.#timer ??= new SessionTimer(this.#context, {
      refreshSession: () => this.offers.refresh(),
      sessionExpired: () => this.fail('session-timer'),
    }));
  }

  get transfer(): SessionTransfer {
    return (this.#transfer ??= new SessionTransfer(this.#context, this));
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Requests of the dialog come here from now on. */
  register(): void {
    if (this.#registered) return;
    this.#registered = true;
    this.#context.addDialog(this.dialog.key, this);
  }

  /** The INVITE was answered with 2xx: by us (`awaitingAck`) or by the peer (`confirmed`). */
  establish(state: 'awaitingAck' | 'confirmed'): void {
    this.#state = state;
    this.register();
    this.#context.addCall(this);
  }

  confirmed(): void {
    if (this.#state !== 'awaitingAck') return;
    this.#state = 'confirmed';
    if (this.#byeWanted !== undefined) this.bye(this.#byeWanted);
  }

  /** Ends the call: BYE, or as soon as the ACK is there where RFC 3261 §15 wants us to wait for it. */
  bye(headers: HeaderLines = {}): void {
    if (this.#state === 'awaitingAck') {
      this.#byeWanted = headers;
      return;
    }
    if (this.#state !== 'confirmed') return;
    this.#sendBye(headers);
    queueMicrotask(() => this.#tell({ by: 'us' }));
  }

  /** Another call has taken its place (RFC 3891 §3): BYE, or CANCEL while it still rings at the peer. */
  replaced(): void {
    if (this.#state === 'early') this.placing?.cancel();
    else this.bye();
  }

  /** Something ended the session that was neither side's wish: BYE all the same, so that the peer learns of it. */
  fail(error: string): void {
    if (this.#state !== 'confirmed' && this.#state !== 'awaitingAck') return;
    this.#context.counters.event(`session.${error}`);
    this.#sendBye({});
    this.#tell({ by: 'error', error });
  }

  end(): void {
    this.bye();
  }

  drop(): void {
    this.#close();
    this.#tell({ by: 'error', error: 'stopped' });
  }

  /** Forgets an early dialog that came to nothing. */
  discard(): void {
    if (this.#state === 'early') this.#close();
  }

  /** Sends a request inside the dialog. */
  send(request: SipRequest, user: ClientRequestUser): ClientRequest {
    return new ClientRequest(this.#context, request, {
      nextHop: this.dialog.nextHop(),
      flow: this.flow,
      digest: this.digest,
      nextSequence: () => ++this.dialog.localSequence,
      prepare: (sent, flow) => {
        if (sent.method === 'INVITE' || sent.method === 'UPDATE' || sent.method === 'REFER' || sent.method === 'NOTIFY') {
          sent.set('Contact', this.#context.contact(flow, this.contactUser));
        }
      },
    }, {
      onResponse: (response, sent) => {
        user.onResponse(response, sent);
        if ((response.status === 481 || response.status === 408) && carriesTheCall(sent.method)) this.peerLost();
      },
      onFailure: (failure, error) => {
        user.onFailure(failure, error);
        if (carriesTheCall(request.method)) this.peerLost();
      },
    }).start();
  }

  /** INFO with any body; `done` gets the final status, 408 or 503 when there was none. */
  info(contentType: string, body: string, done?: (status: number) => void): void {
    this.#withBody('INFO', contentType, body, done);
  }

  message(contentType: string, body: string, done?: (status: number) => void): void {
    this.#withBody('MESSAGE', contentType, body, done);
  }

  #withBody(method: string, contentType: string, body: string, done: ((status: number) => void) | undefined): void {
    const request = this.dialog.request(method);
    request.setBody(body, contentType);
    this.send(request, {
      onResponse: (response) => {
        if (response.status >= 200) done?.(response.status);
      },
      onFailure: (failure) => done?.(failure === 'timeout' ? 408 : 503),
    });
  }

  /** Sends the ACK to a 2xx; keep what it answers for repetitions of the 2xx. */
  sendAck(ack: SipRequest): AckTransmission {
    const transmission = new AckTransmission(this.#context);
    transmission.start(ack, this.flow, this.dialog.nextHop());
    return transmission;
  }

  onRequest(transaction: ServerTransaction): void {
    const { request } = transaction;
    this.flow = transaction.flow;
    if (!this.dialog.accept(request)) return this.respond(transaction, 500); // RFC 3261 §12.2.2
    switch (request.method) {
      case 'BYE': return this.#peerBye(transaction);
      case 'INVITE':
      case 'UPDATE': return this.offers.receive(transaction);
      case 'PRACK': return this.onPrack === undefined ? this.respond(transaction, 481) : this.onPrack(transaction);
      case 'INFO':
        this.respond(transaction, 200);
        return this.handlers.onInfo?.(request);
      case 'REFER': return this.transfer.receiveRefer(transaction);
      case 'NOTIFY': return this.transfer.receiveNotify(transaction);
      case 'MESSAGE':
        this.respond(transaction, this.handlers.onMessage === undefined ? 405 : 200);
        return this.handlers.onMessage?.(request);
      case 'OPTIONS': return this.respond(transaction, 200);
      default: return this.respond(transaction, 405);
    }
  }

  onAck(ack: SipRequest): void {
    if (this.#state === 'awaitingAck') this.called?.onFirstAck(ack);
    this.#offers?.receiveAck(ack);
  }

  respond(transaction: ServerTransaction, status: number, headers?: HeaderLines): void {
    const response = this.#context.decorate(createResponse(transaction.request, status, { toTag: this.dialog.localTag }));
    addHeaders(response, headers);
    transaction.respond(response);
  }

  #peerBye(transaction: ServerTransaction): void {
    const { request } = transaction;
    this.respond(transaction, 200);
    if (this.#state === 'early') return this.called?.onEarlyBye();
    const alone = this.#state === 'closing';
    if (!alone) this.#close();
    this.#tell({ by: 'them', message: request });
  }

  /** The peer knows nothing of this dialog any more, or does not answer. */
  peerLost(): void {
    if (this.#state === 'early' || this.#state === 'ended' || this.#state === 'closing') return;
    this.fail('peer-lost');
  }

  #sendBye(headers: HeaderLines): void {
    this.#state = 'closing';
    this.#timer?.stop();
    this.#offers?.stop();
    const bye = this.dialog.request('BYE');
    addHeaders(bye, headers);
    this.send(bye, {
      onResponse: (response) => {
        if (response.status >= 200) this.#close();
      },
      onFailure: () => this.#close(),
    });
  }

  #told = false;
  #tell(end: SessionEnd): void {
    if (this.#told) return;
    this.#told = true;
    this.handlers.onEnded?.(end);
  }

  #close(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#timer?.stop();
    this.#offers?.stop();
    this.#transfer?.stop();
    this.unacknowledged?.stop();
    this.#context.removeDialog(this.dialog.key);
    this.#context.removeCall(this);
  }
}

/** Whether 481, 408 or silence means that the call itself is lost (RFC 3261 §12.2.1.2), and not a subscription or message beside it (RFC 5057 §5.1). */
const carriesTheCall = (method: string): boolean => method === 'INVITE' || method === 'UPDATE' || method === 'INFO';
