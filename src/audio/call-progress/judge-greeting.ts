import type { GreetingFeatures } from './greeting-features.ts';

export interface Judgement {
  verdict: 'live_voice' | 'recorded_msg';
  confidence: number;
}

const live: Judgement = { verdict: 'live_voice', confidence: 0 };
const recorded: Judgement = { verdict: 'recorded_msg', confidence: 0 };

/** Person or machine, as soon as it can be said; undefined while it cannot. The object is used again. */
export function judgeGreeting(f: GreetingFeatures): Judgement | undefined {
  const needed = f.elapsedMs < 1150 ? 480 : f.activeMs < 1300 ? 300 : 450;
  if (f.silenceMs >= needed && f.activeMs < 1900) {
    live.confidence = 0.9;
    return live;
  }
  if (f.activeMs >= 1700 || (f.elapsedMs >= 1180 && f.activeMs >= 1100)) {
    recorded.confidence = 0.9;
    return recorded;
  }
  return undefined;
}
