import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WebSite } from '../../../src/ccxml/simulation/simulated-web.ts';

/** Serves a site of the simulated web over real HTTP on loopback. */
export class HttpSite {
  /** Replaced from test to test. */
  site: WebSite = () => undefined;
  readonly #server = createServer((request, response) => void this.#answer(request, response));

  async listen(): Promise<void> {
    await new Promise<void>((done, failed) => {
      this.#server.once('error', failed);
      this.#server.listen(0, '127.0.0.1', done);
    });
  }

  /** `address:port`. */
  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? '/', `http://${request.headers.host ?? 'sim'}`);
    const form = [...new URLSearchParams(Buffer.concat(chunks).toString('utf8'))];
    const answer = this.site({ method: request.method === 'POST' ? 'POST' : 'GET', url, form }) ?? { status: 404, body: '' };
    if (answer.delayMs !== undefined) await new Promise((done) => setTimeout(done, answer.delayMs).unref());
    response.writeHead(answer.status, {
      ...(answer.contentType === undefined ? {} : { 'content-type': answer.contentType }),
      'cache-control': answer.maxAge === undefined ? 'no-store' : `max-age=${answer.maxAge}`,
    });
    response.end(answer.body);
  }
}
