import type { InviteAnswer, InviteFailure, InviteProgress } from '../../../../src/sip/user-agent/client-invite.ts';
import type { ServerInvite } from '../../../../src/sip/user-agent/server-invite.ts';
import type { SessionEnd } from '../../../../src/sip/user-agent/session-handlers.ts';
import type { OutgoingInvite } from '../../../../src/sip/user-agent/user-agent.ts';
import { closeAgents, RawPeer, sdp, startAgent, until, type TestAgent } from './loopback-agents.ts';

interface Caller {
  readonly progress: InviteProgress[];
  answer: InviteAnswer | undefined;
  failure: InviteFailure | undefined;
  end: SessionEnd | undefined;
  cancel(): void;
}

function call(from: TestAgent, options: Omit<OutgoingInvite, 'from'> & Partial<Pick<OutgoingInvite, 'from'>>): Caller {
  const caller: Caller = { progress: [], answer: undefined, failure: undefined, end: undefined, cancel: () => invite.cancel() };
  const invite = from.agent.invite({ from: { uri: 'sip:caller@example.org' }, sdp: sdp(4000), ...options }, {
    onProgress: (progress) => void caller.progress.push(progress),
    onAnswered: (answer) => {
      caller.answer = answer;
      answer.session.handlers = { ...answer.session.handlers, onEnded: (end) => void (caller.end = end) };
    },
    onFailed: (failure) => void (caller.failure = failure),
  });
  return caller;
}

describe('a call between two user agents', () => {
  afterEach(closeAgents);

  it.each(['udp', 'tcp'] as const)('rings, is answered, and is ended by the caller over %s', async (transport) => {
    const invites: ServerInvite[] = [];
    const ended: SessionEnd[] = [];
    let confirmed = 0;
    const callee = await startAgent({
      onInvite: (invite) => {
        invites.push(invite);
        invite.session.handlers = { onConfirmed: () => void (confirmed += 1), onEnded: (end) => void ended.push(end) };
        invite.provisional(180);
        invite.answer(sdp(5000));
      },
    });
    const caller = await startAgent();
    const made = call(caller, { target: callee.uri(transport), from: { uri: 'sip:+4930111@example.org', displayName: 'Ada "the" Count' } });
    await until(() => made.answer !== undefined && confirmed === 1, 'answered');
    expect(made.progress.map(({ status }) => status)).toEqual([180]);
    expect(made.answer?.sdp).toBe(sdp(5000));
    expect(invites[0]?.sdp).toBe(sdp(4000));
    expect(invites[0]?.request.from?.displayName).toBe('Ada "the" Count');
    made.answer?.session.bye({ Reason: 'Q.850;cause=16' });
    await until(() => ended.length === 1 && made.end !== undefined, 'ended');
    expect(made.end?.by).toBe('us');
    expect(ended[0]?.by).toBe('them');
    expect(ended[0]?.message?.get('Reason')).toBe('Q.850;cause=16');
  });

  it('is ended by the called side too', async () => {
    const callee = await startAgent({
      onInvite: (invite) => {
        invite.session.handlers = { onConfirmed: () => invite.session.bye() };
        invite.answer(sdp(5000));
      },
    });
    const made = call(await startAgent(), { target: callee.uri() });
    await until(() => made.end !== undefined, 'ended');
    expect(made.end?.by).toBe('them');
  });

  it.each([[486, 'Busy Here'], [404, 'Not Found'], [603, 'Decline'], [302, 'Moved Temporarily']])('is refused with %i', async (status, reason) => {
    const callee = await startAgent({ onInvite: (invite) => (status === 302 ? invite.redirect(['sip:other@example.org']) : invite.reject(status)) });
    const made = call(await startAgent(), { target: callee.uri() });
    await until(() => made.failure !== undefined, 'refused');
    expect(made.failure).toMatchObject({ cause: 'response', status, reason });
    if (status === 302) expect(made.failure?.response?.contact?.uri.raw).toBe('sip:other@example.org');
    await until(() => callee.wire.includes('< ACK ' + callee.uri() + ' SIP/2.0'), 'acknowledged');
  });

  it('is cancelled while it rings', async () => {
    let cancelled = 0;
    const callee = await startAgent({
      onInvite: (invite) => {
        invite.handlers.onCancelled = () => void (cancelled += 1);
        invite.provisional(180);
      },
    });
    const made = call(await startAgent(), { target: callee.uri() });
    await until(() => made.progress.length === 1, 'ringing');
    made.cancel();
    await until(() => made.failure !== undefined, 'cancelled');
    expect(made.failure).toMatchObject({ cause: 'cancelled', status: 487 });
    expect(cancelled).toBe(1);
  });

  it('holds the CANCEL back until a provisional response came', async () => {
    const peer = await RawPeer.open();
    const caller = await startAgent();
    const made = call(caller, { target: `sip:x@127.0.0.1:${peer.port}` });
    await until(() => peer.received.length > 0, 'INVITE');
    made.cancel();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(peer.received.some((text) => text.startsWith('CANCEL'))).toBe(false);
    const invite = peer.received[0] ?? '';
    const port = caller.agent.addresses[0]?.port ?? 0;
    const head = ['Via', 'From', 'Call-ID', 'CSeq'].map((name) => `${name}: ${RawPeer.header(invite, name)}\r\n`).join('');
    peer.send(`SIP/2.0 100 Trying\r\n${head}To: <sip:x@127.0.0.1>\r\nContent-Length: 0\r\n\r\n`, port);
    await until(() => peer.received.some((text) => text.startsWith('CANCEL')), 'CANCEL');
    const cancel = peer.received.find((text) => text.startsWith('CANCEL')) ?? '';
    expect(RawPeer.header(cancel, 'Via')).toBe(RawPeer.header(invite, 'Via'));
    expect(RawPeer.header(cancel, 'CSeq')).toBe('1 CANCEL');
    // Neither the CANCEL nor the INVITE is ever answered: the call ends all the same (RFC 3261 §9.1).
    await until(() => made.failure !== undefined, 'given up', 6_000);
    expect(made.failure?.cause).toBe('cancelled');
    peer.close();
  });

  it('that is answered while its CANCEL is on the way is acknowledged and ended', async () => {
    const peer = await RawPeer.open();
    const caller = await startAgent();
    const port = caller.agent.addresses[0]?.port ?? 0;
    let invite = '';
    const respond = (status: string, request: string, to: string): void => {
      const head = ['Via', 'From', 'Call-ID', 'CSeq'].map((name) => `${name}: ${RawPeer.header(request, name)}\r\n`).join('');
      peer.send(`SIP/2.0 ${status}\r\n${head}To: ${to}\r\nContact: <sip:x@127.0.0.1:${peer.port}>\r\nContent-Length: 0\r\n\r\n`, port);
    };
    peer.onMessage = (text) => {
      if (text.startsWith('INVITE') && invite === '') {
        invite = text;
        respond('180 Ringing', text, '<sip:x@127.0.0.1>;tag=1');
      } else if (text.startsWith('CANCEL')) {
        respond('200 OK', invite, '<sip:x@127.0.0.1>;tag=1');
        respond('200 OK', text, '<sip:x@127.0.0.1>;tag=1');
      } else if (text.startsWith('BYE')) respond('200 OK', text, '<sip:x@127.0.0.1>;tag=1');
    };
    const made = call(caller, { target: `sip:x@127.0.0.1:${peer.port}` });
    await until(() => made.progress.length === 1, 'ringing');
    made.cancel();
    await until(() => peer.received.some((text) => text.startsWith('BYE')), 'BYE');
    expect(peer.received.some((text) => text.startsWith('ACK'))).toBe(true);
    expect(made.failure).toMatchObject({ cause: 'cancelled' });
    expect(made.answer).toBeUndefined();
    await until(() => caller.agent.stats().calls === 0, 'no call left');
    peer.close();
  });

  it('that forks to two answers keeps the first and ends the second', async () => {
    const peer = await RawPeer.open();
    const caller = await startAgent();
    const port = caller.agent.addresses[0]?.port ?? 0;
    const respond = (request: string, tag: string): void => {
      const head = ['Via', 'From', 'Call-ID', 'CSeq'].map((name) => `${name}: ${RawPeer.header(request, name)}\r\n`).join('');
      const to = request.startsWith('INVITE') ? `<sip:x@127.0.0.1>;tag=${tag}` : RawPeer.header(request, 'To');
      peer.send(`SIP/2.0 200 OK\r\n${head}To: ${to}\r\nContact: <sip:${tag}@127.0.0.1:${peer.port}>\r\nContent-Type: application/sdp\r\nContent-Length: ${sdp(1).length}\r\n\r\n${sdp(1)}`, port);
    };
    let invited = false;
    peer.onMessage = (text) => {
      if (text.startsWith('INVITE') && !invited) {
        invited = true;
        respond(text, 'first');
        respond(text, 'second');
        setTimeout(() => respond(text, 'first'), 60); // a repetition: its ACK comes again
      } else if (text.startsWith('BYE')) respond(text, '');
    };
    const made = call(caller, { target: `sip:x@127.0.0.1:${peer.port}` });
    await until(() => peer.received.filter((text) => text.startsWith('ACK')).length >= 3, 'three ACKs');
    await until(() => peer.received.some((text) => text.startsWith('BYE')), 'BYE');
    const byes = peer.received.filter((text) => text.startsWith('BYE'));
    expect(new Set(byes.map((bye) => RawPeer.header(bye, 'To')))).toEqual(new Set(['<sip:x@127.0.0.1>;tag=second']));
    expect(byes[0]).toMatch(/^BYE sip:second@/);
    expect(made.answer?.session.dialog.remoteTag).toBe('first');
    expect(peer.received.filter((text) => text.startsWith('ACK sip:first@'))).toHaveLength(2);
    made.answer?.session.bye();
    await until(() => caller.agent.stats().calls === 0, 'no call left');
    peer.close();
  });

  it('fails with noanswer when it rings too long, and the callee hears of it', async () => {
    let cancelled = 0;
    const callee = await startAgent({
      onInvite: (invite) => {
        invite.handlers.onCancelled = () => void (cancelled += 1);
        invite.provisional(180);
      },
    });
    const made = call(await startAgent(), { target: callee.uri(), timeoutMs: 120 });
    await until(() => made.failure !== undefined, 'failed');
    expect(made.failure?.cause).toBe('noanswer');
    expect(cancelled).toBe(1);
  });

  it('fails with timeout when nobody answers at all, and with unreachable when nobody listens', async () => {
    const peer = await RawPeer.open();
    const caller = await startAgent({}, { timers: { t1: 10, t2: 40, t4: 50, d: 100 } });
    const silent = call(caller, { target: `sip:x@127.0.0.1:${peer.port}` });
    const refused = call(caller, { target: `sip:x@127.0.0.1:1;transport=tcp` });
    const nowhere = call(caller, { target: 'sip:x@no.such.host.invalid' });
    await until(() => silent.failure !== undefined && refused.failure !== undefined && nowhere.failure !== undefined, 'all failed');
    expect([silent.failure?.cause, refused.failure?.cause, nowhere.failure?.cause]).toEqual(['timeout', 'unreachable', 'unreachable']);
    expect(peer.received.length).toBeGreaterThanOrEqual(6);
    peer.close();
  });

  it('is given up by the called side with BYE when its 200 is never acknowledged', async () => {
    const peer = await RawPeer.open();
    let end: SessionEnd | undefined;
    const callee = await startAgent({
      onInvite: (invite) => {
        invite.session.handlers = { onEnded: (ended) => void (end = ended) };
        invite.answer(sdp(5000));
      },
    }, { timers: { t1: 10, t2: 40, t4: 50, d: 100 } });
    const port = callee.agent.addresses[0]?.port ?? 0;
    const via = `SIP/2.0/UDP 127.0.0.1:${peer.port};branch=z9hG4bKnoack`;
    peer.send(`INVITE ${callee.uri()} SIP/2.0\r\nVia: ${via}\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: noack\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\nContact: <sip:a@127.0.0.1:${peer.port}>\r\nContent-Length: 0\r\n\r\n`, port);
    await until(() => end !== undefined, 'ended');
    expect(end).toMatchObject({ by: 'error', error: 'ack-timeout' });
    await until(() => peer.received.some((text) => text.startsWith('BYE')), 'BYE');
    expect(peer.received.filter((text) => text.startsWith('SIP/2.0 200')).length).toBeGreaterThan(5);
    peer.close();
  });

  it('answers OPTIONS with what it can do', async () => {
    const callee = await startAgent();
    const caller = await startAgent();
    const status = await new Promise<string>((resolve) =>
      caller.agent.request('OPTIONS', { target: callee.uri(), from: { uri: 'sip:a@b' } }, ({ status: code, response }) => resolve(`${code} ${response?.get('Supported') ?? ''} | ${response?.get('Allow') ?? ''}`)));
    expect(status).toBe('200 timer, replaces, 100rel | INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO, REFER, NOTIFY');
  });

  it('ends every kind of open call when it is stopped', async () => {
    const ended: string[] = [];
    const callee = await startAgent({
      onInvite: (invite) => {
        invite.session.handlers = { onEnded: ({ by }) => void ended.push(by) };
        invite.handlers.onCancelled = () => void ended.push('cancelled');
        if (invite.request.uri?.kind === 'sip' && invite.request.uri.user === 'ring') invite.provisional(180);
        else invite.answer(sdp(1));
      },
    });
    const caller = await startAgent();
    const ringing = call(caller, { target: callee.uri('udp', 'ring') });
    const up = call(caller, { target: callee.uri('udp', 'up') });
    await until(() => ringing.progress.length === 1 && up.answer !== undefined, 'one rings, one is up');
    await caller.agent.stop(1_000);
    await until(() => ended.length === 2, 'both ended');
    expect(ended.toSorted()).toEqual(['cancelled', 'them']);
  });
});
