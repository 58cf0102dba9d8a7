import type { Table } from '../../kernel/machine.ts';

/** A job's life (reference wording). `Stopping` lasts until the running calls have ended. */
export type JobState = 'Scheduled' | 'Running' | 'Pausing' | 'Paused' | 'Stopping' | 'Completed';

export type JobEvent =
  /** Its start time has come. */
  | 'due'
  | 'pause'
  | 'resume'
  /** By hand, at its end time, or when its goal is reached. */
  | 'stop'
  /** No attempt is open any more. */
  | 'idle'
  /** No contact is left, and none is open. */
  | 'empty';

/** `withdraw`: contacts that were not reached are marked so. */
export type JobEffect = 'withdraw';

export const jobMachine: Table<JobState, JobEvent, JobEffect> = {
  Scheduled: { due: ['Running'], stop: ['Completed', 'withdraw'] },
  Running: { pause: ['Pausing'], stop: ['Stopping'], empty: ['Completed'] },
  Pausing: { idle: ['Paused'], resume: ['Running'], stop: ['Stopping'], empty: ['Completed'] },
  Paused: { resume: ['Running'], stop: ['Stopping'], empty: ['Completed'] },
  Stopping: { idle: ['Completed', 'withdraw'] },
  Completed: {},
};
