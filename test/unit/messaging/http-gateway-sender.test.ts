import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HttpGatewaySender, type HttpGatewaySettings } from '../../../src/messaging/http-gateway/http-gateway-sender.ts';

const message = { id: 'attempt-1', to: '+12025550101', from: 'Nailup', text: 'Grüße & more' };
const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});

async function gateway(answer: (request: IncomingMessage, response: ServerResponse, body: string) => void): Promise<{ url: string; bodies: string[]; headers: IncomingMessage['headers'][] }> {
  const bodies: string[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (data: Buffer) => (body += data.toString()));
    request.on('end', () => {
      bodies.push(body);
      headers.push(request.headers);
      answer(request, response, body);
    });
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/send`, bodies, headers };
}

const sender = (url: string, more: Partial<HttpGatewaySettings> = {}): HttpGatewaySender => new HttpGatewaySender({ url, format: 'json', headers: {}, fields: { to: 'to', from: 'from', text: 'text', id: 'id' }, more: {}, timeoutMs: 2_000, ...more });
const status = (code: number, body = '') => (_request: IncomingMessage, response: ServerResponse): void => void response.writeHead(code).end(body);

describe('a text message by HTTP', () => {
  it('is an object with the gateway\'s own names for its parts', async () => {
    const { url, bodies, headers } = await gateway(status(202, '{"message":"4711"}'));
    const outcome = await sender(url, { fields: { to: 'msisdn', from: 'sender', text: 'body', id: 'ref' }, more: { route: 'gold' }, headers: { authorization: 'Bearer key' } }).send(message);
    expect(outcome).toEqual({ how: 'sent', detail: '202 {"message":"4711"}' });
    expect(bodies.map((body) => JSON.parse(body) as unknown)).toEqual([{ route: 'gold', msisdn: '+12025550101', sender: 'Nailup', body: 'Grüße & more', ref: 'attempt-1' }]);
    expect(headers[0]).toMatchObject({ 'content-type': 'application/json', authorization: 'Bearer key' });
  });

  it('is a form where the gateway wants one', async () => {
    const { url, bodies, headers } = await gateway(status(200));
    await sender(url, { format: 'form' }).send(message);
    expect(Object.fromEntries(new URLSearchParams(bodies[0]))).toEqual({ to: '+12025550101', from: 'Nailup', text: 'Grüße & more', id: 'attempt-1' });
    expect(headers[0]).toMatchObject({ 'content-type': 'application/x-www-form-urlencoded' });
  });

  it.each([[400, 'failed'], [401, 'failed'], [429, 'failed'], [302, 'failed'], [500, 'failed'], [503, 'failed'], [504, 'unknown']] as const)('answered with %d is %s', async (code, how) => {
    const { url, bodies } = await gateway(status(code, 'so it is'));
    expect(await sender(url).send(message)).toEqual({ how, reason: `${code} so it is` });
    expect(bodies).toHaveLength(1);
  });

  it('has failed when nobody listens', async () => {
    const { url } = await gateway(status(200));
    const [server] = servers.splice(0);
    await new Promise((done) => server?.close(done));
    expect(await sender(url).send(message)).toMatchObject({ how: 'failed', reason: expect.stringContaining('ECONNREFUSED') });
  });

  it('is unknown when the answer does not come, or the connection breaks before it', async () => {
    const silent = await gateway(() => undefined);
    expect(await sender(silent.url, { timeoutMs: 200 }).send(message)).toMatchObject({ how: 'unknown' });
    const broken = await gateway((request) => request.socket.destroy());
    expect(await sender(broken.url).send(message)).toMatchObject({ how: 'unknown' });
    expect([silent.bodies.length, broken.bodies.length]).toEqual([1, 1]);
  });

  it('is sent once the status is there, though the rest of the answer breaks off', async () => {
    const { url } = await gateway((request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('taken', () => request.socket.destroy());
    });
    expect(await sender(url).send(message)).toMatchObject({ how: 'sent' });
  });
});
