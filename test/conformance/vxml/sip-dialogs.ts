import { ScriptedCallees } from '../../../sim/callees/scripted-callees.ts';
import type { PlatformEvent } from '../../../src/ccxml/platform.ts';
import { SystemClock } from '../../../src/kernel/clock.ts';
import type { ConnectionId, DialogId, SessionId } from '../../../src/kernel/ids.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { createEmbeddedMedia } from '../../../src/media/embedded/index.ts';
import { promptText } from '../../../src/vxml/console/prompt-text.ts';
import { judgementOf } from '../../../src/vxml/console/scripted-caller.ts';
import type { SimulatedRun } from '../../../src/vxml/console/simulated-run.ts';
import type { Trace } from '../../../src/vxml/index.ts';
import { DialogTransfers, type TransferRoute } from '../../../src/wiring/dialog-transfers.ts';
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
    const line = (test.recognizer === undefined ? this.#free.pop() : undefined) ?? (await this.#open(test.recognizer));
    try {
      return await line.run(test, `${base}${encodeURIComponent(test.name)}.vxml`);
    } finally {
      if (test.recognizer === undefined) this.#free.push(line);
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

  async #open(recognizer: VxmlCase['recognizer']): Promise<Line> {
    const line = await Line.open(this.#callees, this.#media, recognizer);
    this.#all.push(line);
    return line;
  }
}

/** What a transfer's destination does, in the words of the scripted callees. */
function calleeOf(behaviour: string | undefined): string {
  const [, who, ms] = /^(farhangup|networkdisconnect)-(\d+)$/.exec(behaviour ?? '') ?? [];
  if (who !== undefined) return `sip:ring-1000-${who === 'farhangup' ? 'hangup' : 'drop'}-${ms}@sim`;
  return { busy: 'sip:busy@sim', noanswer: 'sip:noanswer@sim', networkbusy: 'sip:congested@sim' }[behaviour ?? ''] ?? 'sip:ring-1000@sim';
}

/** One server with one caller at a time. */
class Line {
  readonly #callees: ScriptedCallees;
  readonly #recognizer: ScriptedRecognizer;
  #stack: CallStack | undefined;
  #call: Call | undefined;

  private constructor(callees: ScriptedCallees, languages: readonly string[]) {
    this.#callees = callees;
    this.#recognizer = new ScriptedRecognizer(languages);
  }

  static async open(callees: ScriptedCallees, media: SharedMedia, recognizer: VxmlCase['recognizer']): Promise<Line> {
    const line = new Line(callees, recognizer === undefined || recognizer === 'none' ? ['*'] : recognizer.languages);
    line.#stack = await CallStack.open({
      media: media.view(), resolver: callees.resolver, ...(recognizer === 'none' ? {} : { recognizer: line.#recognizer }), fetch: { allowedRanges: ['127.0.0.0/8'] },
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
  #transfers: DialogTransfers | undefined;

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
    this.#transfers?.on(event);
    switch (event.name) {
      case 'connection.connected':
        if (event.connection === this.#connection) this.#start();
        return;
      case 'dialog.failed':
        this.end ??= { failed: `${event.event}: ${event.reason}` };
        return;
      case 'dialog.disconnect':
        if (this.#connection !== undefined) this.#stack.platform.disconnect({ connection: this.#connection, hints: {} });
        return;
      default:
    }
  }

  release(): void {
    const { platform } = this.#stack;
    platform.terminateDialog({ dialog: this.#dialog, immediate: true, hints: {} });
    this.#transfers?.close();
    if (this.#connection !== undefined) platform.disconnect({ connection: this.#connection, hints: {} });
  }

  #start(): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    const { platform, ids } = this.#stack;
    this.#transfers = new DialogTransfers(platform, {
      session: this.#session, dialog: this.#dialog, caller: connection, newConnection: () => ids.next('connection'), now: () => performance.now(), route: (destination) => this.#route(destination),
    });
    platform.startDialog({ dialog: this.#dialog, session: this.#session, src: this.#uri, type: 'application/voicexml+xml', parameters: {}, hints: {}, connection });
    for (const [from, to] of [[connection, this.#dialog], [this.#dialog, connection]] as const) platform.connectPath({ from, to, dtmfClamp: false, toneClamp: false });
  }

  /** Where a destination leads; what only call control knows of it is said at once. A line that is busy shows only when it is called. */
  #route(destination: string): TransferRoute {
    const behaviour = this.#test.transfer[destination] ?? 'answer';
    const outcome = judgementOf(behaviour);
    return outcome === undefined ? { address: calleeOf(behaviour), call: behaviour !== 'answer' } : { outcome };
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
