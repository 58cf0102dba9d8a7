import { codeOfLeftMessage } from '../../../../src/core/messaging/message-codes.ts';
import { MessageAttempts, type MessageSettings } from '../../../../src/core/messaging/message-attempts.ts';
import type { AttemptResult, LeasedContact, OutcomeSink } from '../../../../src/core/ports.ts';
import { SimulatedClock } from '../../../../src/kernel/clock.ts';
import { CountingIds, type AttemptId, type ContactId, type JobId } from '../../../../src/kernel/ids.ts';
import { silentLogger } from '../../../../src/kernel/logger.ts';
import { fail, ok } from '../../../../src/kernel/result.ts';
import type { OutgoingMessage, SendOutcome } from '../../../../src/messaging/messaging.ts';

const job = 'job-1' as JobId;
const contact: LeasedContact = { contact: '1' as ContactId, job, address: '+12025550101', timeZone: 'America/New_York', attemptNumber: 1, attributes: {}, leaseExpiresAt: 0 };
const settle = async (): Promise<void> => {
  for (let i = 0; i < 40; i++) await Promise.resolve();
};

function setUp(outcome: SendOutcome, more: Partial<MessageSettings> = {}) {
  const clock = new SimulatedClock();
  const said: string[] = [];
  const results: AttemptResult[] = [];
  const sent: OutgoingMessage[] = [];
  const faults = { begin: false, notes: 0 };
  const outcomes: Pick<OutcomeSink, 'begin' | 'note' | 'finish'> = {
    begin: ({ facts }) => {
      if (faults.begin) return Promise.reject(new Error('the contact has an unfinished attempt'));
      said.push(`begin ${JSON.stringify(facts)}`);
      return Promise.resolve();
    },
    note: (_id, facts) => {
      if (faults.notes-- > 0) return Promise.reject(new Error('the store is away'));
      said.push(`note ${String(facts['message'])}`);
      return Promise.resolve();
    },
    finish: (result) => (said.push(`finish ${result.completionCode}`), results.push(result), Promise.resolve(true)),
  };
  const messages = new MessageAttempts({ outcomes, clock, ids: new CountingIds(), logger: silentLogger, finished: () => said.push('finished') });
  const settings: MessageSettings = {
    channel: 'sms', deliveryReportMs: 0, compose: ({ address }, id) => ok({ id, to: address, from: 'Nailup', text: 'Hello' }),
    sender: { send: (message) => (said.push('send'), sent.push(message), Promise.resolve(outcome)) }, ...more,
  };
  return { clock, said, results, sent, faults, messages, settings, start: () => messages.start(contact, settings) };
}

const sent: SendOutcome = { how: 'sent', detail: '202' };

describe('an attempt that is a message', () => {
  it('is recorded, noted as leaving, sent, and finished, in this order and each once', async () => {
    const { start, said, messages } = setUp(sent);
    await start();
    await settle();
    expect(said).toEqual(['begin {"message":"recorded","channel":"sms"}', 'note sending', 'send', 'finish SMS Sent', 'finished']);
    expect([messages.open, messages.count(job)]).toEqual([0, 0]);
  });

  it.each([
    ['sms', { how: 'bounced', reason: 'no' }, 'SMS Failed'], ['sms', { how: 'failed', reason: 'no' }, 'SMS Failed'], ['sms', { how: 'unknown', reason: 'broken' }, 'Unknown'],
    ['email', sent, 'Email Sent'], ['email', { how: 'bounced', reason: 'no' }, 'Email Bounced'], ['email', { how: 'failed', reason: 'no' }, 'Email Failed'],
  ] as const)('by %s with outcome %j ends with %s', async (channel, outcome, code) => {
    const { start, results } = setUp(outcome, { channel });
    await start();
    await settle();
    expect(results).toMatchObject([{ completionCode: code, attempt: 'attempt-1', nuisance: false, exit: outcome.how === 'sent' ? { detail: '202' } : { reason: outcome.reason } }]);
  });

  it('is not sent when it cannot be recorded', async () => {
    const { start, said, faults, messages } = setUp(sent);
    faults.begin = true;
    await expect(start()).rejects.toThrow('unfinished attempt');
    await settle();
    expect([said, messages.open]).toEqual([[], 0]);
  });

  it('is not sent before the store knows that it may have left, however long that takes', async () => {
    const { start, said, faults, clock } = setUp(sent);
    faults.notes = 2;
    await start();
    await settle();
    expect(said).not.toContain('send');
    for (let i = 0; i < 3; i++) {
      clock.advance(1_000);
      await settle();
    }
    expect(said.slice(1)).toEqual(['note sending', 'send', 'finish SMS Sent', 'finished']);
  });

  it('that cannot be written is not sent, and says why', async () => {
    const { start, said, results } = setUp(sent, { compose: () => fail('text: the contact has no "name"') });
    await start();
    await settle();
    expect(said).not.toContain('send');
    expect(results).toMatchObject([{ completionCode: 'SMS Failed', exit: { reason: 'text: the contact has no "name"' } }]);
  });

  it.each([['delivered', 'SMS Delivered'], ['failed', 'SMS Failed']] as const)('waits for the report of its delivery, and %s makes it %s', async (state, code) => {
    const { start, said, messages, results } = setUp(sent, { deliveryReportMs: 60_000 });
    await start();
    await settle();
    expect([said.at(-2), said.at(-1), messages.underWay(job), messages.count(job)]).toEqual(['note sent', 'finished', [], 1]);
    expect(messages.delivery('attempt-1' as AttemptId, state, 'handset')).toBe(true);
    await settle();
    expect(results).toMatchObject([{ completionCode: code, exit: { detail: '202', reason: 'handset' } }]);
    expect(messages.delivery('attempt-1' as AttemptId, 'failed', '')).toBe(false);
    expect(results).toHaveLength(1);
  });

  it('counts as sent when no report comes, or the server stops', async () => {
    const { start, clock, results, messages } = setUp(sent, { deliveryReportMs: 60_000 });
    await start();
    await settle();
    clock.advance(60_000);
    await settle();
    await start();
    await settle();
    messages.stopWaiting();
    await settle();
    // One that was just being handed over does not begin to wait.
    await start();
    await settle();
    expect(results.map((r) => r.completionCode)).toEqual(['SMS Sent', 'SMS Sent', 'SMS Sent']);
    expect(clock.openTimers).toBe(0);
  });
});

describe('a message whose server died', () => {
  it('is unknown when it may have left, sent when it was taken over, and nothing was lost when it was only recorded', () => {
    expect(codeOfLeftMessage({ message: 'sending', channel: 'sms' })).toBe('Unknown');
    expect(codeOfLeftMessage({ message: 'sent', channel: 'email' })).toBe('Email Sent');
    expect(codeOfLeftMessage({ message: 'recorded', channel: 'sms' })).toBeUndefined();
    expect(codeOfLeftMessage({ sip: {} })).toBeUndefined();
  });
});
