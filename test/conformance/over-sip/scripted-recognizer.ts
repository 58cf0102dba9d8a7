import { levelDbm0 } from '../../../src/audio/level.ts';
import type { RecognitionOutcome, RecognitionStream, Recognizer } from '../../../src/speech/recognizer.ts';

const speechDbm0 = -40;
const endOfSpeechMs = 300;

/** Knows the words beforehand, but has to hear them said: the outcome comes when speech has arrived over RTP and ended. */
export class ScriptedRecognizer implements Recognizer {
  readonly name = 'scripted';
  readonly languages: readonly string[];
  #words: RecognitionOutcome = { kind: 'nomatch' };

  constructor(languages: readonly string[] = ['*']) {
    this.languages = languages;
  }

  /** What will be said next; undefined: a noise. */
  expect(utterance: string | undefined, confidence: number): void {
    this.#words = utterance === undefined ? { kind: 'nomatch' } : { kind: 'match', alternatives: [{ utterance, confidence }] };
  }

  recognize(request: Parameters<Recognizer['recognize']>[0], onOutcome: (outcome: RecognitionOutcome) => void): RecognitionStream {
    let spoken = false;
    let silentMs = 0;
    let over = false;
    return {
      push: (samples) => {
        if (over) return;
        if (levelDbm0(samples) > speechDbm0) {
          spoken = true;
          silentMs = 0;
          return;
        }
        silentMs += (samples.length * 1_000) / request.sampleRate;
        if (!spoken || silentMs < endOfSpeechMs) return;
        over = true;
        onOutcome(this.#words);
      },
      cancel: () => void (over = true),
    };
  }
}
