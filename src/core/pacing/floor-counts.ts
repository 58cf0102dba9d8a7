import type { PacingState } from './pacing.ts';

/** Calls that are out for an agent: ringing, being judged or waiting. */
export function callsOut({ calls }: Pick<PacingState, 'calls'>): number {
  return calls.outCount ?? calls.ringing.length + calls.classifying.length + calls.waiting.length;
}

export function talkingAgents({ agents }: Pick<PacingState, 'agents'>): number {
  return agents.talkingCount ?? agents.talking.length;
}

/** Agents on the floor, whatever they do. */
export function staffedAgents(state: Pick<PacingState, 'agents'>): number {
  return state.agents.idle + talkingAgents(state) + (state.agents.wrappingCount ?? state.agents.wrapping.length);
}
