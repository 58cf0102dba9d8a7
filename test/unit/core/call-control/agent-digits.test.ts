import type { CcxmlServer } from '../../../../src/ccxml/platform.ts';
import { AgentDigits } from '../../../../src/core/call-control/agent-digits.ts';
import { Attempt } from '../../../../src/core/call-control/attempt.ts';
import type { LeasedContact } from '../../../../src/core/ports.ts';
import { SimulatedClock } from '../../../../src/kernel/clock.ts';
import type { AgentId, AttemptId, ConnectionId, ContactId, JobId, SessionId } from '../../../../src/kernel/ids.ts';
import type { Logger } from '../../../../src/kernel/logger.ts';
import { accepted, refused, type Reply } from '../../../../src/kernel/result.ts';

const agent = '1001' as AgentId;
const id = 'attempt-1' as AttemptId;
const leg = 'connection-1' as ConnectionId;
const job = 'job-1' as JobId;
const contact: LeasedContact = { contact: '1' as ContactId, job, address: '+12025550101', timeZone: 'Etc/UTC', attemptNumber: 1, attributes: {}, leaseExpiresAt: 0 };

/** A person who talks to an agent, and a page that has not been asked yet. */
function setUp() {
  const clock = new SimulatedClock();
  const attempt = new Attempt({ id, job, contact, session: 'session-1' as SessionId, startedAt: 0, monotonic: 0 });
  attempt.connection = leg;
  attempt.enter('talking', 0);
  const world = { attempt: attempt as Attempt | undefined, secret: false, pageLives: true, reply: accepted as Reply };
  const asked: Record<string, unknown>[] = [];
  const sent: string[] = [];
  const lines: string[] = [];
  const note = (fields: object, message: string): void => void lines.push(`${message} ${JSON.stringify(fields)}`);
  const logger: Logger = { debug: note, info: note, warn: note, error: note, child: () => logger };
  const ccxml: Pick<CcxmlServer, 'inject'> = {
    inject: (_session, event, data) => {
      if (world.pageLives) asked.push({ event, ...data });
      return world.pageLives;
    },
  };
  const digits = new AgentDigits({
    ccxml: () => ccxml as CcxmlServer, attempts: { find: () => world.attempt }, clock, logger,
    platform: () => ({ keepsSecret: () => world.secret, sendDigits: (connection, keys) => (sent.push(`${keys} to ${connection}`), world.reply) }),
  });
  const page = (data: Record<string, unknown>, session = 'session-1', target = 'nailup.agent.digits'): Reply | undefined =>
    digits.onLauncher({ session: session as SessionId, target, event: target, data });
  return { world, attempt, clock, asked, sent, lines, digits, page };
}

describe('digits of an agent', () => {
  it('go where the page says, are answered when they are on their way, and leave an audit line', async () => {
    const { digits, page, asked, sent, lines, clock } = setUp();
    const answer = digits.send(id, agent, '12#');
    expect(asked).toEqual([{ event: 'agent.digits', request: '1', digits: '12#', agent }]);
    expect(page({ connectionid: leg, request: '1' })).toEqual(accepted);
    expect(await answer).toEqual(accepted);
    expect(sent).toEqual([`12# to ${leg}`]);
    expect(lines).toEqual([expect.stringContaining('"audit":"agent.digits","agent":"1001","attempt":"attempt-1","connection":"connection-1","digits":"12#"')]);
    expect([digits.open, clock.openTimers]).toEqual([0, 0]);
  });

  it('are an x each to page and log while card mode is on, also when it comes on in between', async () => {
    const { digits, page, asked, sent, lines, world } = setUp();
    world.secret = true;
    const first = digits.send(id, agent, '4929');
    world.secret = false;
    page({ connectionid: leg, request: '1' });
    const second = digits.send(id, agent, '17');
    world.secret = true;
    page({ connectionid: leg, request: '2' });
    expect([await first, await second]).toEqual([accepted, accepted]);
    expect(asked.map((event) => event['digits'])).toEqual(['xxxx', '17']);
    expect(sent).toEqual([`4929 to ${leg}`, `17 to ${leg}`]);
    expect(lines.map((line) => /"digits":"(\w+)"/.exec(line)?.[1])).toEqual(['xxxx', 'xx']);
  });

  it('are refused when nobody talks to the agent, when the call ended just now, and when its leg is gone', async () => {
    const { digits, page, asked, world, attempt, lines } = setUp();
    const gone = { accepted: false, refusal: { kind: 'bad-state', reason: 'nobody is on the line with the agent any more' } };
    world.pageLives = false;
    expect(await digits.send(id, agent, '1')).toEqual(gone);
    world.pageLives = true;
    const answer = digits.send(id, agent, '1');
    world.reply = refused('unknown-id', 'no connection connection-1');
    expect(page({ connectionid: leg, request: '2' })).toMatchObject({ accepted: false });
    expect(await answer).toEqual(world.reply);
    attempt.enter('messaging', 0);
    expect(await digits.send(id, agent, '1')).toEqual(gone);
    world.attempt = undefined;
    expect(await digits.send(id, agent, '1')).toEqual(gone);
    expect([asked.length, lines, digits.open]).toEqual([1, [], 0]);
  });

  it('are refused after two seconds when the page does not know of them, and cannot be sent any more then', async () => {
    const { digits, page, clock, sent } = setUp();
    const answer = digits.send(id, agent, '1');
    clock.advance(2_000);
    expect(await answer).toEqual(refused('unsupported', 'the page of the call did not send them within 2 s: it has no transition for agent.digits'));
    expect(page({ connectionid: leg, request: '1' })).toMatchObject({ accepted: false, refusal: { kind: 'unknown-id' } });
    expect(sent).toEqual([]);
  });

  it('are sent by the page that was asked, once, to a leg that it names', async () => {
    const { digits, page, sent } = setUp();
    const answer = digits.send(id, agent, '5');
    expect(page({ connectionid: leg, request: '1' }, 'session-2')).toEqual(refused('unknown-id', 'request 1 is none: take it from the event agent.digits, and send it once'));
    expect(page({ request: '1' })).toEqual(refused('bad-argument', 'connectionid must name the connection that is to hear the digits'));
    expect(page({ connectionid: leg, request: '1' })).toEqual(accepted);
    expect(page({ connectionid: leg, request: '1' })).toMatchObject({ accepted: false });
    expect(page({}, 'session-1', 'nailup.agent.request')).toBeUndefined();
    await answer;
    expect(sent).toEqual([`5 to ${leg}`]);
  });
});
