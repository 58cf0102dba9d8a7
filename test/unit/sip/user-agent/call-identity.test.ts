import { DigestServer } from '../../../../src/sip/auth/digest-server.ts';
import { SystemClock } from '../../../../src/kernel/clock.ts';
import { SipResponse } from '../../../../src/sip/message/sip-message.ts';
import { callIdentity, identityOfCallId } from '../../../../src/sip/user-agent/call-identity.ts';
import { closeAgents, sdp, startAgent } from './loopback-agents.ts';

afterEach(() => closeAgents());

it('Call-ID, tag and branches follow from the token, and differ from each other and between tokens', () => {
  const one = callIdentity('attempt-1');
  const again = callIdentity('attempt-1');
  expect([again.callId, again.tag, again.branch(1), again.branch(2)]).toEqual([one.callId, one.tag, one.branch(1), one.branch(2)]);
  const other = callIdentity('attempt-2');
  expect(new Set([one.callId, one.tag, one.branch(1), one.branch(2), other.callId, other.tag, other.branch(1)]).size).toBe(7);
  expect(one.branch(1)).toMatch(/^z9hG4bK[0-9a-f]{24}\.1$/);
  expect(one.callId).not.toContain('attempt');
});

it('tag and branch can be told from the Call-ID alone', () => {
  const identity = callIdentity('attempt-1');
  const derived = identityOfCallId(identity.callId);
  expect([derived.tag, derived.branch(3)]).toEqual([identity.tag, identity.branch(3)]);
});

it('every INVITE of a call with an identity carries it, the one with credentials under a branch of its own', async () => {
  const server = new DigestServer({ realm: 'carrier', secret: Buffer.alloc(16, 3), proxy: true }, new SystemClock());
  const seen: string[][] = [];
  const far = await startAgent({
    onInvite: (invite) => {
      const { request } = invite;
      seen.push([request.callId, request.fromTag ?? '', request.topVia?.branch ?? '']);
      if (server.read(request).kind === 'presented') return invite.reject(486);
      const challenge = new SipResponse(407, '');
      server.challenge(challenge);
      invite.reject(407, { headers: { 'Proxy-Authenticate': challenge.headers.lines('Proxy-Authenticate') } });
    },
  });
  const { agent } = await startAgent();
  const digest = agent.digest({ username: 'me', secret: { password: 'secret' } });
  await new Promise<void>((resolve) => {
    agent.invite({ target: far.uri(), from: { uri: 'sip:me@127.0.0.1' }, sdp: sdp(1), digest, identity: 'attempt-1' }, { onAnswered: () => resolve(), onFailed: () => resolve() });
  });
  const { callId, tag, branch } = callIdentity('attempt-1');
  expect(seen).toEqual([[callId, tag, branch(1)], [callId, tag, branch(2)]]);
});

it('a CANCEL is answered with the To tag of the INVITE\'s own responses', async () => {
  const far = await startAgent({ onInvite: (invite) => invite.provisional(180) });
  const near = await startAgent();
  await new Promise<void>((resolve) => {
    const call = near.agent.invite({ target: far.uri(), from: { uri: 'sip:me@127.0.0.1' }, sdp: sdp(1) }, { onProgress: () => call.cancel(), onAnswered: () => resolve(), onFailed: () => resolve() });
  });
  const tags = (line: string): string[] => near.messages.filter(({ direction, text }) => direction === 'in' && text.startsWith(line)).map(({ text }) => /\r\nTo:[^\r]*;tag=([^\r;]+)/i.exec(text)?.[1] ?? '');
  expect(tags('SIP/2.0 200')).toEqual(tags('SIP/2.0 180'));
});
