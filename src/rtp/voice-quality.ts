/** What the E-model needs to know of a stream. */
export interface VoiceQualityInput {
  /** Packets lost and discarded by the jitter buffer, of those expected: 0–1. */
  readonly lossRatio: number;
  /** Mouth to ear, one way, milliseconds. */
  readonly delayMs: number;
  /** The codec's Ie and Bpl (ITU-T G.113 Appendix I). */
  readonly impairment: number;
  readonly robustness: number;
}

/** The E-model's rating R (ITU-T G.107 with default values: Ro − Is = 93.2), 0–100. */
export function ratingFactor({ lossRatio, delayMs, impairment, robustness }: VoiceQualityInput): number {
  // G.107 Annex: Id by the usual approximation; Ie,eff with random loss (BurstR = 1).
  const delay = 0.024 * delayMs + (delayMs > 177.3 ? 0.11 * (delayMs - 177.3) : 0);
  const loss = lossRatio * 100;
  const equipment = impairment + ((95 - impairment) * loss) / (loss + robustness);
  return Math.max(0, Math.min(100, 93.2 - delay - equipment));
}

/** Mean opinion score (1–4.5) of a rating: ITU-T G.107 Annex B. */
export function meanOpinionScore(rating: number): number {
  if (rating <= 0) return 1;
  if (rating >= 100) return 4.5;
  return Math.max(1, 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6);
}
