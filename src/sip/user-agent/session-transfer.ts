import { parseSipUri } from '../uri/sip-uri.ts';
import { reasonPhrase } from '../message/reason-phrases.ts';
import type { ServerTransaction } from '../transaction/transaction-layer.ts';
import type { InviteSession } from './invite-session.ts';
import type { UserAgentContext } from './user-agent-context.ts';

/** Which call a Replaces header names (RFC 3891), seen from the one who holds it. */
export interface ReplacesTarget {
  readonly callId: string;
  readonly toTag: string;
  readonly fromTag: string;
  readonly earlyOnly?: boolean;
}

/** The peer asks us to call somebody (RFC 3515). Accept or reject it once. */
export interface IncomingRefer {
  /** Without the Replaces header that it may carry. */
  readonly target: string;
  readonly replaces: ReplacesTarget | undefined;
  readonly referredBy: string | undefined;
  /** 202, and a NOTIFY with 100. */
  accept(): ReferProgress;
  reject(status?: number): void;
}

/** Tells the peer how the call that it asked for goes. */
export interface ReferProgress {
  /** A status of 200 or above ends the subscription. */
  notify(status: number): void;
}

/** RFC 3891 §6.1: `call-id;to-tag=…;from-tag=…;early-only`. */
export function parseReplaces(value: string | undefined): ReplacesTarget | undefined {
  if (value === undefined) return undefined;
  const [callId, ...params] = value.split(';').map((part) => part.trim());
  const get = (name: string): string | undefined => params.find((part) => part.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
  const toTag = get('to-tag');
  const fromTag = get('from-tag');
  if (callId === undefined || callId === '' || toTag === undefined || fromTag === undefined) return undefined;
  return { callId, toTag, fromTag, ...(params.some((part) => part.toLowerCase() === 'early-only') ? { earlyOnly: true } : {}) };
}

export const formatReplaces = (target: ReplacesTarget): string => `${target.callId};to-tag=${target.toTag};from-tag=${target.fromTag}`;

/** REFER and its implicit subscription inside a session, both sides: RFC 3515, RFC 3891, RFC 4488. */
export class SessionTransfer {
  readonly #context: UserAgentContext;
  readonly #session: InviteSession;
  /** What NOTIFYs to our REFERs are told to, by the REFER's CSeq (its event id, RFC 3515 §2.4.6). */
  readonly #ours = new Map<number, (status: number, done: boolean) => void>();

  constructor(context: UserAgentContext, session: InviteSession) {
    this.#context = context;
    this.#session = session;
  }

  /** Subscriptions to calls that we asked the peer to make. */
  get open(): number {
    return this.#ours.size;
  }

  /** Asks the peer to call `target`; `replaces` is written for the one whom it will call. `onProgress` ends with `done`. */
  refer(target: string, replaces: ReplacesTarget | undefined, onProgress: (status: number, done: boolean) => void): boolean {
    const session = this.#session;
    if (session.state !== 'confirmed') return false;
    const request = session.dialog.request('REFER');
    const sequence = session.dialog.localSequence;
    const uri = replaces === undefined ? target : withReplaces(target, replaces);
    request.append('Refer-To', `<${uri}>`);
    request.append('Referred-By', session.dialog.localParty.replace(/;tag=[^;]*/, ''));
    let id = sequence;
    this.#ours.set(id, onProgress);
    session.send(request, {
      onResponse: (response, sent) => {
        const real = sent.cseq?.number ?? sequence;
        if (real !== id && this.#ours.delete(id)) this.#ours.set((id = real), onProgress);
        if (response.status < 200) return;
        if (response.status >= 300) {
          if (this.#ours.delete(id)) onProgress(response.status, true);
        } else if (response.get('Refer-Sub')?.toLowerCase() === 'false') {
          // RFC 4488: no NOTIFY will come
          if (this.#ours.delete(id)) onProgress(response.status, true);
        }
      },
      onFailure: (failure) => {
        if (this.#ours.delete(id)) onProgress(failure === 'timeout' ? 408 : 503, true);
      },
    });
    return true;
  }

  receiveRefer(transaction: ServerTransaction): void {
    const session = this.#session;
    const { request } = transaction;
    const referTo = request.address('Refer-To');
    if (referTo === undefined || request.headers.lines('Refer-To').length !== 1) return session.respond(transaction, 400);
    const { onRefer } = session.handlers;
    if (onRefer === undefined || session.state !== 'confirmed') return session.respond(transaction, 603);
    const { uri } = referTo;
    const silent = request.get('Refer-Sub')?.toLowerCase() === 'false';
    onRefer({
      target: uri.kind === 'sip' ? uri.with({ headers: new Map() }).raw : uri.raw,
      replaces: uri.kind === 'sip' ? parseReplaces(uri.headers.get('replaces')) : undefined,
      referredBy: request.address('Referred-By')?.uri.raw,
      accept: () => {
        const response = silent ? { 'Refer-Sub': 'false' } : {};
        session.respond(transaction, 202, { ...response, Contact: this.#context.contact(transaction.flow, session.contactUser) });
        return this.#progress(request.cseq?.number ?? 0, silent);
      },
      reject: (status = 603) => session.respond(transaction, status),
    });
  }

  receiveNotify(transaction: ServerTransaction): void {
    const session = this.#session;
    const { request } = transaction;
    const event = request.get('Event') ?? '';
    if (!/^\s*refer\s*(;|$)/i.test(event)) return session.respond(transaction, 489);
    const named = /;\s*id\s*=\s*(\d+)/i.exec(event)?.[1];
    const id = named === undefined ? [...this.#ours.keys()].at(-1) : Number(named);
    const onProgress = id === undefined ? undefined : this.#ours.get(id);
    if (id === undefined || onProgress === undefined) return session.respond(transaction, 481);
    session.respond(transaction, 200);
    const status = Number(/^SIP\/2\.0 (\d{3})/.exec(request.body.toString('latin1'))?.[1] ?? '0');
    const done = /^\s*terminated/i.test(request.get('Subscription-State') ?? '') || status >= 200;
    if (done) this.#ours.delete(id);
    onProgress(status === 0 ? 100 : status, done);
  }

  stop(): void {
    this.#ours.clear();
  }

  #progress(id: number, silent: boolean): ReferProgress {
    let done = false;
    const notify = (status: number): void => {
      const session = this.#session;
      if (done || silent || session.state !== 'confirmed') return;
      done = status >= 200;
      const request = session.dialog.request('NOTIFY');
      request.append('Event', `refer;id=${id}`);
      request.append('Subscription-State', done ? 'terminated;reason=noresource' : 'active;expires=60');
      request.setBody(`SIP/2.0 ${status} ${reasonPhrase(status)}\r\n`, 'message/sipfrag;version=2.0');
      session.send(request, { onResponse: () => undefined, onFailure: () => undefined });
    };
    notify(100); // RFC 3515 §2.4.4: the first NOTIFY comes at once
    return { notify };
  }
}

function withReplaces(target: string, replaces: ReplacesTarget): string {
  const uri = parseSipUri(target);
  return uri === undefined ? target : uri.with({ headers: new Map([...uri.headers, ['Replaces', formatReplaces(replaces)]]) }).raw;
}
