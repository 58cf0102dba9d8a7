import { callsOut } from './floor-counts.ts';
import { limited } from './limited.ts';
import type { Pacer, PacingDecision, PacingFact, PacingState, SkillPacing } from './pacing.ts';

/**
 * Skill-based, without agents of the job's own: answered people go to an inbound skill, and its state sets the pace. `freeAgents`:
 * one call for each free agent beyond `keep`; `queue`: calls until `keep` wait; `waitMs`: one call a decision while the longest
 * wait is below `keep`. Without figures of the skill nothing is dialled.
 */
export class SkillPacer implements Pacer {
  readonly kind = 'skill';
  readonly #skill: SkillPacing;

  constructor(skill: SkillPacing) {
    this.#skill = skill;
  }

  observe(_facts: readonly PacingFact[], _now: number): void {
    // The skill's figures come with the state.
  }

  decide(state: PacingState, _now: number): PacingDecision {
    const { measure, keep, ratio = 1 } = this.#skill;
    const { skill } = state;
    if (skill === undefined) return { dial: 0, why: 'no figures of the inbound skill' };
    const out = callsOut(state);
    switch (measure) {
      case 'freeAgents':
        return limited(Math.floor(Math.max(0, skill.freeAgents - keep) * ratio) - out, state, `${skill.freeAgents} free in the skill, ${keep} kept, ${out} out`);
      case 'queue':
        return limited(Math.floor((keep - skill.queued) * ratio) - out, state, `${skill.queued} queue in the skill, up to ${keep}, ${out} out`);
      case 'waitMs':
        return limited(skill.longestWaitMs < keep && out < Math.max(1, skill.freeAgents * ratio) ? 1 : 0, state, `longest wait ${skill.longestWaitMs} ms of ${keep} ms, ${out} out`);
    }
  }
}
