import { levelDbm0 } from '../../src/audio/level.ts';

/** What one leg heard, as stretches of sound. Times are milliseconds since the answer, in steps of a frame. */
export interface Heard {
  readonly sounds: readonly (readonly [fromMs: number, toMs: number])[];
  readonly totalMs: number;
  /** The pilot of an agent's phone was there: a live agent, not a prompt. */
  readonly agentFromMs: number | undefined;
}

const soundDbm0 = -45;
/** Words of one sentence are one sound. */
const bridgeMs = 300;

/** The frequency that the simulated agents add to their voice, so that the far end can tell a live agent from a prompt. Hz. */
export const agentPilotHz = 2_900;
const pilotDbm0 = -52;
/** A pilot stands out of its neighbourhood for a while; a voice's overtones do not. */
const pilotOverNeighboursDb = 10;
const neighbourHz = 100;
const pilotFrames = 10;

/** Listens to frames and keeps account of sound and silence. */
export class Hearing {
  readonly #startedAt: number;
  readonly #now: () => number;
  readonly #sounds: [number, number][] = [];
  #pilotFrames = 0;
  #agentFrom: number | undefined;

  constructor(now: () => number) {
    this.#now = now;
    this.#startedAt = now();
  }

  frame(samples: Int16Array): void {
    const at = this.#now() - this.#startedAt;
    if (levelDbm0(samples) > soundDbm0) {
      const last = this.#sounds.at(-1);
      if (last !== undefined && at - last[1] <= bridgeMs) last[1] = at;
      else this.#sounds.push([at, at]);
    }
    this.#pilotFrames = hasPilot(samples) ? this.#pilotFrames + 1 : 0;
    if (this.#pilotFrames === pilotFrames) this.#agentFrom ??= at - pilotFrames * 20;
  }

  /** Milliseconds since the last sound (since the start when there was none). */
  get silentMs(): number {
    return this.#now() - this.#startedAt - (this.#sounds.at(-1)?.[1] ?? 0);
  }

  get heardAgent(): boolean {
    return this.#agentFrom !== undefined;
  }

  account(): Heard {
    return { sounds: this.#sounds.map(([a, b]) => [Math.round(a), Math.round(b)] as const), totalMs: Math.round(this.#now() - this.#startedAt), agentFromMs: this.#agentFrom === undefined ? undefined : Math.round(this.#agentFrom) };
  }
}

function hasPilot(samples: Int16Array): boolean {
  const level = levelAt(samples, agentPilotHz);
  return level > pilotDbm0 && level > levelAt(samples, agentPilotHz - neighbourHz) + pilotOverNeighboursDb && level > levelAt(samples, agentPilotHz + neighbourHz) + pilotOverNeighboursDb;
}

/** Goertzel: dBm0 of one frequency in a frame. */
function levelAt(samples: Int16Array, hz: number): number {
  const k = 2 * Math.cos((2 * Math.PI * hz) / 8_000);
  let s1 = 0;
  let s2 = 0;
  for (const sample of samples) {
    const s0 = sample + k * s1 - s2;
    s2 = s1;
    s1 = s0;
  }
  const power = (s1 * s1 + s2 * s2 - k * s1 * s2) / (samples.length * samples.length) / 0.5;
  // A full-scale sine is +3.14 dBm0.
  return power <= 0 ? -100 : 10 * Math.log10(power / 32_767 ** 2) + 3.14;
}
