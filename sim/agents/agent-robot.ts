import WebSocket from 'ws';
import type { Clock, Timer } from '../../src/kernel/clock.ts';
import type { SeededRandom } from '../../src/kernel/random.ts';

export interface RobotOptions {
  /** `ws://host:port/agent`. */
  readonly url: string;
  readonly extension: string;
  readonly password: string;
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly talkMs: readonly [number, number];
  readonly wrapMs: readonly [number, number];
  /** How long a previewed contact is read before it is dialled, and which share of them is cancelled instead. */
  readonly previewMs?: readonly [number, number];
  readonly cancelShare?: number;
  /** Numbers to dial by hand, shared by all robots: each takes the next when it is idle. */
  readonly numbers?: string[];
  readonly log: (line: string) => void;
}

interface Message {
  readonly command?: string;
  readonly result?: number;
  readonly error?: string;
  readonly notification?: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly completionCodes?: readonly { readonly codeValue: string }[];
  readonly [more: string]: unknown;
}

const reconnectMs = 500;

/** The desktop of a simulated agent: logs on, offers itself for nailing, previews or dials by hand, talks, releases the line, wraps up. Comes back after a crash of the server. */
export class AgentRobot {
  contacts = 0;
  readonly #options: RobotOptions;
  #socket: WebSocket | undefined;
  #timer: Timer | undefined;
  #session = '';
  #codes: readonly string[] = [];
  #stopped = false;

  constructor(options: RobotOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#stopped) return;
    const socket = new WebSocket(this.#options.url);
    this.#socket = socket;
    socket.on('open', () => this.#send('AGTLogon', { agentExt: this.#options.extension, pwd: this.#options.password, isForce: true }));
    socket.on('message', (data) => this.#take(JSON.parse(Buffer.isBuffer(data) ? data.toString('utf8') : String(data)) as Message));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#timer?.cancel();
      if (!this.#stopped) this.#later(reconnectMs, () => this.start());
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#socket?.close();
  }

  #send(command: string, parameters: Readonly<Record<string, unknown>> = {}): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ command, parameters }));
  }

  #take(message: Message): void {
    if (message.result !== undefined && message.result !== 0) this.#options.log(`${this.#options.extension}: ${message.command ?? ''} ${message.result} ${message.error ?? ''}`);
    switch (message.command) {
      case 'AGTLogonRESP':
        if (message.result === 0) this.#send('AGTStateChange', { agentState: 'Ready' });
        return;
      case 'AGTStateChangeRESP':
        this.#send('AGTGetCompCodes');
        this.#send('AGTAvailableForNailup');
        return;
      case 'AGTManualDialRESP':
        if (message.result !== 0) this.#dialByHand();
        return;
      case 'AGTGetCompCodesRESP':
        this.#codes = (message.completionCodes ?? []).map((c) => c.codeValue);
        return;
      default:
        return this.#notified(message);
    }
  }

  #notified(message: Message): void {
    const { random, talkMs, wrapMs, previewMs = [300, 800], cancelShare = 0 } = this.#options;
    switch (message.notification) {
      case 'AGTNailupChange':
        if (message.parameters?.['nailupStatus'] === 'PendingNailUp') this.#send('AGTReadyForNailup');
        // Nailing gave up or timed out: offer again after a moment.
        if (message.parameters?.['nailupStatus'] === 'NotNailedUp') this.#later(1_000, () => this.#send('AGTAvailableForNailup'));
        return;
      case 'AGTJobAttached':
        return this.#dialByHand();
      case 'AGTCallNotify':
        this.contacts += 1;
        this.#session = String(message.parameters?.['sessionID']);
        if (message.parameters?.['contactType'] === 'Preview') this.#later(between(previewMs, random), () => this.#send(random.next() < cancelShare ? 'AGTPreviewCancel' : 'AGTPreviewDial', { sessionID: this.#session }));
        return;
      case 'AGTCallStateChangedNotify':
        if (message.parameters?.['callState'] === 'Talking') this.#later(between(talkMs, random), () => this.#send('AGTReleaseLine', { sessionID: this.#session }));
        if (message.parameters?.['callState'] === 'Idle') this.#dialByHand();
        return;
      case 'AGTAutoReleaseLine': {
        this.#session = String(message.parameters?.['sessionID']);
        const code = this.#codes[Math.floor(random.next() * this.#codes.length)] ?? 'Answer_Human';
        this.#later(between(wrapMs, random), () => this.#send('AGTWrapupContact', { completionCode: code, sessionID: this.#session }));
        return;
      }
      default:
        return;
    }
  }

  #dialByHand(): void {
    const { numbers = [] } = this.#options;
    if (numbers.length === 0) return;
    this.#later(200, () => {
      const number = numbers.shift();
      if (number !== undefined) this.#send('AGTManualDial', { contactNumber: { number } });
    });
  }

  #later(ms: number, task: () => void): void {
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(ms, task);
  }
}

const between = (range: readonly [number, number], random: SeededRandom): number => range[0] + random.next() * (range[1] - range[0]);
