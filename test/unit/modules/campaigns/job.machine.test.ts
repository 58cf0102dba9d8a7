import { step } from '../../../../src/kernel/machine.ts';
import { jobMachine, type JobEvent, type JobState } from '../../../../src/modules/campaigns/job.machine.ts';

const states: JobState[] = ['Scheduled', 'Running', 'Pausing', 'Paused', 'Stopping', 'Completed'];
const events: JobEvent[] = ['due', 'pause', 'resume', 'stop', 'idle', 'empty'];

/** Every state and event; what is not named stays where it is. */
const expected: Partial<Record<`${JobState} ${JobEvent}`, [JobState, ...string[]]>> = {
  'Scheduled due': ['Running'],
  'Scheduled stop': ['Completed', 'withdraw'],
  'Running pause': ['Pausing'],
  'Running stop': ['Stopping'],
  'Running empty': ['Completed'],
  'Pausing idle': ['Paused'],
  'Pausing resume': ['Running'],
  'Pausing stop': ['Stopping'],
  'Pausing empty': ['Completed'],
  'Paused resume': ['Running'],
  'Paused stop': ['Stopping'],
  'Paused empty': ['Completed'],
  'Stopping idle': ['Completed', 'withdraw'],
};

it.each(states.flatMap((state) => events.map((event) => [state, event] as const)))('a job that is %s, told %s, goes where the table says', (state, event) => {
  const [next, ...effects] = expected[`${state} ${event}`] ?? [state];
  expect(step(jobMachine, state, event)).toEqual({ state: next, effects, taken: expected[`${state} ${event}`] !== undefined });
});
