import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../src/kernel/package-root.ts';
import { clipRecipes, type ClipRecipe, type CorpusPart } from './corpus-recipes.ts';
import { speechOfWav } from './rendered-speech.ts';
import type { ClipSource, VoiceClip } from './voice-library.ts';

/** Change it when the way from recipe to samples changes. */
const RENDERING = 1;
/** Nobody listens longer to tell person from machine; a beep follows. */
const LONGEST_MS = 6_000;

/**
 * The corpus's voices of one part. They are synthesised once (espeak-ng, flite, festival and sox must be there) and kept in
 * `out/corpus-voices/`, language by language, named by what they were made of.
 */
export class CorpusVoices implements ClipSource {
  readonly clips: readonly VoiceClip[];
  readonly #samples = new Map<VoiceClip, Int16Array>();
  readonly #ofKind: Readonly<Record<VoiceClip['kind'], readonly VoiceClip[]>>;

  private constructor(packs: readonly Pack[]) {
    this.clips = packs.flatMap((pack) => pack.clips);
    for (const { clips, samples } of packs) {
      let at = 0;
      for (const clip of clips) {
        const length = clip.durationMs * 8;
        this.#samples.set(clip, samples.subarray(at, at + length));
        at += length;
      }
    }
    const of = (kind: VoiceClip['kind']): VoiceClip[] => this.clips.filter((clip) => clip.kind === kind);
    this.#ofKind = { hello: of('hello'), talk: of('talk'), greeting: of('greeting') };
  }

  /** @param tell what takes long */
  static of(part: CorpusPart, tell: (line: string) => void = () => undefined): CorpusVoices {
    const folder = join(packageRoot(), 'out', 'corpus-voices');
    mkdirSync(folder, { recursive: true });
    return new CorpusVoices(byLanguage(clipRecipes(part)).map((recipes) => packOf(recipes, folder, tell)));
  }

  ofKind(kind: VoiceClip['kind']): readonly VoiceClip[] {
    return this.#ofKind[kind];
  }

  samples(clip: VoiceClip): Int16Array {
    const samples = this.#samples.get(clip);
    if (samples === undefined) throw new Error(`no clip ${clip.file} in this part of the corpus`);
    return samples;
  }
}

/** The clips of one language, and their samples one after another. */
interface Pack {
  readonly clips: readonly VoiceClip[];
  readonly samples: Int16Array;
}

/** Runs of recipes that stand together and are of one language. */
function byLanguage(recipes: readonly ClipRecipe[]): ClipRecipe[][] {
  const runs: ClipRecipe[][] = [];
  const language = (recipe: ClipRecipe | undefined): string | undefined => recipe?.language.replace(/-.*/, '');
  for (const recipe of recipes) {
    if (language(runs.at(-1)?.[0]) === language(recipe)) runs.at(-1)?.push(recipe);
    else runs.push([recipe]);
  }
  return runs;
}

function packOf(recipes: readonly ClipRecipe[], folder: string, tell: (line: string) => void): Pack {
  const key = createHash('sha256').update(JSON.stringify([RENDERING, recipes])).digest('hex').slice(0, 16);
  const name = `${recipes[0]?.language.replace(/-.*/, '') ?? ''}-${key}`;
  const index = join(folder, `${name}.json`);
  const pack = join(folder, `${name}.s16`);
  if (!existsSync(index)) {
    tell(`synthesising ${recipes.length} clips, ${name} …`);
    const made = render(recipes);
    writeFileSync(pack, Buffer.concat(made.map(({ samples }) => Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength))));
    // Renamed last: a half-written index is never read.
    writeFileSync(`${index}.part`, JSON.stringify(made.map(({ clip }) => clip)));
    renameSync(`${index}.part`, index);
  }
  const bytes = readFileSync(pack);
  return { clips: JSON.parse(readFileSync(index, 'utf8')) as VoiceClip[], samples: new Int16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2) };
}

function render(recipes: readonly ClipRecipe[]): { clip: VoiceClip; samples: Int16Array }[] {
  const scratch = mkdtempSync(join(tmpdir(), 'corpus-voices-'));
  try {
    const festival = renderWithFestival(recipes, scratch);
    const others = recipes.filter((recipe) => recipe.synthesizer !== 'festival');
    const speaking = others.map((recipe, i) => speakCommand(recipe, join(scratch, `text-${i}`), join(scratch, `spoken-${i}.wav`)));
    runAll(speaking, scratch);
    const spoken = new Map([...festival, ...others.map((recipe, i): [ClipRecipe, Int16Array] => [recipe, speechOfWav(join(scratch, `spoken-${i}.wav`))])]);
    const coded = throughCodecs(spoken, scratch);
    return recipes.map((recipe, i) => {
      const whole = coded.get(recipe) ?? spoken.get(recipe) ?? new Int16Array(0);
      const durationMs = Math.min(LONGEST_MS, Math.floor(whole.length / 8));
      const { kind, style, language, text, synthesizer, voice } = recipe;
      return { clip: { file: `${i}-${style}-${language}`, kind, style, language, voice: `${synthesizer}-${voice}`, text, durationMs }, samples: whole.slice(0, durationMs * 8) };
    });
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** The shell command that speaks a text into a WAV file; the text lies in a file, so that nothing of it needs quoting. */
function speakCommand({ synthesizer, voice, language, speed, pitch, text }: ClipRecipe, textFile: string, file: string): string {
  writeFileSync(textFile, text);
  return synthesizer === 'flite'
    ? `flite -voice ${voice} --setf duration_stretch=${(165 / speed).toFixed(2)} -f ${textFile} -o ${file}`
    : `espeak-ng -v ${language}+${voice} -s ${speed} -p ${pitch} -w ${file} -f ${textFile}`;
}

/** One shell for all: starting a process from here takes longer than speaking. */
function runAll(commands: readonly string[], scratch: string): void {
  const script = join(scratch, 'all.sh');
  writeFileSync(script, ['set -e', ...commands].join('\n'));
  execFileSync('sh', [script], { stdio: ['ignore', 'ignore', 'ignore'] });
}

/** One process per voice, for starting it takes longer than speaking. */
function renderWithFestival(recipes: readonly ClipRecipe[], scratch: string): Map<ClipRecipe, Int16Array> {
  const made = new Map<ClipRecipe, Int16Array>();
  const mine = recipes.filter((r) => r.synthesizer === 'festival');
  for (const voice of new Set(mine.map((r) => r.voice))) {
    const spoken = mine.filter((r) => r.voice === voice);
    const lines = spoken.flatMap(({ speed, text }, i) => [
      `(Parameter.set 'Duration_Stretch ${(165 / speed).toFixed(2)})`,
      `(utt.save.wave (utt.synth (Utterance Text "${text.replace(/["\\]/g, '')}")) "${join(scratch, `${voice}-${i}.wav`)}" 'riff)`,
    ]);
    const script = join(scratch, `${voice}.scm`);
    const encoding = voice.startsWith('czech') ? 'latin2' : voice.startsWith('msu_ru') ? 'utf8' : 'latin1';
    writeFileSync(script, encoded([`(voice_${voice})`, ...lines].join('\n'), encoding));
    execFileSync('festival', ['-b', script], { stdio: ['ignore', 'ignore', 'ignore'] });
    spoken.forEach((recipe, i) => made.set(recipe, speechOfWav(join(scratch, `${voice}-${i}.wav`))));
  }
  return made;
}

/** ISO 8859-2 differs from Latin 1 in the letters that Czech needs. */
const LATIN2: Readonly<Record<string, number>> = { č: 0xe8, ď: 0xef, ě: 0xec, ň: 0xf2, ř: 0xf8, š: 0xb9, ť: 0xbb, ů: 0xf9, ž: 0xbe, Č: 0xc8, Ď: 0xcf, Ě: 0xcc, Ň: 0xd2, Ř: 0xd8, Š: 0xa9, Ť: 0xab, Ů: 0xd9, Ž: 0xae };

function encoded(text: string, encoding: 'latin1' | 'latin2' | 'utf8'): Buffer {
  return encoding === 'latin2' ? Buffer.from(Array.from(text, (c) => LATIN2[c] ?? c.charCodeAt(0))) : Buffer.from(text, encoding);
}

function throughCodecs(spoken: ReadonlyMap<ClipRecipe, Int16Array>, scratch: string): Map<ClipRecipe, Int16Array> {
  const raw = '-t raw -r 8000 -c 1 -e signed-integer -b 16';
  const mine = [...spoken].filter(([{ codec }]) => codec !== 'none');
  const commands = mine.flatMap(([{ codec }, samples], i) => {
    const file = join(scratch, `coding-${i}`);
    writeFileSync(`${file}.raw`, Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength));
    return codec === 'gsm'
      ? [`sox ${raw} ${file}.raw -t gsm ${file}.gsm`, `sox -t gsm -r 8000 -c 1 ${file}.gsm ${raw} ${file}.out`]
      : [`sox ${raw} ${file}.raw -e ima-adpcm ${file}.wav`, `sox ${file}.wav ${raw} ${file}.out`];
  });
  runAll(commands, scratch);
  return new Map(mine.map(([recipe], i) => {
    const out = readFileSync(join(scratch, `coding-${i}.out`));
    return [recipe, new Int16Array(out.buffer.slice(out.byteOffset, out.byteOffset + (out.byteLength & ~1)))];
  }));
}
