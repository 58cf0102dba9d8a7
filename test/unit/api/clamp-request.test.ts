import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { operatorApi, type OperatorDoor } from '../../../src/api/operator-api.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { NailupError } from '../../../src/kernel/nailup-error.ts';

const asked: unknown[] = [];
let http: Server;
let address = '';

beforeAll(async () => {
  const clamp: OperatorDoor['clamp'] = (connection, change, who) => {
    if (connection === 'none') throw new NailupError('CONNECTION_UNKNOWN', 'no connection none');
    asked.push([connection, change, who]);
  };
  http = createServer(operatorApi({ door: { clamp } as unknown as OperatorDoor, logger: silentLogger }));
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  address = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((done) => http.close(done)));

const post = async (connection: string, body: unknown): Promise<unknown> => {
  const answer = await fetch(`${address}/api/connections/${connection}/clamp`, { method: 'POST', headers: { 'content-type': 'application/json', connection: 'close' }, body: JSON.stringify(body) });
  return [answer.status, await answer.json()];
};

it('a change of clamping is taken as it is written', async () => {
  expect(await post('c1', { to: 'c2', dtmfclamp: true })).toEqual([200, { ok: true }]);
  expect(await post('c1', { toneclamp: false, secret: true })).toEqual([200, { ok: true }]);
  expect(asked).toEqual([['c1', { to: 'c2', dtmfclamp: true }, '127.0.0.1'], ['c1', { toneclamp: false, secret: true }, '127.0.0.1']]);
});

it.each([[{}, 'nothing to change: give one of dtmfclamp, toneclamp, secret'], [{ to: 'c2' }, 'nothing to change: give one of dtmfclamp, toneclamp, secret'], [{ dtmfclamp: 'yes' }, '"dtmfclamp"'], [{ clamp: true }, '"clamp" is no field of this request']])('%j is refused: %s', async (body, why) => {
  expect(await post('c1', body)).toEqual([400, expect.objectContaining({ code: 'API_BAD_FIELD', error: expect.stringContaining(why) as unknown })]);
});

it('a connection that is not there is a 404', async () => {
  expect(await post('none', { secret: true })).toEqual([404, expect.objectContaining({ code: 'CONNECTION_UNKNOWN' })]);
});
