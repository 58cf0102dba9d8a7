import { createHash } from 'node:crypto';
import type { VoiceClip } from '../../../sim/audio/voice-library.ts';

/** One in five of the voices, and one in five of the wordings by how they begin; one or two words are what everybody says. */
const ONE_IN = 5;
const WORDS = 3;
const LETTERS_WITHOUT_SPACES = 4;

const draw = (key: string): boolean => createHash('sha256').update(key).digest().readUInt16BE() % ONE_IN === 0;

const beginning = (text: string): string => {
  const words = text.toLowerCase().split(/\s+/);
  return words.length > 1 ? words.slice(0, WORDS).join(' ') : text.slice(0, LETTERS_WITHOUT_SPACES);
};

/** What of a clip of the tuning part the greeting model does not learn while its policy is looked for; in the end it learns all of it. */
export function apartOf({ voice, style, text }: VoiceClip): 'voice' | 'wording' | 'both' | 'none' {
  const ofVoice = draw(`voice ${voice}`);
  if (style === 'word' || style === 'pair') return ofVoice ? 'both' : 'none';
  const ofWording = draw(`wording ${beginning(text)}`);
  if (ofVoice) return ofWording ? 'both' : 'voice';
  return ofWording ? 'wording' : 'none';
}
