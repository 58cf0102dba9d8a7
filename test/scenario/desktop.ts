import WebSocket from 'ws';

interface Message {
  readonly command?: string;
  readonly id?: number;
  readonly result?: number;
  readonly error?: string;
  readonly notification?: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly [more: string]: unknown;
}

export interface Notice {
  readonly notification: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** An agent's desktop that does what the test says, and remembers what it is told. */
export class Desktop {
  readonly #socket: WebSocket;
  readonly #answers = new Map<number, (answer: Message) => void>();
  readonly #notices: Notice[] = [];
  #arrived: () => void = () => undefined;
  #next = 1;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as Message;
      if (message.id !== undefined) this.#answers.get(message.id)?.(message);
      if (message.notification !== undefined) {
        this.#notices.push({ notification: message.notification, parameters: message.parameters ?? {} });
        this.#arrived();
      }
    });
  }

  /** Logs on, is ready, and is nailed to the phone. */
  static async nailed(url: string, extension: string, password: string): Promise<Desktop> {
    const socket = new WebSocket(url);
    const desktop = new Desktop(socket);
    await new Promise((done, failed) => socket.once('open', done).once('error', failed));
    await desktop.ask('AGTLogon', { agentExt: extension, pwd: password, isForce: true });
    await desktop.ask('AGTStateChange', { agentState: 'Ready' });
    await desktop.ask('AGTNailupAgent');
    await desktop.told('AGTNailupChange', { nailupStatus: 'NailedUp' });
    return desktop;
  }

  ask(command: string, parameters: Readonly<Record<string, unknown>> = {}): Promise<Message> {
    const id = this.#next++;
    return new Promise((resolve) => {
      this.#answers.set(id, resolve);
      this.#socket.send(JSON.stringify({ command, id, parameters }));
    });
  }

  /** The next notice of that name with these parameters; what came before it is forgotten. Rejects after `limitMs`. */
  async told(notification: string, parameters: Readonly<Record<string, unknown>> = {}, limitMs = 40_000): Promise<Notice['parameters']> {
    for (const end = Date.now() + limitMs; ; ) {
      const at = this.#notices.findIndex((n) => n.notification === notification && Object.entries(parameters).every(([key, value]) => n.parameters[key] === value));
      const [found] = at < 0 ? [] : this.#notices.splice(0, at + 1).slice(-1);
      if (found !== undefined) return found.parameters;
      if (Date.now() > end) throw new Error(`${notification} ${JSON.stringify(parameters)} was not told within ${limitMs / 1_000} s, but ${JSON.stringify(this.#notices)}`);
      let limit: NodeJS.Timeout | undefined;
      await Promise.race([new Promise<void>((done) => (this.#arrived = done)), new Promise<void>((done) => (limit = setTimeout(done, end - Date.now() + 1)))]);
      clearTimeout(limit);
    }
  }

  /** Notices that have come since the last one asked for. */
  get waiting(): readonly Notice[] {
    return this.#notices;
  }

  close(): void {
    this.#socket.close();
  }
}
