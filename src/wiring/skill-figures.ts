import type { PacingState } from '../core/pacing/pacing.ts';
import type { Clock } from '../kernel/clock.ts';

/** Figures of an inbound skill, as whoever runs the inbound side tells them. */
export type SkillFigure = NonNullable<PacingState['skill']>;

/** Older figures say nothing: a feed that stopped must not go on pacing calls. */
const freshMs = 30_000;

/** The newest figures of each inbound skill, for jobs that are paced by one. */
export class SkillFigures {
  readonly #clock: Clock;
  readonly #skills = new Map<string, { readonly at: number; readonly figure: SkillFigure }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  set(name: string, figure: SkillFigure): void {
    this.#skills.set(name, { at: this.#clock.monotonic(), figure });
  }

  /** Undefined when nothing was told within the last half minute. Without a name: the only skill there is. */
  get(name: string | undefined): SkillFigure | undefined {
    const known = name === undefined ? (this.#skills.size === 1 ? [...this.#skills.values()][0] : undefined) : this.#skills.get(name);
    return known === undefined || this.#clock.monotonic() - known.at > freshMs ? undefined : known.figure;
  }
}
