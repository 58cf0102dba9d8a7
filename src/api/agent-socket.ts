import type { Server } from 'node:http';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Logger } from '../kernel/logger.ts';
import { AgentSession, type CommandDeps, type Desktop } from '../modules/agents/index.ts';

const maxMessageBytes = 64 * 1024;
const pingEveryMs = 20_000;

/** The agent API's WebSocket at `/agent` of an HTTP server. A desktop that stops answering pings is taken as gone. */
export class AgentSocket {
  readonly #server: WebSocketServer;
  readonly #logger: Logger;
  readonly #deps: CommandDeps;
  readonly #alive = new WeakSet<WebSocket>();
  readonly #pinger: NodeJS.Timeout;

  constructor(http: Server, deps: CommandDeps, logger: Logger) {
    this.#deps = deps;
    this.#logger = logger;
    this.#server = new WebSocketServer({ server: http, path: '/agent', maxPayload: maxMessageBytes });
    this.#server.on('connection', (socket) => this.#open(socket));
    this.#pinger = setInterval(() => this.#pingAll(), pingEveryMs);
  }

  async close(): Promise<void> {
    clearInterval(this.#pinger);
    for (const socket of this.#server.clients) socket.close(1001, 'server stops');
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #open(socket: WebSocket): void {
    this.#alive.add(socket);
    const send = (message: unknown): void => {
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
    };
    const desktop: Desktop = { notify: send, close: (reason) => socket.close(4000, reason) };
    const session = new AgentSession(this.#deps, desktop);
    // Answers leave in the order of the commands, also when one has to wait (password check).
    let last = Promise.resolve();
    socket.on('message', (data) => {
      const text = Buffer.isBuffer(data) ? data.toString('utf8') : String(data);
      last = last.then(async () => send(await session.handle(text))).catch((error: unknown) => this.#logger.error({ error: String(error) }, 'agent command failed'));
    });
    socket.on('pong', () => this.#alive.add(socket));
    socket.on('error', (error) => this.#logger.warn({ error: error.message }, 'agent socket'));
    socket.on('close', () => session.closed());
  }

  #pingAll(): void {
    for (const socket of this.#server.clients) {
      if (!this.#alive.delete(socket)) socket.terminate();
      else socket.ping();
    }
  }
}
