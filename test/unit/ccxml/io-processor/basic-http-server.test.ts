import { basicHttp, createSession } from '../../../../src/ccxml/io-processor/basic-http.ts';
import { BasicHttpServer } from '../../../../src/ccxml/io-processor/basic-http-server.ts';
import { fromFormParameters, toFormParameters } from '../../../../src/ccxml/io-processor/form-parameters.ts';
import type { CcxmlServer, StartSession } from '../../../../src/ccxml/platform.ts';
import { CountingIds } from '../../../../src/kernel/ids.ts';
import { accepted } from '../../../../src/kernel/result.ts';

describe('basichttp (App. K)', () => {
  const injected: { session: string; event: string; data: unknown }[] = [];
  const started: StartSession[] = [];
  const ids = new CountingIds();
  const server: CcxmlServer = {
    deliver: () => undefined,
    start: (request) => {
      started.push(request);
      return accepted;
    },
    inject: (session, event, data) => session === 'session-1' && injected.push({ session, event, data }) > 0,
    kill: () => false,
    ownerOf: () => undefined,
    stop: () => Promise.resolve(),
  };
  let door: BasicHttpServer;
  const open = async (auth: { user?: string; password?: string } = {}): Promise<void> => {
    door = new BasicHttpServer({ host: '127.0.0.1', port: 0, maxBodyBytes: 200, ...auth, handle: (processor, form) => (processor === 'basichttp' ? basicHttp(server, form) : createSession(server, ids, form)) });
    await door.listen();
  };
  const post = (path: string, form: Record<string, string>, headers: Record<string, string> = {}) => fetch(`${door.address}${path}`, { method: 'POST', body: new URLSearchParams(form), headers });
  beforeEach(() => {
    injected.length = 0;
    started.length = 0;
  });
  afterEach(() => door.close());

  it('puts an event with its properties into a session', async () => {
    await open();
    expect((await post('/basichttp', { sessionid: 'session-1', name: 'user.a', word: 'x y', 'o.p': '1' })).status).toBe(204);
    expect((await fetch(`${door.address}/basichttp?sessionid=session-1&name=user.b`)).status).toBe(204);
    expect(injected).toEqual([{ session: 'session-1', event: 'user.a', data: { word: 'x y', o: { p: '1' } } }, { session: 'session-1', event: 'user.b', data: {} }]);
  });

  it('answers 400 without sessionid or name, 403 for a session that is not there or an event of the platform', async () => {
    await open();
    expect((await post('/basichttp', { name: 'user.a' })).status).toBe(400);
    expect((await post('/basichttp', { sessionid: 'session-1' })).status).toBe(400);
    expect((await post('/basichttp', { sessionid: 'session-9', name: 'user.a' })).status).toBe(403);
    expect((await post('/basichttp', { sessionid: 'session-1', name: 'ccxml.kill.unconditional' })).status).toBe(403);
    expect((await post('/elsewhere', {})).status).toBe(404);
    expect((await fetch(`${door.address}/basichttp`, { method: 'DELETE' })).status).toBe(405);
    expect((await fetch(`${door.address}/basichttp`, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } })).status).toBe(415);
  });

  it('refuses a body over the limit', async () => {
    await open();
    expect((await post('/basichttp', { sessionid: 'session-1', name: 'user.a', long: 'x'.repeat(500) })).status).toBe(413);
    expect(injected).toEqual([]);
  });

  it('asks for the password when one is set', async () => {
    await open({ user: 'u', password: 'p' });
    const form = { sessionid: 'session-1', name: 'user.a' };
    expect((await post('/basichttp', form)).status).toBe(401);
    expect((await post('/basichttp', form, { authorization: `Basic ${btoa('u:wrong')}` })).status).toBe(401);
    expect((await post('/basichttp', form, { authorization: `Basic ${btoa('u:p')}` })).status).toBe(204);
  });

  it('starts a session and answers its identifier', async () => {
    await open();
    const answer = await post('/createsession', { uri: 'http://pages/a.ccxml', campaign: 'spring' });
    expect([answer.status, await answer.text()]).toEqual([200, 'session-1']);
    expect(started[0]).toMatchObject({ uri: 'http://pages/a.ccxml', values: { campaign: 'spring' } });
    expect((await post('/createsession', { uri: 'javascript:1' })).status).toBe(400);
  });

  it('carries nested data there and back, and nothing into prototypes', async () => {
    await open();
    expect(toFormParameters({ a: 1, b: { c: true, d: undefined }, e: [1, 2] })).toEqual([['a', '1'], ['b.c', 'true'], ['e.0', '1'], ['e.1', '2']]);
    expect(fromFormParameters([['a', '1'], ['b.c', 'x'], ['a', '2'], ['__proto__.polluted', 'yes']])).toEqual({ a: ['1', '2'], b: { c: 'x' } });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
