import type { Distribution } from '../distribution.ts';
import type { Scenario } from '../scenario.ts';
import type { MarkovCell } from './markov-optimum.ts';

/** The decision process is solved in a blink up to here. */
const mostAgents = 20;

/**
 * The cell of a scenario in which everything is exponential, or undefined when it is none: one share of people from beginning to end,
 * no machines, every dial over after one exponential time, exponential talk without wrap-up, and up to 20 agents who stay.
 */
export function markovCellOf(scenario: Scenario): MarkovCell | undefined {
  const [staff, moreStaff] = scenario.agents;
  const [shares, moreShares] = scenario.answer;
  if (staff === undefined || moreStaff !== undefined || staff.from > 0 || staff.to < scenario.durationMs || staff.count > mostAgents) return undefined;
  if (shares === undefined || moreShares !== undefined || shares.machine > 0 || Math.abs(shares.person + shares.busy + shares.invalid - 1) > 1e-9) return undefined;
  const ring = exponential(scenario.ringMs);
  const talk = Array.isArray(scenario.talkMs) ? undefined : exponential(scenario.talkMs as Distribution);
  const greeting = constant(scenario.greetingMs);
  const verdict = constant(scenario.verdictMs);
  const wrap = Array.isArray(scenario.wrapMs) ? undefined : constant(scenario.wrapMs as Distribution);
  if (ring === undefined || ring !== exponential(scenario.busyMs) || talk === undefined || wrap !== 0 || greeting === undefined || verdict === undefined || scenario.patienceMs !== undefined) return undefined;
  const { thresholdMs, from, targetRate } = scenario.promise;
  return { agents: staff.count, person: shares.person, ringMs: ring, busyMs: talk, waitMs: Math.max(0, thresholdMs + (from === 'greetingEnd' ? greeting : 0) - verdict), targetRate };
}

function exponential(of: Distribution): number | undefined {
  const { exp, min, max } = of as { exp?: { mean: number }; min?: number; max?: number };
  return min === undefined && max === undefined ? exp?.mean : undefined;
}

const constant = (of: Distribution): number | undefined => (of as { const?: number }).const;
