import { createSocket, type Socket } from 'node:dgram';
import { SystemClock } from '../../../../src/kernel/clock.ts';
import { RandomIds } from '../../../../src/kernel/ids.ts';
import { silentLogger, type Logger } from '../../../../src/kernel/logger.ts';
import { SeededRandom } from '../../../../src/kernel/random.ts';
import { UserAgent } from '../../../../src/sip/user-agent/user-agent.ts';
import type { UserAgentHandlers, UserAgentOptions } from '../../../../src/sip/user-agent/user-agent-options.ts';
import type { TransportName } from '../../../../src/sip/transport/flow.ts';

export const sdp = (port: number, extra = ''): string =>
  `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio ${port} RTP/AVP 0\r\n${extra}`;

export interface TestAgent {
  readonly agent: UserAgent;
  /** `sip:test@127.0.0.1:port`, with the transport where it is not UDP. */
  uri(transport?: TransportName, user?: string): string;
  /** Start lines as they crossed the wire, `> ` out and `< ` in. */
  readonly wire: string[];
  readonly messages: { direction: 'in' | 'out'; text: string }[];
  readonly errors: unknown[];
}

const open: UserAgent[] = [];

/** A user agent on loopback with short timers; closed and checked for leaks by `closeAgents`. */
export async function startAgent(handlers: UserAgentHandlers = {}, options: Partial<UserAgentOptions> = {}): Promise<TestAgent> {
  const wire: string[] = [];
  const messages: { direction: 'in' | 'out'; text: string }[] = [];
  const errors: unknown[] = [];
  const log: Logger = { ...silentLogger, error: (fields) => void errors.push(fields['err']) };
  const agent = new UserAgent({
    listen: [{ transport: 'udp', host: '127.0.0.1', port: 0 }, { transport: 'tcp', host: '127.0.0.1', port: 0 }],
    clock: new SystemClock(), ids: new RandomIds(), random: new SeededRandom(7), log,
    timers: { t1: 50, t2: 400, t4: 500, d: 1_000 },
    ...options,
    handlers: {
      ...handlers,
      onWire: (direction, bytes) => {
        const text = bytes.toString('latin1');
        messages.push({ direction, text });
        wire.push(`${direction === 'out' ? '>' : '<'} ${text.slice(0, text.indexOf('\r\n'))}`);
      },
    },
  });
  await agent.start();
  open.push(agent);
  return {
    agent, wire, messages, errors,
    uri: (transport = 'udp', user = 'test') => {
      const address = agent.addresses.find((one) => one.transport === transport);
      return `sip:${user}@${address?.text ?? 'nowhere'}${transport === 'udp' ? '' : `;transport=${transport}`}`;
    },
  };
}

/** Stops every agent and checks that nothing is left open in any. */
export async function closeAgents(): Promise<void> {
  const agents = open.splice(0);
  await Promise.all(agents.map((agent) => agent.stop(500)));
  for (const agent of agents) {
    const { calls, dialogs, transactions, timers, connections } = agent.stats();
    expect({ calls, dialogs, transactions, timers, connections }).toEqual({ calls: 0, dialogs: 0, transactions: 0, timers: 0, connections: 0 });
  }
}

/** Waits until `condition` holds; fails with `what` after `limitMs`. */
export async function until(condition: () => boolean, what: string, limitMs = 20_000): Promise<void> {
  const end = Date.now() + limitMs;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A UDP peer that speaks bytes: for what a well-behaved agent would never send. */
export class RawPeer {
  readonly received: string[] = [];
  readonly #socket: Socket;
  onMessage: ((text: string) => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (bytes) => {
      const text = bytes.toString('latin1');
      this.received.push(text);
      this.onMessage?.(text);
    });
  }

  static async open(): Promise<RawPeer> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    return new RawPeer(socket);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  send(text: string, port: number): void {
    this.#socket.send(text, port, '127.0.0.1');
  }

  close(): void {
    this.#socket.close();
  }

  /** The value of a header in a message that was received. */
  static header(text: string, name: string): string {
    return new RegExp(`^${name}: (.*)$`, 'im').exec(text)?.[1]?.trim() ?? '';
  }

  static headers(text: string, name: string): string[] {
    return [...text.matchAll(new RegExp(`^${name}: (.*)$`, 'gim'))].map((match) => (match[1] ?? '').trim());
  }
}
