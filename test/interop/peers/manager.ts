import { connect, type Socket } from 'node:net';
import { host } from '../scope.ts';

/** A response or an event of Asterisk's manager interface: header → value; lines of one name joined by newlines. */
export type ManagerMessage = Readonly<Record<string, string>>;

/** A connection to the manager interface of an Asterisk (AMI). */
export class Manager {
  readonly events: ManagerMessage[] = [];
  readonly #socket: Socket;
  readonly #waiting = new Map<string, (message: ManagerMessage) => void>();
  #next = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    let text = '';
    socket.on('data', (data) => {
      // The greeting is a line, not a message.
      text = (text + data.toString('utf8')).replace(/^Asterisk Call Manager\/[^\r\n]*\r\n/, '');
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        this.#take(parse(text.slice(0, end)));
        text = text.slice(end + 4);
      }
    });
    socket.on('error', () => undefined);
  }

  /** Undefined: nobody listens there yet. */
  static open(port: number): Promise<Manager | undefined> {
    return new Promise((done) => {
      const socket = connect(port, host, () => done(new Manager(socket)));
      socket.once('error', () => done(undefined));
    });
  }

  /** @throws Error when Asterisk refuses it */
  async action(name: string, fields: Readonly<Record<string, string>> = {}): Promise<ManagerMessage> {
    const id = String(++this.#next);
    const lines = Object.entries({ Action: name, ActionID: id, ...fields }).map(([key, value]) => `${key}: ${value}\r\n`);
    const answer = await new Promise<ManagerMessage>((done) => {
      this.#waiting.set(id, done);
      this.#socket.write(`${lines.join('')}\r\n`);
    });
    if (answer['Response'] === 'Error') throw new Error(`Asterisk: ${name}: ${answer['Message'] ?? 'refused'}`);
    return answer;
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(message: ManagerMessage): void {
    if (message['Event'] !== undefined) return void this.events.push(message);
    const id = message['ActionID'] ?? '';
    this.#waiting.get(id)?.(message);
    this.#waiting.delete(id);
  }
}

function parse(text: string): ManagerMessage {
  const message: Record<string, string> = {};
  for (const line of text.split('\r\n')) {
    const [, name, value] = /^([^:]+): ?(.*)$/s.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    message[name] = name in message ? `${message[name] ?? ''}\n${value}` : value;
  }
  return message;
}
