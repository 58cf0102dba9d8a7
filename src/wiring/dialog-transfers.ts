import type { CcxmlPlatform, PlatformEvent, PlatformEventMap } from '../ccxml/platform.ts';
import type { ConnectionId, DialogId, SessionId } from '../kernel/ids.ts';
import type { TransferOutcome } from '../vxml/index.ts';

type Calls = Pick<CcxmlPlatform, 'redirect' | 'createCall' | 'merge' | 'connectPath' | 'disconnect' | 'transferResult'>;

/** Where a destination leads: to an address, or nowhere. `call`: also a blind transfer is called first, so that a busy line shows. */
export type TransferRoute = { readonly address: string; readonly call?: boolean } | { readonly outcome: TransferOutcome };

export interface TransferringDialog {
  readonly session: SessionId;
  readonly dialog: DialogId;
  readonly caller: ConnectionId;
  readonly newConnection: () => ConnectionId;
  readonly route: (destination: string) => TransferRoute;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

interface Callee {
  readonly id: ConnectionId;
  readonly type: string;
  answeredAt: number | undefined;
  /** The page ended it. */
  ended: boolean;
}

/** The reason of `connection.failed` → what `<transfer>` is told (VoiceXML 2.0 §2.3.7). */
const outcomes: Readonly<Record<string, TransferOutcome>> = { busy: 'busy', networkbusy: 'network_busy', noanswer: 'noanswer', timeout: 'noanswer', noroute: 'noroute', unreachable: 'noroute' };

/** Carries the transfers of one dialog out where no CCXML page does: calls, joins, refers, and tells the dialog what became of it. */
export class DialogTransfers {
  readonly #calls: Calls;
  readonly #of: TransferringDialog;
  #callee: Callee | undefined;
  /** A REFER for the caller is out, and its outcome is not known. */
  #referred = false;

  constructor(calls: Calls, of: TransferringDialog) {
    this.#calls = calls;
    this.#of = of;
  }

  on(event: PlatformEvent): void {
    const callee = this.#callee;
    switch (event.name) {
      case 'dialog.transfer':
        return this.#begin(event);
      case 'dialog.terminatetransfer':
        if (callee !== undefined) callee.ended = true;
        return this.close();
      case 'connection.connected':
        if (event.connection === callee?.id) this.#answered(callee);
        return;
      case 'connection.failed':
        if (event.connection === callee?.id) this.#over(outcomes[event.reason] ?? 'unknown');
        return;
      case 'connection.disconnected':
        if (event.connection === callee?.id) this.#over(byNetwork(event) ? 'network_disconnect' : 'far_end_disconnect');
        return;
      case 'connection.error':
        if (event.connection === this.#of.caller && this.#referred) this.#referenceFailed();
        return;
      default:
    }
  }

  /** Hangs up whoever was called. */
  close(): void {
    if (this.#callee !== undefined) this.#calls.disconnect({ connection: this.#callee.id, hints: {} });
  }

  #begin({ type, uri, connectTimeoutMs, aai }: PlatformEventMap['dialog.transfer']): void {
    const route = this.#of.route(uri);
    if ('outcome' in route) return this.#tell(route.outcome);
    const { address } = route;
    if (type === 'blind' && route.call !== true) {
      this.#referred = this.#calls.redirect({ connection: this.#of.caller, dest: address, hints: {} }).accepted;
      return this.#referred ? undefined : this.#tell('unsupported');
    }
    const id = this.#of.newConnection();
    this.#callee = { id, type, answeredAt: undefined, ended: false };
    const placed = this.#calls.createCall({ connection: id, session: this.#of.session, dest: address, timeoutMs: connectTimeoutMs ?? 30_000, hints: {}, ...(aai === undefined ? {} : { aai }) });
    if (!placed.accepted) this.#over('noresource');
  }

  #answered(callee: Callee): void {
    const { caller, dialog, now } = this.#of;
    if (callee.type !== 'bridge') {
      // Both are put together at the network, and leave us.
      this.#referred = this.#calls.merge({ connection1: caller, connection2: callee.id, hints: {} }).accepted;
      return this.#referred ? undefined : this.#referenceFailed();
    }
    callee.answeredAt = now();
    for (const [from, to] of [[caller, callee.id], [callee.id, caller]] as const) this.#calls.connectPath({ from, to, dtmfClamp: false, toneClamp: false });
    this.#calls.transferResult({ dialog, result: { result: 'connected' } });
  }

  /** The caller's telephone did not go where it was sent: it stays with us. */
  #referenceFailed(): void {
    this.#referred = false;
    this.close();
    this.#callee = undefined;
    this.#tell('unsupported');
  }

  #over(outcome: TransferOutcome): void {
    const callee = this.#callee;
    this.#callee = undefined;
    const duration = callee?.answeredAt === undefined ? 0 : this.#of.now() - callee.answeredAt;
    this.#tell(callee?.ended === true ? 'ended' : outcome, duration);
  }

  #tell(result: TransferOutcome, duration = 0): void {
    this.#calls.transferResult({ dialog: this.#of.dialog, result: { result, duration, done: true } });
  }
}

/** Q.850 causes of a network that gave up (RFC 3326): temporary failure, congestion, a circuit that went. */
const networkCauses = /^Q\.850;cause=(27|34|38|41|42|44|47)$/i;

function byNetwork({ info }: PlatformEventMap['connection.disconnected']): boolean {
  const { reason } = (info?.['sip'] ?? {}) as { reason?: unknown };
  return typeof reason === 'string' && networkCauses.test(reason);
}
