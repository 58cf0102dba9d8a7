import { join } from 'node:path';
import type { Config } from '../config/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import { packageRoot } from '../kernel/package-root.ts';
import { CachingSynthesizer } from '../speech/cache/caching-synthesizer.ts';
import { EspeakSynthesizer } from '../speech/espeak/espeak-synthesizer.ts';
import { FliteSynthesizer } from '../speech/flite/flite-synthesizer.ts';
import { HttpRecognizer } from '../speech/http/http-recognizer.ts';
import { HttpSynthesizer } from '../speech/http/http-synthesizer.ts';
import { PocketsphinxRecognizer } from '../speech/pocketsphinx/pocketsphinx-recognizer.ts';
import type { Recognizer } from '../speech/recognizer.ts';
import { SynthesizerChain } from '../speech/synthesizer-chain.ts';
import type { Synthesizer } from '../speech/synthesizer.ts';
import { VocabularySynthesizer } from '../speech/vocabulary/vocabulary-synthesizer.ts';

export interface Speech {
  readonly synthesizer: SynthesizerChain;
  readonly recognizer: Recognizer | undefined;
}

/** The configured engines, in order; spoken text is kept on disk. */
export function createSpeech(config: Config['speech'], deps: { clock: Clock; logger: Logger; workFolder: string }): Speech {
  const { clock, logger, workFolder } = deps;
  const cached = (engine: Synthesizer): Synthesizer => new CachingSynthesizer(engine, { folder: join(workFolder, 'speech') }, { clock, logger });
  const engines = config.synthesizers.map((engine): Synthesizer => {
    switch (engine) {
      case 'vocabulary':
        return new VocabularySynthesizer(join(packageRoot(), 'vxml', 'audio'));
      case 'espeak':
        return cached(new EspeakSynthesizer());
      case 'flite':
        return cached(new FliteSynthesizer());
      case 'http':
        return cached(new HttpSynthesizer({ url: config.synthesizerUrl ?? '', languages: config.languages }));
    }
  });
  return { synthesizer: new SynthesizerChain(engines, logger), recognizer: recognizerOf(config, logger) };
}

function recognizerOf(config: Config['speech'], logger: Logger): Recognizer | undefined {
  switch (config.recognizer) {
    case 'none':
      return undefined;
    case 'http':
      return new HttpRecognizer({ url: config.recognizerUrl ?? '', languages: config.languages });
    case 'pocketsphinx': {
      const recognizer = new PocketsphinxRecognizer({
        onUnknownWords: (words) => logger.warn({ words }, 'words of a grammar cannot be understood: pocketsphinx has no pronunciation of them'),
      });
      void recognizer.probe().then(({ ok, detail }) => {
        if (!ok) logger.error({ reason: detail }, 'pocketsphinx cannot be used: pages that need words get error.noresource; install the packages pocketsphinx and pocketsphinx-en-us, or set speech.recognizer to none');
      });
      return recognizer;
    }
  }
}

/** Says at start-up what the campaign's own words would leave unsaid. */
export async function warnOfUnspoken(speech: Speech, texts: readonly string[], language: string, logger: Logger): Promise<void> {
  const missing = await speech.synthesizer.unspoken(texts.filter((text) => text !== '').map((text) => ({ text, ssml: false, language })), new AbortController().signal);
  for (const { request, reason } of missing) {
    logger.warn({ text: request.text, language, reason }, 'this text of the campaign cannot be spoken: callers would hear nothing in its place; configure speech.synthesizers, or leave the text empty');
  }
}
