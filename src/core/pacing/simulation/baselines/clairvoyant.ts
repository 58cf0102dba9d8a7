import { callsOut, talkingAgents } from '../../floor-counts.ts';
import type { Scenario } from '../scenario.ts';
import { Simulation, type ForeseenPerson } from '../simulation.ts';
import type { SimulationReport } from '../simulation-report.ts';

/**
 * Whoever knows each call's outcome and times in advance: contacts who will not answer are dialled at once, a person only when he will
 * find an agent in time and takes none from those already on their way. What stays between it and full occupancy is lines, calls
 * a second, contacts and the tick; no dialer can be asked for more.
 */
export function clairvoyant(scenario: Scenario, seed: number): SimulationReport {
  const simulation = new Simulation(scenario, seed);
  const run = simulation.run();
  const { maxConcurrentCalls, maxCallsPerSecond } = scenario.limits;
  let step = run.next(0);
  while (step.done !== true) {
    const { now, state } = step.value;
    const lines = callsOut(state) + talkingAgents(state);
    const most = Math.min(maxConcurrentCalls - lines, maxCallsPerSecond, state.contactsLeft);
    const { freeAt, people } = simulation.foresee(now);
    let dial = 0;
    for (; dial < most; dial++) {
      const next = simulation.nextContact(now, dial);
      const [person] = simulation.foreseen(next, now + next.ringMs);
      if (person === undefined) continue;
      people.push(person);
      if (!everyoneInTime(freeAt, people)) break;
    }
    step = run.next(dial);
  }
  return step.value;
}

/** First come, first served: does everybody find an agent in time? */
function everyoneInTime(freeAt: readonly number[], people: readonly ForeseenPerson[]): boolean {
  const free = [...freeAt].sort((a, b) => a - b);
  for (const person of [...people].sort((a, b) => a.verdictAt - b.verdictAt)) {
    const at = free.shift();
    if (at === undefined) return false;
    const starts = Math.max(at, person.verdictAt);
    if (starts > person.leavesAt) return false;
    const ends = starts + person.busyMs;
    let place = free.findIndex((t) => t > ends);
    if (place < 0) place = free.length;
    free.splice(place, 0, ends);
  }
  return true;
}
