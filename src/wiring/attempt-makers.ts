import type { AttemptRunner } from '../core/call-control/attempt-runner.ts';
import type { AttemptMaker } from '../core/call-control/dialler.ts';
import type { DriverSettings } from '../core/call-control/driver-settings.ts';
import type { SharedLines } from '../core/call-control/shared-lines.ts';
import type { MessageAttempts } from '../core/messaging/message-attempts.ts';
import type { MessageCampaign } from './message-campaign.ts';

/** A job's attempts as calls. */
export function voiceAttempts(runner: AttemptRunner, driver: DriverSettings): AttemptMaker {
  return {
    channel: 'voice',
    addressed: (contact) => contact,
    start: (contact, of) => runner.start(contact, driver, of),
    open: (job) => runner.of(job).length,
    calls: (job) => runner.calls(job),
    takeFacts: (job) => runner.takeFacts(job),
  };
}

/** A job's attempts as messages: nobody answers, so there is nothing for a pacer to learn. */
export function messageMaker(messages: MessageAttempts, { settings, addressed }: MessageCampaign): AttemptMaker {
  return {
    channel: settings.channel,
    addressed,
    start: (contact) => messages.start(contact, settings),
    open: (job) => messages.count(job),
    calls: (job) => {
      const ringing = messages.underWay(job);
      return { ringing, classifying: [], waiting: [], ringingOf: ringing.map(() => ({})), up: ringing.length, unplaced: 0 };
    },
    takeFacts: () => [],
  };
}

/** Messages take no telephone lines; `campaign.maxConcurrentCalls` bounds those that are on their way. */
export const noLines: Pick<SharedLines, 'room' | 'dialled'> = { room: () => ({ dials: Number.MAX_SAFE_INTEGER, bound: 'ports' }), dialled: () => undefined };
