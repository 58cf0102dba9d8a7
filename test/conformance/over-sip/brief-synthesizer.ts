import type { Synthesizer } from '../../../src/speech/synthesizer.ts';

/** Speaks in a hum of 10 ms a letter, 100 ms at least: prompts sound and take their time, and suites stay short. */
export const briefSynthesizer: Synthesizer = {
  name: 'brief',
  languages: ['*'],
  synthesize: ({ text, ssml }) => {
    const letters = (ssml ? text.replace(/<[^>]*>/g, '') : text).length;
    const samples = new Int16Array(Math.max(100, letters * 10) * 8);
    for (let i = 0; i < samples.length; i++) samples[i] = Math.round(3_000 * Math.sin((2 * Math.PI * 180 * i) / 8_000));
    return Promise.resolve({ ok: true, sampleRate: 8_000, samples, marks: [] });
  },
};
