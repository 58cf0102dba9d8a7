import { SystemClock } from '../../../../src/kernel/clock.ts';
import { DigestServer } from '../../../../src/sip/auth/digest-server.ts';
import { SipResponse } from '../../../../src/sip/message/sip-message.ts';
import type { InviteAnswer } from '../../../../src/sip/user-agent/client-invite.ts';
import type { IncomingOffer } from '../../../../src/sip/user-agent/incoming-offer.ts';
import type { InviteSession } from '../../../../src/sip/user-agent/invite-session.ts';
import type { ServerInvite } from '../../../../src/sip/user-agent/server-invite.ts';
import type { OfferOutcome } from '../../../../src/sip/user-agent/session-offers.ts';
import type { IncomingRefer, ReferProgress } from '../../../../src/sip/user-agent/session-transfer.ts';
import type { UserAgentOptions } from '../../../../src/sip/user-agent/user-agent-options.ts';
import type { OutgoingInvite } from '../../../../src/sip/user-agent/user-agent.ts';
import { closeAgents, sdp, startAgent, until, type TestAgent } from './loopback-agents.ts';

interface Pair {
  readonly caller: TestAgent;
  readonly callee: TestAgent;
  readonly invite: ServerInvite;
  readonly answer: InviteAnswer;
  /** The caller's session. */
  readonly near: InviteSession;
  /** The called side's. */
  readonly far: InviteSession;
}

/** A call that is up between two agents. */
async function connected(options: { callee?: Partial<UserAgentOptions>; caller?: Partial<UserAgentOptions>; invite?: Partial<OutgoingInvite> } = {}): Promise<Pair> {
  let invite: ServerInvite | undefined;
  let answer: InviteAnswer | undefined;
  let confirmed = false;
  const callee = await startAgent({
    onInvite: (incoming) => {
      invite = incoming;
      incoming.session.handlers = { onConfirmed: () => void (confirmed = true) };
      incoming.answer(sdp(5000));
    },
  }, options.callee);
  const caller = await startAgent({}, options.caller);
  caller.agent.invite({ target: callee.uri(), from: { uri: 'sip:caller@example.org' }, sdp: sdp(4000), ...options.invite }, {
    onAnswered: (answered) => void (answer = answered),
    onFailed: (failure) => {
      throw new Error(`${failure.cause} ${failure.status}`);
    },
  });
  await until(() => answer !== undefined && confirmed, 'the call is up');
  if (answer === undefined || invite === undefined) throw new Error('no call');
  return { caller, callee, invite, answer, near: answer.session, far: invite.session };
}

describe('inside a call', () => {
  afterEach(closeAgents);

  it.each(['near', 'far'] as const)('the %s side changes the session by re-INVITE', async (side) => {
    const pair = await connected();
    const other = side === 'near' ? pair.far : pair.near;
    const offers: IncomingOffer[] = [];
    other.handlers = { onOffer: (offer) => {
      offers.push(offer);
      offer.accept(sdp(6001));
    } };
    let outcome: OfferOutcome | undefined;
    expect(pair[side].offers.offer(sdp(6000, 'a=sendonly\r\n'), (done) => void (outcome = done))).toBe(true);
    await until(() => outcome !== undefined, 'renegotiated');
    expect(outcome).toEqual({ status: 200, sdp: sdp(6001) });
    expect(offers[0]?.sdp).toBe(sdp(6000, 'a=sendonly\r\n'));
    expect(offers[0]?.method).toBe('INVITE');
    await until(() => !other.offers.busy, 'acknowledged');
  });

  it('an offer that the other side refuses leaves the call up', async () => {
    const { near, far } = await connected();
    far.handlers = { onOffer: (offer) => offer.reject() };
    let outcome: OfferOutcome | undefined;
    near.offers.offer(sdp(6000), (done) => void (outcome = done));
    await until(() => outcome !== undefined, 'refused');
    expect(outcome?.status).toBe(488);
    expect([near.state, far.state]).toEqual(['confirmed', 'confirmed']);
  });

  it('offers that cross end in 491 and both succeed in the end', async () => {
    const { near, far, caller } = await connected();
    near.handlers = { onOffer: (offer) => offer.accept(sdp(7001)) };
    far.handlers = { onOffer: (offer) => offer.accept(sdp(7002)) };
    const outcomes: number[] = [];
    near.offers.offer(sdp(7000), ({ status }) => void outcomes.push(status));
    far.offers.offer(sdp(7003), ({ status }) => void outcomes.push(status));
    await until(() => outcomes.length === 2, 'both settled', 9_000);
    expect(outcomes).toEqual([200, 200]);
    expect(caller.wire.some((line) => line.includes(' 491 '))).toBe(true);
  });

  it('a re-INVITE without an offer gets ours, and its ACK brings the answer', async () => {
    const { near, far } = await connected();
    let late: string | undefined;
    far.handlers = { onOffer: (offer) => offer.accept(sdp(8000)), onLateAnswer: (answer) => void (late = answer) };
    const request = near.dialog.request('INVITE');
    const ack = near.dialog.request('ACK', near.dialog.localSequence);
    ack.setBody(sdp(8001), 'application/sdp');
    near.send(request, { onResponse: (response) => void (response.status === 200 && near.sendAck(ack)), onFailure: () => undefined });
    await until(() => late !== undefined, 'late answer');
    expect(late).toBe(sdp(8001));
  });

  it('INFO carries digits and is answered', async () => {
    const { near, far } = await connected();
    let body = '';
    far.handlers = { onInfo: (request) => void (body = `${request.contentType}|${request.body.toString()}`) };
    const status = await new Promise<number>((resolve) => near.info('application/dtmf-relay', 'Signal=5\r\nDuration=160\r\n', resolve));
    expect(status).toBe(200);
    expect(body).toBe('application/dtmf-relay|Signal=5\r\nDuration=160\r\n');
  });

  it('REFER is accepted, told about, and ends with the final status', async () => {
    const { near, far } = await connected();
    let refer: IncomingRefer | undefined;
    let progress: ReferProgress | undefined;
    far.handlers = { onRefer: (incoming) => {
      refer = incoming;
      progress = incoming.accept();
    } };
    const seen: [number, boolean][] = [];
    near.transfer.refer('sip:third@example.org', { callId: 'abc@1', toTag: 't', fromTag: 'f' }, (status, done) => void seen.push([status, done]));
    await until(() => seen.length === 1, 'first NOTIFY');
    progress?.notify(180);
    await until(() => seen.length === 2, 'second NOTIFY');
    progress?.notify(200);
    await until(() => seen.length === 3, 'last NOTIFY');
    expect(seen).toEqual([[100, false], [180, false], [200, true]]);
    expect(refer).toMatchObject({ target: 'sip:third@example.org', replaces: { callId: 'abc@1', toTag: 't', fromTag: 'f' } });
    expect(near.transfer.open).toBe(0);
  });

  it('a call with Replaces takes the place of the one that it names', async () => {
    const { near, caller, callee, far } = await connected();
    let ended = '';
    near.handlers = { onEnded: ({ by }) => void (ended = by) };
    let answered = false;
    // The called side is called again by a third party which knows the dialog of the first call.
    const third = await startAgent();
    const replaces = `${far.dialog.callId};to-tag=${far.dialog.localTag};from-tag=${far.dialog.remoteTag}`;
    third.agent.invite({ target: callee.uri(), from: { uri: 'sip:third@example.org' }, sdp: sdp(1), headers: { Replaces: replaces } }, {
      onAnswered: () => void (answered = true), onFailed: ({ status }) => { throw new Error(String(status)); },
    });
    await until(() => answered && ended !== '', 'replaced');
    expect(ended).toBe('them');
    expect(caller.errors).toEqual([]);
  });

  it('Replaces of a call that does not exist is refused with 481', async () => {
    const { callee, caller } = await connected();
    const status = await new Promise<number>((resolve) => caller.agent.invite(
      { target: callee.uri(), from: { uri: 'sip:x@y' }, sdp: sdp(1), headers: { Replaces: 'nope;to-tag=1;from-tag=2' } },
      { onAnswered: () => resolve(200), onFailed: (failure) => resolve(failure.status) }));
    expect(status).toBe(481);
  });

  it('the session is refreshed by UPDATE before it expires, and goes on', async () => {
    const { caller, callee, near } = await connected({ caller: { sessionTimer: { intervalSeconds: 90, minimumSeconds: 90 } } });
    expect(near.timer.interval).toBe(90);
    near.timer.onTimer('refresh');
    await until(() => callee.wire.some((line) => line.startsWith('< UPDATE')), 'UPDATE');
    await until(() => caller.wire.filter((line) => line === '< SIP/2.0 200 OK').length === 2, 'answered');
    expect(near.state).toBe('confirmed');
    expect(callee.messages.find(({ text }) => text.startsWith('UPDATE'))?.text).toMatch(/Session-Expires: 90;refresher=uac/);
  });

  it('a session that is not refreshed in time is ended with BYE', async () => {
    const { near, far } = await connected();
    let end = '';
    far.handlers = { onEnded: ({ by, error }) => void (end = `${by} ${error ?? ''}`) };
    let other = '';
    near.handlers = { onEnded: ({ by }) => void (other = by) };
    far.timer.onTimer('expired');
    await until(() => end !== '' && other !== '', 'ended');
    expect([end, other]).toEqual(['error session-timer', 'them']);
  });

  it('an interval that is too short is refused with 422, and the caller takes the minimum', async () => {
    const { caller, near } = await connected({
      caller: { sessionTimer: { intervalSeconds: 90, minimumSeconds: 90 } }, callee: { sessionTimer: { intervalSeconds: 1_800, minimumSeconds: 300 } },
    });
    expect(caller.wire.some((line) => line.includes(' 422 '))).toBe(true);
    expect(near.timer.interval).toBe(300);
  });

  it('a request of an older CSeq gets 500, one of no dialog 481, and an unknown method 405', async () => {
    const { near, caller, callee } = await connected();
    const ask = (method: string, sequence: number): Promise<number> => new Promise((resolve) =>
      near.send(near.dialog.request(method, sequence), { onResponse: ({ status }) => resolve(status), onFailure: () => resolve(0) }));
    near.dialog.localSequence = 100;
    expect(await ask('PUBLISH', 50)).toBe(405);
    expect(await ask('INFO', 10)).toBe(500);
    const stray = await new Promise<number>((resolve) => caller.agent.request('BYE', { target: callee.uri(), from: { uri: 'sip:a@b' }, headers: {} }, ({ status }) => resolve(status)));
    expect(stray).toBe(481);
    expect(near.state).toBe('confirmed');
  });

  it('a peer that has lost the call (481) ends it on our side too', async () => {
    const { near, far, callee } = await connected();
    let end = '';
    near.handlers = { onEnded: ({ by, error }) => void (end = `${by} ${error ?? ''}`) };
    far.drop();
    near.info('text/plain', 'x');
    await until(() => end !== '', 'ended');
    expect(end).toBe('error peer-lost');
    expect(callee.wire.some((line) => line.startsWith('< BYE'))).toBe(true);
  });
});

describe('before the answer', () => {
  afterEach(closeAgents);

  it('early media goes reliably with PRACK where both sides can', async () => {
    const callee = await startAgent({
      onInvite: (invite) => {
        invite.provisional(183, { sdp: sdp(5000) });
        invite.provisional(180, { reliable: true });
        setTimeout(() => invite.answer(undefined), 150);
      },
    });
    const caller = await startAgent();
    const seen: (number | string)[] = [];
    caller.agent.invite({ target: callee.uri(), from: { uri: 'sip:a@b' }, sdp: sdp(1) }, {
      onProgress: ({ status, sdp: early }) => void seen.push(early === undefined ? status : `${status} with media`),
      onAnswered: () => void seen.push('answered'), onFailed: ({ status }) => void seen.push(status),
    });
    await until(() => seen.includes('answered'), 'answered');
    expect(seen).toEqual(['183 with media', 180, 'answered']);
    expect(callee.wire.filter((line) => line.startsWith('< PRACK'))).toHaveLength(2);
  });

  it('a late offer is answered in the ACK', async () => {
    let confirmed: string | undefined;
    const callee = await startAgent({
      onInvite: (invite) => {
        expect(invite.sdp).toBeUndefined();
        invite.session.handlers = { onConfirmed: (answer) => void (confirmed = answer) };
        invite.answer(sdp(5000));
      },
    });
    const caller = await startAgent();
    caller.agent.invite({ target: callee.uri(), from: { uri: 'sip:a@b' } }, {
      onAnswered: ({ sdp: offer, acknowledge }) => {
        expect(offer).toBe(sdp(5000));
        acknowledge?.(sdp(4000));
      },
      onFailed: () => undefined,
    });
    await until(() => confirmed !== undefined, 'confirmed');
    expect(confirmed).toBe(sdp(4000));
  });

  it('a digest challenge is answered, and the nonce is used again for the next call', async () => {
    const server = new DigestServer({ realm: 'trunk', secret: Buffer.alloc(16, 1), proxy: true }, new SystemClock());
    let challenges = 0;
    const callee = await startAgent({
      onInvite: (invite) => {
        const presented = server.read(invite.request);
        if (presented.kind === 'presented' && presented.check({ password: 'right' }) === 'right') return invite.answer(sdp(1));
        challenges += 1;
        const challenge = new SipResponse(407, '');
        server.challenge(challenge);
        invite.reject(407, { headers: { 'Proxy-Authenticate': challenge.headers.lines('Proxy-Authenticate') } });
      },
    });
    const caller = await startAgent();
    const digest = caller.agent.digest({ username: 'nailup', secret: { password: 'right' } });
    const wrong = caller.agent.digest({ username: 'nailup', secret: { password: 'wrong' } });
    const call = (used: typeof digest): Promise<number> => new Promise((resolve) =>
      caller.agent.invite({ target: callee.uri(), from: { uri: 'sip:a@b' }, sdp: sdp(1), digest: used }, { onAnswered: () => resolve(200), onFailed: ({ status }) => resolve(status) }));
    expect(await call(digest)).toBe(200);
    expect(await call(digest)).toBe(200);
    expect(challenges).toBe(1);
    expect(await call(wrong)).toBe(407);
    expect(caller.messages.every(({ text }) => !text.includes('right'))).toBe(true);
  });
});
