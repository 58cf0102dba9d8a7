import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ListenAddress } from '../../../../src/sip/transport/listen-address.ts';
import type { ServerInvite } from '../../../../src/sip/user-agent/server-invite.ts';
import type { OutgoingInvite } from '../../../../src/sip/user-agent/user-agent.ts';
import { closeAgents, RawPeer, sdp, startAgent, until, type TestAgent } from '../user-agent/loopback-agents.ts';
import { authority, clientCertificate, clientKey, serverCertificate, serverKey } from './test-certificates.ts';

/** 200 when the call was answered (and ended again), else the status of its failure. */
const tryCall = (from: TestAgent, options: Omit<OutgoingInvite, 'from'>): Promise<number> =>
  new Promise((resolve) => from.agent.invite({ from: { uri: 'sip:a@example.org' }, sdp: sdp(4000), ...options }, {
    onAnswered: ({ session }) => {
      session.handlers = { onEnded: () => resolve(200) };
      session.bye();
    },
    onFailed: ({ status }) => resolve(status),
  }));

const answering = { onInvite: (invite: ServerInvite) => invite.answer(sdp(5000)) };
const tlsServer: ListenAddress = { transport: 'tls', host: '127.0.0.1', port: 0, tls: { key: serverKey, cert: serverCertificate, ca: authority } };

describe('TLS', () => {
  afterEach(closeAgents);

  it('carries a call, and one connection carries the next one too', async () => {
    const callee = await startAgent(answering, { listen: [tlsServer] });
    const caller = await startAgent({}, { listen: [{ transport: 'tls', host: '127.0.0.1', port: 0, tls: { ca: authority, key: clientKey, cert: clientCertificate } }] });
    expect(await tryCall(caller, { target: callee.uri('tls') })).toBe(200);
    expect(await tryCall(caller, { target: callee.uri('tls').replace('sip:', 'sips:').replace(';transport=tls', '') })).toBe(200);
    expect(callee.agent.stats().connections).toBe(1);
    expect(caller.messages[0]?.text).toMatch(/^Via: SIP\/2\.0\/TLS /m);
  });

  it('is refused when the certificate is of an authority that we do not trust', async () => {
    const callee = await startAgent(answering, { listen: [tlsServer] });
    const caller = await startAgent({}, { listen: [{ transport: 'tls', host: '127.0.0.1', port: 0, tls: {} }] });
    expect(await tryCall(caller, { target: callee.uri('tls') })).toBe(503);
    expect(callee.wire).toEqual([]);
  });

  it('with mutual authentication admits only a peer with a certificate', async () => {
    const callee = await startAgent(answering, { listen: [{ ...tlsServer, tls: { ...tlsServer.tls, requireClientCertificate: true } }] });
    const without = await startAgent({}, { listen: [{ transport: 'tls', host: '127.0.0.1', port: 0, tls: { ca: authority } }] });
    const having = await startAgent({}, { listen: [{ transport: 'tls', host: '127.0.0.1', port: 0, tls: { ca: authority, key: clientKey, cert: clientCertificate } }] });
    expect(await tryCall(without, { target: callee.uri('tls') })).toBe(503);
    expect(await tryCall(having, { target: callee.uri('tls') })).toBe(200);
  });
});

describe('TCP', () => {
  afterEach(closeAgents);

  it('answers a double CRLF with one, and takes messages in any pieces', async () => {
    const callee = await startAgent();
    const port = callee.agent.addresses.find(({ transport }) => transport === 'tcp')?.port ?? 0;
    const socket = connect(port, '127.0.0.1');
    let received = '';
    socket.on('data', (chunk) => void (received += chunk.toString()));
    socket.write('\r\n\r\n');
    await until(() => received === '\r\n', 'pong');
    const options = `OPTIONS sip:x@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1:${port};branch=z9hG4bKpieces\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:x@y>\r\nCall-ID: pieces\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 4\r\n\r\nbody`;
    for (const character of options + options.replace('pieces', 'second').replace('pieces', 'second')) socket.write(character);
    await until(() => received.split('SIP/2.0 200').length === 3, 'two answers');
    socket.destroy();
    await until(() => callee.agent.stats().connections === 0, 'closed');
  });

  it('takes a request that is too large for a datagram, and UDP does when nobody listens on TCP', async () => {
    const both = await startAgent(answering, { listen: [] });
    await both.agent.stop();
    const caller = await startAgent();
    const big = { headers: { 'X-Filling': 'x'.repeat(1_500) } };
    const udpOnly = await startAgent(answering, { listen: [{ transport: 'udp', host: '127.0.0.1', port: 0 }] });
    expect(await tryCall(caller, { target: udpOnly.uri(), ...big })).toBe(200);
    expect(caller.agent.stats().counters['failover.destination']).toBe(1);
    const port = udpOnly.agent.addresses[0]?.port ?? 0;
    const tcpToo = await startAgent(answering, { listen: [{ transport: 'tcp', host: '127.0.0.1', port }] });
    expect(await tryCall(caller, { target: udpOnly.uri(), ...big })).toBe(200);
    expect(tcpToo.wire.filter((line) => line.startsWith('< INVITE'))).toHaveLength(1);
    expect(await tryCall(caller, { target: `${udpOnly.uri()};transport=udp`, ...big })).toBe(200);
    expect(tcpToo.wire.filter((line) => line.startsWith('< INVITE'))).toHaveLength(1);
  });

  it('a connection that breaks fails the requests that wait on it at once', async () => {
    const caller = await startAgent();
    const server = (await import('node:net')).createServer((socket) => socket.once('data', () => socket.destroy()));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const began = Date.now();
    expect(await tryCall(caller, { target: `sip:x@127.0.0.1:${port};transport=tcp` })).toBe(503);
    expect(Date.now() - began).toBeLessThan(1_000);
    server.close();
  });
});

describe('UDP', () => {
  afterEach(closeAgents);

  it('carries a call over IPv6 with bracketed addresses', async () => {
    const listen: ListenAddress[] = [{ transport: 'udp', host: '::1', port: 0 }, { transport: 'udp', host: '127.0.0.1', port: 0 }];
    const callee = await startAgent(answering, { listen });
    const caller = await startAgent({}, { listen });
    expect(await tryCall(caller, { target: `sip:x@[::1]:${callee.agent.addresses[0]?.port ?? 0}` })).toBe(200);
    expect(caller.messages[0]?.text).toMatch(/^Via: SIP\/2\.0\/UDP \[::1\]:\d+;branch=/m);
    expect(caller.messages[0]?.text).toMatch(/^Contact: <sip:\[::1\]:\d+>/m);
  });

  it('says its advertised address in Via and Contact, and is answered by rport all the same', async () => {
    const callee = await startAgent(answering);
    const caller = await startAgent({}, { listen: [{ transport: 'udp', host: '127.0.0.1', port: 0, advertised: { host: '192.0.2.7', port: 5070 } }] });
    const status = await new Promise<number>((resolve) => caller.agent.request('OPTIONS', { target: callee.uri(), from: { uri: 'sip:a@b' }, withContact: true }, ({ status: code }) => resolve(code)));
    expect(status).toBe(200);
    expect(caller.messages[0]?.text).toMatch(/^Via: SIP\/2\.0\/UDP 192\.0\.2\.7:5070;/m);
    expect(caller.messages[1]?.text).toMatch(/^Via: SIP\/2\.0\/UDP 192\.0\.2\.7:5070;.*received=127\.0\.0\.1/m);
  });

  it('answers a request twice sent with the same response, and the same request by another way with 482', async () => {
    let invites = 0;
    const callee = await startAgent({ onInvite: (invite) => {
      invites += 1;
      invite.reject(486);
    } });
    const port = callee.agent.addresses[0]?.port ?? 0;
    const peer = await RawPeer.open();
    const invite = (branch: string): string =>
      `INVITE sip:x@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${peer.port};branch=z9hG4bK${branch}\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:x@y>\r\nCall-ID: merged\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\nContact: <sip:a@127.0.0.1:${peer.port}>\r\nContent-Length: 0\r\n\r\n`;
    peer.send(invite('one'), port);
    peer.send(invite('one'), port);
    peer.send(invite('two'), port);
    await until(() => peer.received.length >= 3, 'three responses');
    expect(peer.received.slice(0, 3).map((text) => text.slice(8, 11)).toSorted()).toEqual(['482', '486', '486']);
    expect(invites).toBe(1);
    for (const [branch, text] of [['one', peer.received[0]], ['two', peer.received.find((one) => one.includes(' 482 '))]] as const) {
      peer.send(`ACK sip:x@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${peer.port};branch=z9hG4bK${branch}\r\nFrom: <sip:a@b>;tag=1\r\nTo: ${RawPeer.header(text ?? '', 'To')}\r\nCall-ID: merged\r\nCSeq: 1 ACK\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n`, port);
    }
    await sleep(30);
    const { length } = peer.received;
    await sleep(250);
    expect(peer.received).toHaveLength(length);
    peer.close();
  });

  it('drops stray responses, stray ACKs and noise, and lives on', async () => {
    const callee = await startAgent();
    const port = callee.agent.addresses[0]?.port ?? 0;
    const peer = await RawPeer.open();
    const head = `Via: SIP/2.0/UDP 127.0.0.1:${peer.port};branch=z9hG4bKstray\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:x@y>;tag=2\r\nCall-ID: stray\r\n`;
    peer.send(`SIP/2.0 200 OK\r\n${head}CSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n`, port);
    peer.send(`ACK sip:x@127.0.0.1 SIP/2.0\r\n${head}CSeq: 1 ACK\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n`, port);
    peer.send('\0\0\0\0', port);
    peer.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n', port);
    peer.send(`CANCEL sip:x@127.0.0.1 SIP/2.0\r\n${head.replace(';tag=2', '')}CSeq: 1 CANCEL\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n`, port);
    await until(() => peer.received.length === 1, 'the CANCEL is answered');
    expect(peer.received[0]).toMatch(/^SIP\/2\.0 481 /);
    const { counters } = callee.agent.stats();
    expect(counters['dropped.stray-response']).toBe(1);
    expect(counters['dropped.stray-ack']).toBe(1);
    expect(callee.errors).toEqual([]);
    peer.close();
  });

  it('asks its owner before it reads anything', async () => {
    const callee = await startAgent({ ...answering, admits: () => false });
    const caller = await startAgent({}, { timers: { t1: 5, t2: 20, t4: 20, d: 50 } });
    expect(await tryCall(caller, { target: callee.uri() })).toBe(408);
    expect(callee.wire).toEqual([]);
  });
});
