import { closeAgents, sdp, startAgent, until } from './loopback-agents.ts';
import { LossyRelay } from './lossy-relay.ts';

describe('calls over a network that loses every tenth datagram', () => {
  afterEach(closeAgents);

  it('all succeed, none comes twice, none is left', async () => {
    const calls = 60;
    const seen = new Set<string>();
    let duplicates = 0;
    let ended = 0;
    const timers = { t1: 50, t2: 400, t4: 500, d: 1_600 }; // 64·T1 is over three seconds: a loaded machine pauses for one
    const callee = await startAgent({
      onInvite: (invite) => {
        if (seen.has(invite.request.callId)) duplicates += 1;
        seen.add(invite.request.callId);
        invite.session.handlers = { onEnded: ({ by }) => void (by === 'them' && (ended += 1)) };
        invite.provisional(180);
        setTimeout(() => invite.answer(sdp(1)), 20);
      },
    }, { timers });
    const relay = await LossyRelay.open(callee.agent.addresses[0]?.port ?? 0, 0.1, 4);
    const caller = await startAgent({}, { timers });
    const failures: string[] = [];
    let over = 0;
    for (let i = 0; i < calls; i += 1) {
      caller.agent.invite({ target: callee.uri(), proxy: `sip:127.0.0.1:${relay.port}`, from: { uri: 'sip:a@b' }, sdp: sdp(2) }, {
        onFailed: ({ cause, status }) => void failures.push(`${cause} ${status}`),
        onAnswered: ({ session }) => {
          session.dialog.remoteTarget = `sip:127.0.0.1:${relay.port}`; // ACK and BYE take the same way
          session.handlers = { onEnded: () => void (over += 1) };
          setTimeout(() => session.bye(), 60);
        },
      });
    }
    await until(() => over + failures.length === calls, 'all calls are over');
    await until(() => ended === calls && caller.agent.stats().calls === 0 && callee.agent.stats().calls === 0, 'the callee knows');
    expect(failures).toEqual([]);
    expect(duplicates).toBe(0);
    expect(seen.size).toBe(calls);
    expect(relay.lost).toBeGreaterThan(10);
    relay.close();
  });
});
