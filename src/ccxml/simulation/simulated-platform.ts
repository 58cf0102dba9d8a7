import type { Clock, Timer } from '../../kernel/clock.ts';
import type { ConnectionId, DialogId, IdSource, SessionId } from '../../kernel/ids.ts';
import { accepted, refused, type Reply } from '../../kernel/result.ts';
import type { CcxmlPlatform, ConnectionFacts, MediaPath, PlatformEvent } from '../platform.ts';
import { behaviourOf, type CalleeBehaviour } from './callee-behaviour.ts';
import type { SimulatedDialogs, SimulatedDialogsFactory } from './simulated-dialogs.ts';

interface Call {
  readonly id: ConnectionId;
  readonly facts: ConnectionFacts;
  state: 'dialling' | 'ringing' | 'alerting' | 'connected' | 'over';
  readonly timers: Set<Timer>;
}

/** Seats of conferences that can be reserved: what one media worker takes. */
const mostSeats = 2000;

export interface LauncherWord {
  readonly session: SessionId;
  readonly target: string;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A telephone network that exists in memory only: callees of `behaviourOf`, conferences, paths, dialogs, all on the given clock. */
export class SimulatedPlatform implements CcxmlPlatform {
  readonly leavesDialogsRunning = true;
  readonly launcherWords: LauncherWord[] = [];
  readonly #clock: Clock;
  readonly #ids: IdSource;
  readonly #calls = new Map<string, Call>();
  readonly #conferences = new Set<string>();
  readonly #paths = new Map<string, MediaPath>();
  readonly #dialogs: SimulatedDialogs;
  #sink: (event: PlatformEvent) => void = () => undefined;
  /** Told of every command, for a printed run. */
  onCommand: ((name: string, command: object) => void) | undefined;

  constructor(parts: { readonly clock: Clock; readonly ids: IdSource; readonly dialogs: SimulatedDialogsFactory }) {
    this.#clock = parts.clock;
    this.#ids = parts.ids;
    this.#dialogs = parts.dialogs((event) => this.#sink(event));
  }

  /** Where the events go: the CCXML server. */
  connect(sink: (event: PlatformEvent) => void): void {
    this.#sink = sink;
  }

  /** Calls and conferences that are still up, for leak checks. */
  get open(): { readonly calls: number; readonly conferences: number; readonly paths: number } {
    return { calls: [...this.#calls.values()].filter((c) => c.state !== 'over').length, conferences: this.#conferences.size, paths: this.#paths.size };
  }

  /** An inbound call; the server is told of it by `connection.alerting` or by `start`. */
  incoming(from: string, to: string): { readonly connection: ConnectionId; readonly facts: ConnectionFacts } {
    const connection = this.#ids.next('connection');
    const facts: ConnectionFacts = { local: to, remote: from, originator: 'remote', protocol: { name: 'sip', version: '2.0' } };
    this.#calls.set(connection, { id: connection, facts, state: 'alerting', timers: new Set() });
    return { connection, facts };
  }

  /** The far end hangs up, or gives up before the answer. */
  farEndLeaves(connection: ConnectionId): void {
    const call = this.#calls.get(connection);
    if (call === undefined || call.state === 'over') return;
    const answered = call.state === 'connected';
    this.#over(call);
    if (answered) this.#sink({ name: 'connection.disconnected', connection, reason: 'hangup', trigger: 'remote' });
    else this.#sink({ name: 'connection.failed', connection, reason: 'cancelled' });
  }

  farEndSendsDigits(connection: ConnectionId, digits: string, firstAfterMs: number): void {
    const call = this.#calls.get(connection);
    if (call === undefined) return;
    [...digits].forEach((digit, index) => {
      this.#later(call, firstAfterMs + index * 300, () => {
        if (call.state === 'connected') for (const path of this.#paths.values()) if (path.from === call.id) this.#digit(path.to, digit);
      });
    });
  }

  createCall(command: Parameters<CcxmlPlatform['createCall']>[0]): Reply {
    this.onCommand?.('createCall', command);
    const facts: ConnectionFacts = { local: command.callerId ?? 'sip:nailup@sim', remote: command.dest, originator: 'local', protocol: { name: 'sip', version: '2.0' }, ...(command.aai === undefined ? {} : { aai: command.aai }) };
    const call: Call = { id: command.connection, facts, state: 'dialling', timers: new Set() };
    this.#calls.set(call.id, call);
    this.#play(call, behaviourOf(command.dest));
    this.#later(call, command.timeoutMs, () => {
      if (call.state === 'dialling' || call.state === 'ringing') this.#fail(call, 'noanswer', 408);
    });
    return accepted;
  }

  accept(command: Parameters<CcxmlPlatform['accept']>[0]): Reply {
    this.onCommand?.('accept', command);
    const call = this.#calls.get(command.connection);
    if (call?.state !== 'alerting') return refused('bad-state', 'the connection is not alerting');
    this.#later(call, 20, () => this.#answer(call));
    return accepted;
  }

  reject(command: Parameters<CcxmlPlatform['reject']>[0]): Reply {
    this.onCommand?.('reject', command);
    const call = this.#calls.get(command.connection);
    if (call?.state !== 'alerting') return refused('bad-state', 'the connection is not alerting');
    this.#later(call, 10, () => {
      if (call.state !== 'over') this.#fail(call, command.reason ?? 'rejected', 603);
    });
    return accepted;
  }

  redirect(command: Parameters<CcxmlPlatform['redirect']>[0]): Reply {
    this.onCommand?.('redirect', command);
    const call = this.#calls.get(command.connection);
    if (call?.state !== 'alerting' && call?.state !== 'connected') return refused('bad-state', 'the connection is neither alerting nor connected');
    // A connected far end is asked to call there itself, and tells how that went (RFC 3515).
    const unreached = call.state === 'connected' ? behaviourOf(command.dest).failAfter : undefined;
    this.#later(call, unreached === undefined ? 20 : 20 + unreached.ms, () => {
      if (call.state === 'over') return;
      if (unreached !== undefined) return this.#sink({ name: 'connection.error', connection: call.id, event: 'error.connection', reason: `the far end was not connected elsewhere: ${unreached.status}` });
      this.#over(call);
      this.#sink({ name: 'connection.redirected', connection: call.id, reason: command.reason ?? '', info: { dest: command.dest } });
    });
    return accepted;
  }

  disconnect(command: Parameters<CcxmlPlatform['disconnect']>[0]): Reply {
    this.onCommand?.('disconnect', command);
    const call = this.#calls.get(command.connection);
    if (call === undefined || call.state === 'over') return refused('unknown-id', 'there is no such connection');
    this.#later(call, 10, () => {
      if (call.state === 'over') return;
      const answered = call.state === 'connected';
      if (!answered) return this.#fail(call, 'cancelled', 487);
      this.#over(call);
      this.#sink({ name: 'connection.disconnected', connection: call.id, reason: command.reason ?? 'disconnect', trigger: 'local' });
    });
    return accepted;
  }

  merge(command: Parameters<CcxmlPlatform['merge']>[0]): Reply {
    this.onCommand?.('merge', command);
    const calls = [this.#calls.get(command.connection1), this.#calls.get(command.connection2)];
    const [one, two] = calls;
    if (one?.state !== 'connected' || two?.state !== 'connected') return refused('bad-state', 'both connections must be connected');
    this.#later(one, 20, () => {
      for (const [call, other] of [[one, two], [two, one]] as const) {
        this.#over(call);
        this.#sink({ name: 'connection.merged', connection: call.id, other: other.id });
      }
    });
    return accepted;
  }

  createConference(command: Parameters<CcxmlPlatform['createConference']>[0]): Reply {
    this.onCommand?.('createConference', command);
    const seats = (command.reservedTalkers ?? 0) + (command.reservedListeners ?? 0);
    if (seats > mostSeats) return refused('noresource', `${seats} seats cannot be reserved; there are ${mostSeats}`);
    this.#conferences.add(command.conference);
    this.#clock.after(5, () => this.#sink({ name: 'conference.created', conference: command.conference }));
    return accepted;
  }

  destroyConference(command: Parameters<CcxmlPlatform['destroyConference']>[0]): Reply {
    this.onCommand?.('destroyConference', command);
    if (!this.#conferences.delete(command.conference)) return refused('unknown-id', 'there is no such conference');
    this.#clock.after(5, () => this.#sink({ name: 'conference.destroyed', conference: command.conference, reason: 'destroyed' }));
    return accepted;
  }

  connectPath(command: MediaPath): Reply {
    this.onCommand?.('connectPath', command);
    for (const end of [command.from, command.to]) {
      const call = this.#calls.get(end);
      if (call?.state === 'over') return refused('bad-state', `connection ${end} is over`);
    }
    this.#paths.set(`${command.from}>${command.to}`, command);
    return accepted;
  }

  disconnectPath(command: { from: MediaPath['from']; to: MediaPath['to'] }): Reply {
    this.onCommand?.('disconnectPath', command);
    this.#paths.delete(`${command.from}>${command.to}`);
    return accepted;
  }

  prepareDialog(command: Parameters<CcxmlPlatform['prepareDialog']>[0]): Reply {
    this.onCommand?.('prepareDialog', command);
    return this.#dialogs.prepare(command);
  }

  startDialog(command: Parameters<CcxmlPlatform['startDialog']>[0]): Reply {
    this.onCommand?.('startDialog', command);
    return this.#dialogs.start(command);
  }

  terminateDialog(command: Parameters<CcxmlPlatform['terminateDialog']>[0]): Reply {
    this.onCommand?.('terminateDialog', command);
    return this.#dialogs.terminate(command.dialog, command.immediate);
  }

  sendToDialog(command: Parameters<CcxmlPlatform['sendToDialog']>[0]): Reply {
    this.onCommand?.('sendToDialog', command);
    return this.#dialogs.send(command.dialog, command.event, command.data);
  }

  transferResult(command: Parameters<CcxmlPlatform['transferResult']>[0]): Reply {
    this.onCommand?.('transferResult', command);
    return this.#dialogs.transferResult(command.dialog, command.result);
  }

  sendToLauncher(command: Parameters<CcxmlPlatform['sendToLauncher']>[0]): Reply {
    this.onCommand?.('sendToLauncher', command);
    this.launcherWords.push({ session: command.session, target: command.target, event: command.event, data: command.data });
    return accepted;
  }

  #play(call: Call, behaviour: CalleeBehaviour): void {
    const { ringAfter, answerAfter, failAfter, redirectTo } = behaviour;
    if (redirectTo !== undefined) return this.#play(call, behaviourOf(redirectTo));
    if (ringAfter !== undefined) {
      this.#later(call, ringAfter, () => {
        if (call.state !== 'dialling') return;
        call.state = 'ringing';
        this.#sink({ name: 'connection.progressing', connection: call.id, facts: call.facts, info: { callprogress: 'ringing', sip: { resptext: 'Ringing', respcode: 180 } } });
      });
    }
    if (failAfter !== undefined) {
      this.#later(call, failAfter.ms, () => {
        if (call.state === 'dialling' || call.state === 'ringing') this.#fail(call, failAfter.reason, failAfter.status);
      });
    }
    if (answerAfter !== undefined) {
      this.#later(call, answerAfter, () => {
        if (call.state !== 'dialling' && call.state !== 'ringing') return;
        this.#answer(call);
        if (behaviour.hangUpAfterAnswer !== undefined) this.#later(call, behaviour.hangUpAfterAnswer, () => this.farEndLeaves(call.id));
        if (behaviour.digits !== undefined) this.farEndSendsDigits(call.id, behaviour.digits, 1000);
      });
    }
  }

  #answer(call: Call): void {
    if (call.state === 'over') return;
    call.state = 'connected';
    this.#sink({ name: 'connection.connected', connection: call.id, facts: call.facts });
  }

  #fail(call: Call, reason: string, status: number): void {
    this.#over(call);
    this.#sink({ name: 'connection.failed', connection: call.id, reason, info: { sip: { respcode: status } } });
  }

  #over(call: Call): void {
    call.state = 'over';
    for (const timer of call.timers) timer.cancel();
    this.#calls.delete(call.id);
    for (const [key, path] of this.#paths) if (path.from === call.id || path.to === call.id) this.#paths.delete(key);
  }

  #digit(endpoint: string, digit: string): void {
    if (this.#calls.has(endpoint) || this.#conferences.has(endpoint)) return;
    this.#dialogs.digit(endpoint as DialogId, digit);
  }

  #later(call: Call, ms: number, task: () => void): void {
    const timer = this.#clock.after(ms, () => {
      call.timers.delete(timer);
      task();
    });
    call.timers.add(timer);
  }
}
