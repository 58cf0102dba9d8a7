import type { Table } from '../../kernel/machine.ts';

/**
 * An agent's leg. Called once, kept, re-nailed when it drops, un-nailed after a delay when the agent leaves the job; a job that
 * wants the agent before the delay is over finds the leg still up.
 */
export type NailState = 'down' | 'calling' | 'up' | 'lingering' | 'waiting' | 'ending';
export type NailEvent = 'nail' | 'unnail' | 'nailed' | 'ended' | 'retry' | 'linger-over' | 'give-up';
export type NailEffect = 'launch' | 'arm-retry' | 'arm-linger' | 'disarm' | 'end-session' | 'tell-up' | 'tell-lost' | 'tell-failed' | 'tell-down';

export const nailMachine: Table<NailState, NailEvent, NailEffect> = {
  down: { nail: ['calling', 'launch'] },
  calling: {
    nailed: ['up', 'tell-up'],
    ended: ['waiting', 'arm-retry'],
    unnail: ['ending', 'end-session'],
  },
  up: {
    // Reused as it is: the next job needs no new call.
    nail: ['up', 'tell-up'],
    ended: ['waiting', 'tell-lost', 'arm-retry'],
    unnail: ['lingering', 'arm-linger'],
  },
  lingering: {
    nail: ['up', 'disarm', 'tell-up'],
    'linger-over': ['ending', 'end-session'],
    ended: ['down', 'disarm', 'tell-down'],
    // A second un-nail with another delay starts the delay anew.
    unnail: ['lingering', 'disarm', 'arm-linger'],
  },
  waiting: {
    retry: ['calling', 'launch'],
    'give-up': ['down', 'disarm', 'tell-failed'],
    unnail: ['down', 'disarm', 'tell-down'],
  },
  ending: {
    nailed: ['ending', 'end-session'],
    ended: ['down', 'tell-down'],
  },
};
