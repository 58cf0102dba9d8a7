import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readWav } from '../../src/audio/wav-file.ts';
import { packageRoot } from '../../src/kernel/package-root.ts';

/** One shipped recording; see `voices/index.json`. */
export interface VoiceClip {
  readonly file: string;
  /** `hello`: a person picking up; `talk`: a person later; `greeting`: a machine's announcement. */
  readonly kind: 'hello' | 'talk' | 'greeting';
  /** BCP 47. */
  readonly language: string;
  readonly voice: string;
  readonly text: string;
  readonly durationMs: number;
  /** What a `hello` is: a word, two, a name, or a whole sentence. The shipped clips do not say. */
  readonly style?: GreetingStyle;
}

export type GreetingStyle = 'word' | 'pair' | 'name' | 'sentence' | 'greeting';

/** Where callees take their speech from. */
export interface ClipSource {
  ofKind(kind: VoiceClip['kind']): readonly VoiceClip[];
  /** 8 kHz mono. */
  samples(clip: VoiceClip): Int16Array;
}

/** The shipped voices, 8 kHz mono, read on first use. */
export class VoiceLibrary implements ClipSource {
  readonly clips: readonly VoiceClip[];
  readonly #folder: string;
  readonly #samples = new Map<string, Int16Array>();

  constructor(folder = join(packageRoot(), 'sim', 'audio', 'voices')) {
    this.#folder = folder;
    this.clips = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as VoiceClip[];
  }

  ofKind(kind: VoiceClip['kind']): readonly VoiceClip[] {
    return this.clips.filter((clip) => clip.kind === kind);
  }

  samples(clip: VoiceClip): Int16Array {
    let samples = this.#samples.get(clip.file);
    if (samples === undefined) {
      const wav = readWav(readFileSync(join(this.#folder, clip.file)));
      if (!wav.ok) throw new Error(`${clip.file}: ${wav.error.reason} at ${wav.error.offset}`);
      samples = wav.value.samples;
      this.#samples.set(clip.file, samples);
    }
    return samples;
  }
}
