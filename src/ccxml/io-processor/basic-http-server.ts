import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IoAnswer } from './basic-http.ts';

export interface BasicHttpServerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Asked of everybody when given (HTTP Basic, RFC 7617). */
  readonly user?: string;
  readonly password?: string;
  readonly maxBodyBytes?: number;
  readonly handle: (processor: 'basichttp' | 'createsession', parameters: readonly (readonly [string, string])[]) => IoAnswer;
}

/** The HTTP door of the I/O processors (CCXML 1.0 App. K): POST or GET with form parameters, a size limit, and Basic authentication. */
export class BasicHttpServer {
  readonly #options: BasicHttpServerOptions;
  readonly #server: Server;

  constructor(options: BasicHttpServerOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => this.#take(request, response));
    this.#server.headersTimeout = 10_000;
    this.#server.requestTimeout = 15_000;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#options.port, this.#options.host, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
  }

  /** `http://host:port`. */
  get address(): string {
    const { address, port, family } = this.#server.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const processor = url.pathname === '/basichttp' ? 'basichttp' : url.pathname === '/createsession' ? 'createsession' : undefined;
    if (processor === undefined) return answer(response, 404, 'there are /basichttp and /createsession');
    if (!this.#allowed(request)) {
      response.setHeader('WWW-Authenticate', 'Basic realm="ccxml"');
      return answer(response, 401, '');
    }
    if (request.method === 'GET') return this.#answer(response, this.#options.handle(processor, [...url.searchParams]));
    if (request.method !== 'POST') {
      response.setHeader('Allow', 'GET, POST');
      return answer(response, 405, '');
    }
    if (!/^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? '')) return answer(response, 415, 'the body must be application/x-www-form-urlencoded');
    const limit = this.#options.maxBodyBytes ?? 65_536;
    let size = 0;
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => {
      size += piece.length;
      if (size <= limit) pieces.push(piece);
      else if (!response.headersSent) {
        response.setHeader('Connection', 'close');
        answer(response, 413, `the body may have ${limit} octets`);
        request.resume();
      }
    });
    request.on('end', () => {
      if (response.headersSent) return;
      const form = new URLSearchParams(Buffer.concat(pieces).toString('utf8'));
      this.#answer(response, this.#options.handle(processor, [...url.searchParams, ...form]));
    });
    request.on('error', () => response.destroy());
  }

  #answer(response: ServerResponse, { status, body }: IoAnswer): void {
    answer(response, status, body);
  }

  #allowed(request: IncomingMessage): boolean {
    const { user, password } = this.#options;
    if (user === undefined || password === undefined) return true;
    const given = /^Basic (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
    return timingSafeEqual(digest(Buffer.from(given, 'base64').toString('utf8')), digest(`${user}:${password}`));
  }
}

function answer(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, body === '' ? {} : { 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(body === '' ? undefined : body);
}
