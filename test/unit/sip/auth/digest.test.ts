import { SimulatedClock } from '../../../../src/kernel/clock.ts';
import { CountingIds } from '../../../../src/kernel/ids.ts';
import { parseAuthHeader } from '../../../../src/sip/auth/auth-header.ts';
import { digestHash, type DigestAlgorithm } from '../../../../src/sip/auth/digest-algorithm.ts';
import { DigestClient, type DigestCredentials } from '../../../../src/sip/auth/digest-client.ts';
import { digestResponse } from '../../../../src/sip/auth/digest-response.ts';
import { DigestServer, type DigestServerOptions } from '../../../../src/sip/auth/digest-server.ts';
import { createResponse } from '../../../../src/sip/message/create-response.ts';
import { SipRequest, SipResponse } from '../../../../src/sip/message/sip-message.ts';

const REALM = 'nailup "test"';
const BOB: DigestCredentials = { username: 'bob', secret: { password: 'zanzibar' } };

function stand(options: Partial<DigestServerOptions> = {}): { clock: SimulatedClock; server: DigestServer; client: DigestClient } {
  const clock = new SimulatedClock(1_700_000_000_000);
  return {
    clock,
    server: new DigestServer({ realm: REALM, secret: Buffer.alloc(32, 7), ...options }, clock),
    client: new DigestClient((realm) => (realm === REALM ? BOB : undefined), new CountingIds()),
  };
}
const register = (body = ''): SipRequest => new SipRequest('REGISTER', 'sip:registrar.example.com', { body: Buffer.from(body) });

function challenged(server: DigestServer, stale = false): SipResponse {
  const response = createResponse(register(), server.challengeStatus);
  server.challenge(response, { stale });
  return response;
}
function verdict(server: DigestServer, request: SipRequest, password: string | undefined = 'zanzibar'): string {
  const read = server.read(request);
  return read.kind === 'presented' ? read.check(password === '' ? undefined : { password }) : read.kind;
}

describe('digestResponse', () => {
  // RFC 7616 §3.9.1
  test.each<[DigestAlgorithm, string]>([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ])('computes the %s example of the RFC', (algorithm, response) => {
    expect(
      digestResponse({
        algorithm, username: 'Mufasa', realm: 'http-auth@example.org', secret: { password: 'Circle of Life' }, method: 'GET', uri: '/dir/index.html',
        nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v', qop: 'auth', nc: '00000001', cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
      }),
    ).toBe(response);
  });

  test('computes the answer without qop of RFC 2069', () => {
    const ha1 = digestHash('MD5', 'bob:biloxi.com:zanzibar');
    const input = { algorithm: 'MD5', username: 'bob', realm: 'biloxi.com', method: 'INVITE', uri: 'sip:bob@biloxi.com', nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093' } as const;
    expect(digestResponse({ ...input, secret: { password: 'zanzibar' } })).toBe('bf57e4e0d0bffc0fbaedce64d59add5e');
    expect(digestResponse({ ...input, secret: { ha1 } })).toBe('bf57e4e0d0bffc0fbaedce64d59add5e');
  });
});

describe('digest client and server', () => {
  test.each<DigestAlgorithm>(['MD5', 'MD5-sess', 'SHA-256', 'SHA-256-sess', 'SHA-512-256', 'SHA-512-256-sess'])('agree on %s', (algorithm) => {
    const { server, client } = stand({ algorithms: [algorithm] });
    const retry = register();
    expect(client.answer(register(), challenged(server), retry)).toEqual({ ok: true, value: undefined });
    expect(verdict(server, retry)).toBe('right');
    expect(verdict(server, retry, 'wrong')).toBe('wrong');
    expect(verdict(server, retry, '')).toBe('wrong');
  });

  test('agree on auth-int, which covers the body', () => {
    const { server, client } = stand({ qop: ['auth-int'] });
    const retry = register('hello');
    client.answer(register(), challenged(server), retry);
    expect(verdict(server, retry)).toBe('right');
    retry.body = Buffer.from('hallo');
    expect(verdict(server, retry)).toBe('wrong');
  });

  test('agree without qop', () => {
    const { server, client } = stand({ qop: [] });
    const retry = register();
    client.answer(register(), challenged(server), retry);
    expect(retry.get('Authorization')).not.toContain('cnonce');
    expect(verdict(server, retry)).toBe('right');
  });

  test('the strongest of several challenges is answered', () => {
    const { server, client } = stand({ algorithms: ['MD5', 'SHA-256'] });
    const retry = register();
    client.answer(register(), challenged(server), retry);
    expect(retry.headers.lines('Authorization')).toHaveLength(1);
    expect(retry.get('Authorization')).toContain('algorithm=SHA-256');
  });

  test('a proxy challenges with 407 and its own headers', () => {
    const { server, client } = stand({ proxy: true });
    expect(server.challengeStatus).toBe(407);
    const retry = register();
    client.answer(register(), challenged(server), retry);
    expect(retry.get('Authorization')).toBeUndefined();
    expect(verdict(server, retry)).toBe('right');
  });

  test('later requests count the nonce up, and a used count is a replay', () => {
    const { server, client } = stand();
    const [first, second] = [register(), register()];
    client.answer(register(), challenged(server), first);
    client.authorize(second);
    expect(second.get('Authorization')).toContain('nc=00000002');
    expect([verdict(server, first), verdict(server, second), verdict(server, second), verdict(server, first)]).toEqual(['right', 'right', 'replayed', 'replayed']);
  });

  test('an expired nonce is stale, and a stale challenge is answered again', () => {
    const { clock, server, client } = stand({ nonceLifetimeMs: 1000 });
    const first = register();
    client.answer(register(), challenged(server), first);
    clock.advance(1001);
    expect(verdict(server, first)).toBe('stale');
    const second = register();
    expect(client.answer(first, challenged(server, true), second).ok).toBe(true);
    expect(verdict(server, second)).toBe('right');
  });

  test('a nonce of somebody else is stale', () => {
    const { server, client } = stand();
    const retry = register();
    client.answer(register(), challenged(new DigestServer({ realm: REALM, secret: Buffer.alloc(32, 8) }, new SimulatedClock(1_700_000_000_000))), retry);
    expect(verdict(server, retry)).toBe('stale');
  });

  test('the same realm asking again without stale means a wrong password', () => {
    const { server, client } = stand();
    const first = register();
    client.answer(register(), challenged(server), first);
    expect(client.answer(first, challenged(server), register())).toEqual({ ok: false, error: 'rejected' });
  });

  test.each<[string, string, string | undefined]>([
    ['no-challenge', 'no challenge', undefined],
    ['no-credentials', 'a realm of others', 'Digest realm="other", nonce="n"'],
    ['unsupported', 'an unknown algorithm', `Digest realm="x", nonce="n", algorithm=SHA3`],
    ['unsupported', 'an unknown qop', `Digest realm="x", nonce="n", qop="future"`],
    ['unsupported', 'an unknown scheme', 'Bearer realm="x"'],
    ['unsupported', 'a malformed header', 'Digest realm="x'],
  ])('answers %s to %s', (expected, _, line) => {
    const { client } = stand();
    const response = new SipResponse(401, '');
    if (line !== undefined) response.append('WWW-Authenticate', line);
    expect(client.answer(register(), response, register())).toEqual({ ok: false, error: expected });
  });

  test('two challenges of two realms and two hops are both answered', () => {
    const client = new DigestClient(() => BOB, new CountingIds());
    const response = new SipResponse(407, '').append('Proxy-Authenticate', 'Digest realm="p1", nonce="1"').append('Proxy-Authenticate', 'Digest realm="p2", nonce="2", qop="auth"').append('WWW-Authenticate', 'Digest realm="end", nonce="3"');
    const retry = register();
    client.answer(register(), response, retry);
    expect(retry.headers.lines('Proxy-Authorization').map((line) => parseAuthHeader(line)?.[0]?.params.get('realm'))).toEqual(['p1', 'p2']);
    expect(parseAuthHeader(retry.get('Authorization') ?? '')?.[0]?.params.get('realm')).toBe('end');
  });

  test('nextnonce of a success is used from then on', () => {
    const { server, client } = stand();
    client.answer(register(), challenged(server), register());
    client.learn(new SipResponse(200, 'OK').append('Authentication-Info', 'nextnonce="fresh", qop=auth'));
    const later = register();
    client.authorize(later);
    expect(later.get('Authorization')).toMatch(/nonce="fresh".*nc=00000001/);
  });

  test('no password leaves the client', () => {
    const { server, client } = stand();
    const retry = register();
    client.answer(register(), challenged(server), retry);
    expect(retry.get('Authorization')).not.toContain('zanzibar');
  });

  test.each<[string, string]>([
    ['none', ''],
    ['none', 'Digest realm="other", username="bob"'],
    ['none', 'NoOneKnowsThisScheme opaque-data=here'],
    ['none', 'Digest'],
    ['malformed', 'Digest username="bob'],
    ['malformed', 'Digest realm="nailup \\"test\\"", username="bob"'],
  ])('a server reads %s from %s', (kind, line) => {
    const { server } = stand();
    const request = register();
    if (line !== '') request.append('Authorization', line);
    expect(server.read(request).kind).toBe(kind);
  });

  test('a nonce table never grows beyond its bound', () => {
    const { server } = stand({ rememberedNonces: 2 });
    for (let i = 0; i < 5; i++) {
      const client = new DigestClient(() => BOB, new CountingIds());
      const retry = register();
      client.answer(register(), challenged(server), retry);
      expect(verdict(server, retry)).toBe('right');
    }
  });
});

describe('parseAuthHeader', () => {
  test('reads several challenges in one line', () => {
    const headers = parseAuthHeader('Digest realm="a, b", nonce="x" , qop="auth,auth-int", Digest realm=c,nonce=y, NTLM');
    expect(headers?.map(({ scheme, params }) => [scheme, params.get('realm')])).toEqual([['digest', 'a, b'], ['digest', 'c'], ['ntlm', undefined]]);
  });
  test.each(['', '=', 'Digest realm="x', 'Digest realm="x" nonce="y"', 'Digest a=1, a=2', '"Digest" a=1', 'Digest @=1'])('refuses %s', (text) => expect(parseAuthHeader(text)).toBeUndefined());
});
