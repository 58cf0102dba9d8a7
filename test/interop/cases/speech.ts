import { resample } from '../../../src/audio/resampler.ts';
import { EspeakSynthesizer } from '../../../src/speech/espeak/espeak-synthesizer.ts';
import { FliteSynthesizer } from '../../../src/speech/flite/flite-synthesizer.ts';
import { PocketsphinxRecognizer } from '../../../src/speech/pocketsphinx/pocketsphinx-recognizer.ts';
import type { RecognitionOutcome } from '../../../src/speech/recognizer.ts';
import type { SynthesisRequest, Synthesizer } from '../../../src/speech/synthesizer.ts';
import type { InteropCase } from '../interop-case.ts';
import { expect } from '../scope.ts';

const words = ['yes', 'no', 'operator', 'monday', 'payment', 'telephone', 'seven', 'tomorrow'] as const;
const grammar = `<grammar xmlns="http://www.w3.org/2001/06/grammar" version="1.0" xml:lang="en-US" root="word"><rule id="word"><one-of>${words.map((word) => `<item>${word}</item>`).join('')}</one-of></rule></grammar>`;
const frame = 160;

const sentences: Readonly<Record<string, string>> = {
  'zh-CN': '你好，请按一。', ja: 'こんにちは。', ko: '안녕하세요.', en: 'Please press one.', fr: 'Appuyez sur un.',
  de: 'Bitte drücken Sie die Eins.', it: 'Prema uno.', ru: 'Нажмите один.', 'es-419': 'Oprima uno.', 'pt-BR': 'Pressione um.',
};

async function speak(synthesizer: Synthesizer, request: Omit<SynthesisRequest, 'ssml'>): Promise<Int16Array> {
  const spoken = await synthesizer.synthesize({ ...request, ssml: false }, new AbortController().signal);
  if (!spoken.ok) throw new Error(`${request.language}: ${spoken.reason}`);
  return resample(spoken.samples, spoken.sampleRate, 8_000);
}

/** The word as a telephone brings it: 8 kHz, half a second of nothing around it, 20 ms at a time. */
function recognise(speech: Int16Array): Promise<RecognitionOutcome> {
  const audio = new Int16Array(speech.length + 12_000);
  audio.set(speech, 4_000);
  return new Promise((told) => {
    const stream = new PocketsphinxRecognizer().recognize(
      { grammars: [{ key: 'word', srgs: grammar }], language: 'en-US', sampleRate: 8_000, maxSpeechMs: 5_000, completeSilenceMs: 400 },
      told,
    );
    for (let at = 0; at < audio.length; at += frame) stream.push(audio.subarray(at, at + frame));
  });
}

async function smallGrammar(): Promise<string> {
  const heard: string[] = [];
  for (const word of words) {
    const outcome = await recognise(await speak(new FliteSynthesizer(), { text: word, language: 'en-US', voice: 'rms' }));
    expect(outcome.kind !== 'failed', `${word}: ${outcome.kind === 'failed' ? outcome.reason : ''}`);
    heard.push(outcome.kind === 'match' ? (outcome.alternatives[0]?.utterance ?? '') : outcome.kind);
  }
  const right = words.filter((word, i) => heard[i] === word).length;
  // By chance it would be one; a synthetic voice by telephone is not what the model was made with.
  expect(right >= 6, `${right} of ${words.length} words understood: ${heard.join(', ')}`);
  return `${right} of ${words.length} words understood`;
}

async function tenLanguages(): Promise<string> {
  const seconds: string[] = [];
  for (const [language, sentence] of Object.entries(sentences)) {
    const audio = await speak(new EspeakSynthesizer(), { text: sentence, language });
    const loudest = audio.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    expect(audio.length > 2_400 && loudest > 1_000, `${language}: ${audio.length} samples, loudest ${loudest}`);
    seconds.push(`${language} ${(audio.length / 8_000).toFixed(1)} s`);
  }
  return seconds.join(', ');
}

export const speechCases: readonly InteropCase[] = [
  { name: 'espeak-languages', peers: ['espeak-ng'], capability: 'a sentence in each of the ten languages', run: tenLanguages },
  { name: 'pocketsphinx-words', peers: ['pocketsphinx', 'flite'], capability: 'words of a small grammar are understood', limitMs: 90_000, run: smallGrammar },
];
