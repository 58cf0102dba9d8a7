import { ScriptedCallees } from '../../../sim/callees/scripted-callees.ts';
import type { PlatformEvent, PlatformEventMap } from '../../../src/ccxml/platform.ts';
import { SystemClock } from '../../../src/kernel/clock.ts';
import type { ConnectionId, DialogId, SessionId } from '../../../src/kernel/ids.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { createEmbeddedMedia } from '../../../src/media/embedded/index.ts';
import { promptText } from '../../../src/vxml/console/prompt-text.ts';
import type { SimulatedRun } from '../../../src/vxml/console/simulated-run.ts';
import type { Trace } from '../../../src/vxml/index.ts';
import { CallStack } from '../over-sip/call-stack.ts';
import { ScriptedRecognizer } from '../over-sip/scripted-recognizer.ts';
import { SharedMedia } from '../over-sip/shared-media.ts';
import type { VxmlCase } from './case.ts';
import { SipCaller } from './sip-caller.ts';

/** Runs VoiceXML tests for callers with real telephones: one call stack per test at a time, over one media plane. */
export class SipDialogs {
  readonly #callees = new ScriptedCallees(new SystemClock(), silentLogger);
  readonly #media = new SharedMedia(createEmbeddedMedia({ address: '127.0.0.1' }, { log: silentLogger }));
  readonly #free: Line[] = [];
  readonly #all: Line[] = [];

  async start(): Promise<void> {
    await this.#callees.start();
    await this.#media.start();
  }

  async run(test: VxmlCase, base: string): Promise<SimulatedRun> {
    const line = this.#free.pop() ?? (await this.#open());
    try {
      return await line.run(test, `${base}${encodeURIComponent(test.name)}.vxml`);
    } finally {
      this.#free.push(line);
    }
  }

  async note(): Promise<string> {
    const { endpoints, openPorts, dialogs } = await this.#media.plane.stats();
    const { packets, openTelephones } = this.#callees;
    return `over SIP: ${this.#all.reduce((sum, line) => sum + line.invites, 0)} INVITEs, ${packets.received} RTP packets heard by the callers, ${packets.sent} sent; left open: ${openTelephones} telephones, ${endpoints} endpoints, ${openPorts} RTP ports, ${dialogs} dialogs`;
  }

  async stop(): Promise<void> {
    for (const line of this.#all) await line.close();
    await this.#media.stop();
    await this.#callees.stop();
  }

  async #open(): Promise<Line> {
    const line = await Line.open(this.#callees, this.#media);
    this.#all.push(line);
    return line;
  }
}

/** Call results as `<transfer>` has them (VoiceXML 2.0 §2.3.7), by the reason of `connection.failed`. */
const transferOutcomes: Readonly<Record<string, string>> = { busy: 'busy', networkbusy: 'network_busy', noanswer: 'noanswer', timeout: 'noanswer' };

/** What a transfer's destination does, in the words of the scripted callees. */
function calleeOf(behaviour: string | undefined): string {
  const far = /^farhangup-(\d+)$/.exec(behaviour ?? '')?.[1];
  if (far !== undefined) return `sip:ring-1000-hangup-${far}@sim`;
  return { busy: 'sip:busy@sim', noanswer: 'sip:noanswer@sim', networkbusy: 'sip:congested@sim' }[behaviour ?? ''] ?? 'sip:ring-1000@sim';
}

/** One server with one caller at a time. */
class Line {
  readonly #callees: ScriptedCallees;
  readonly #recognizer = new ScriptedRecognizer();
  #stack: CallStack | undefined;
  #call: Call | undefined;

  private constructor(callees: ScriptedCallees) {
    this.#callees = callees;
  }

  static async open(callees: ScriptedCallees, media: SharedMedia): Promise<Line> {
    const line = new Line(callees);
    line.#stack = await CallStack.open({
      media: media.view(), resolver: callees.resolver, recognizer: line.#recognizer, fetch: { allowedRanges: ['127.0.0.0/8'] },
      observe: {
        command: (_dialog, command) => line.#call?.caller.command(command),
        delivered: (_dialog, event) => line.#call?.caller.delivered(event),
        trace: (_dialog, trace) => void line.#call?.traces.push(trace),
        ended: (_dialog, end) => {
          if (line.#call !== undefined) line.#call.end ??= end;
        },
      },
    }, (event) => line.#call?.on(event));
    return line;
  }

  get invites(): number {
    const { sent, received } = this.#stack?.invites ?? { sent: 0, received: 0 };
    return sent + received;
  }

  async run(test: VxmlCase, uri: string): Promise<SimulatedRun> {
    const stack = this.#stack;
    if (stack === undefined) throw new Error('the line is not open');
    const caller = new SipCaller(test.turns, this.#recognizer);
    const call = new Call(stack, caller, test, uri);
    this.#call = call;
    const startedAt = performance.now();
    stack.incoming = (incoming) => call.answer(incoming.take());
    const telephone = this.#callees.call({ from: 'sip:+15550199@sim', to: 'sip:+15550100@test', target: `sip:app@${stack.address}` }, { speak: (out) => caller.player.fill(out) });
    caller.telephone = telephone;
    // The documents' own time-outs take their time here; a document that hangs is told apart by three times its limit.
    while (call.end === undefined && performance.now() - startedAt < test.timeLimitMs * 3 + 5_000) {
      await pause(10);
      caller.act();
      if (caller.unexpectedWait) call.end ??= 'unexpected wait';
    }
    const end = call.end ?? 'time limit';
    call.release();
    telephone.hangUp();
    for (let i = 0; i < 200 && stack.open > 0; i++) await pause(10);
    this.#call = undefined;
    const prompts = call.traces.flatMap((t) => (t.kind === 'prompt' ? [promptText(t.items)] : [])).filter((p) => p !== '');
    return { prompts, traces: call.traces, events: [], end, turnsLeft: caller.turnsLeft, openTimers: 0, lastedMs: performance.now() - startedAt };
  }

  async close(): Promise<void> {
    await this.#stack?.close();
  }
}

/** What a small CCXML page would do: answers, runs the dialog, carries its transfers out, hangs up. */
class Call {
  readonly traces: Trace[] = [];
  readonly caller: SipCaller;
  end: SimulatedRun['end'] | undefined;
  readonly #stack: CallStack;
  readonly #test: VxmlCase;
  readonly #uri: string;
  readonly #session: SessionId;
  readonly #dialog: DialogId;
  #connection: ConnectionId | undefined;
  #callee: { readonly id: ConnectionId; readonly type: string; connectedAt: number; ended: boolean } | undefined;

  constructor(stack: CallStack, caller: SipCaller, test: VxmlCase, uri: string) {
    this.#stack = stack;
    this.caller = caller;
    this.#test = test;
    this.#uri = uri;
    this.#session = stack.ids.next('session');
    this.#dialog = stack.ids.next('dialog');
  }

  answer(connection: ConnectionId): void {
    this.#connection = connection;
    this.#stack.platform.accept({ connection, hints: {} });
  }

  on(event: PlatformEvent): void {
    const { platform } = this.#stack;
    switch (event.name) {
      case 'connection.connected':
        return event.connection === this.#connection ? this.#start() : this.#answered(event.connection);
      case 'connection.failed':
        if (event.connection === this.#callee?.id) this.#transferred(transferOutcomes[event.reason] ?? 'unknown');
        return;
      case 'connection.disconnected':
        if (event.connection === this.#callee?.id) this.#transferred('far_end_disconnect');
        return;
      case 'dialog.failed':
        this.end ??= { failed: `${event.event}: ${event.reason}` };
        return;
      case 'dialog.disconnect':
        if (this.#connection !== undefined) platform.disconnect({ connection: this.#connection, hints: {} });
        return;
      case 'dialog.transfer':
        return this.#transfer(event);
      case 'dialog.terminatetransfer':
        if (this.#callee !== undefined) {
          this.#callee.ended = true;
          platform.disconnect({ connection: this.#callee.id, hints: {} });
        }
        return;
      default:
    }
  }

  release(): void {
    const { platform } = this.#stack;
    platform.terminateDialog({ dialog: this.#dialog, immediate: true, hints: {} });
    for (const connection of [this.#connection, this.#callee?.id]) if (connection !== undefined) platform.disconnect({ connection, hints: {} });
  }

  #start(): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    const { platform } = this.#stack;
    platform.startDialog({ dialog: this.#dialog, session: this.#session, src: this.#uri, type: 'application/voicexml+xml', parameters: {}, hints: {}, connection });
    this.#join(connection, this.#dialog);
  }

  #join(one: ConnectionId, two: ConnectionId | DialogId): void {
    for (const [from, to] of [[one, two], [two, one]] as const) this.#stack.platform.connectPath({ from, to, dtmfClamp: false, toneClamp: false });
  }

  #transfer(event: PlatformEventMap['dialog.transfer']): void {
    const { platform, ids } = this.#stack;
    const connection = this.#connection;
    if (connection === undefined) return;
    const behaviour = this.#test.transfer[event.uri];
    const dest = calleeOf(behaviour);
    const reachable = behaviour === undefined || behaviour === 'answer';
    if (event.type === 'blind' && reachable) return void platform.redirect({ connection, dest, hints: {} });
    const id = ids.next('connection');
    this.#callee = { id, type: event.type, connectedAt: 0, ended: false };
    platform.createCall({ connection: id, session: this.#session, dest, timeoutMs: event.connectTimeoutMs ?? 30_000, hints: {} });
  }

  #answered(connection: ConnectionId): void {
    const callee = this.#callee;
    const caller = this.#connection;
    if (callee?.id !== connection || caller === undefined) return;
    // Consultation: the two are put together at the network, and both leave us.
    if (callee.type !== 'bridge') return void this.#stack.platform.merge({ connection1: caller, connection2: connection, hints: {} });
    callee.connectedAt = performance.now();
    this.#join(caller, connection);
    this.#stack.platform.transferResult({ dialog: this.#dialog, result: { result: 'connected' } });
  }

  #transferred(outcome: string): void {
    const callee = this.#callee;
    if (callee === undefined) return;
    this.#callee = undefined;
    this.caller.transferOver();
    const duration = callee.connectedAt === 0 ? 0 : performance.now() - callee.connectedAt;
    this.#stack.platform.transferResult({ dialog: this.#dialog, result: { result: callee.ended ? 'ended' : outcome, duration } });
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
