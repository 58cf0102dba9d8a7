import type { VoiceGrammar } from '../platform.ts';
import type { ActiveGrammar } from './target.ts';

/** The voice grammars of a wait, as a recogniser is told them. */
export const voiceGrammars = (active: readonly ActiveGrammar[]): VoiceGrammar[] =>
  active.map(({ grammar: { srgs, builtin, language }, weight }, i) => ({ key: `g${i}`, srgs, language, weight, ...(builtin === undefined ? {} : { builtin }) }));
