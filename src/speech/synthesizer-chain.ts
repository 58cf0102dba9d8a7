import type { Logger } from '../kernel/logger.ts';
import type { SynthesisOutcome, SynthesisRequest, Synthesizer } from './synthesizer.ts';

/**
 * Tries engines in order: the first that can speak the text does. When none can, the outcome names every engine's reason,
 * and it is logged: a prompt is never skipped quietly.
 */
export class SynthesizerChain implements Synthesizer {
  readonly name = 'chain';
  readonly languages: readonly string[];
  readonly #engines: readonly Synthesizer[];
  readonly #logger: Logger;

  constructor(engines: readonly Synthesizer[], logger: Logger) {
    this.#engines = engines;
    this.#logger = logger;
    this.languages = [...new Set(engines.flatMap((engine) => engine.languages))];
  }

  async synthesize(request: SynthesisRequest, signal: AbortSignal): Promise<SynthesisOutcome> {
    const reasons: string[] = [];
    let broke = false;
    for (const engine of this.#engines) {
      const outcome = await engine.synthesize(request, signal);
      if (outcome.ok) return outcome;
      reasons.push(`${engine.name}: ${outcome.reason}`);
      broke ||= outcome.kind === 'failed';
      if (signal.aborted) break;
    }
    const reason = reasons.length > 0 ? reasons.join('; ') : 'no synthesiser is configured';
    if (!signal.aborted) this.#logger.warn({ language: request.language, reason }, 'a prompt cannot be spoken');
    return { ok: false, kind: broke ? 'failed' : 'unspoken', reason };
  }

  /** What the given texts would say at start-up: those that no engine speaks, each with its reason. */
  async unspoken(requests: readonly SynthesisRequest[], signal: AbortSignal): Promise<readonly { request: SynthesisRequest; reason: string }[]> {
    const missing: { request: SynthesisRequest; reason: string }[] = [];
    for (const request of requests) {
      const outcome = await this.synthesize(request, signal);
      if (!outcome.ok) missing.push({ request, reason: outcome.reason });
    }
    return missing;
  }
}
