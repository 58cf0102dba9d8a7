import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { corpus } from '../../../sim/audio/corpus.ts';
import { CorpusVoices } from '../../../sim/audio/corpus-voices.ts';
import { CallProgressAnalyser } from '../../../src/audio/call-progress/call-progress-analyser.ts';
import { GREETING_FEATURES } from '../../../src/audio/call-progress/greeting-features.ts';
import { packageRoot } from '../../../src/kernel/package-root.ts';

/** What a judge saw of each call, every 20 ms. Row: number of the call, features. */
export interface TrainingSet {
  readonly rows: Float32Array;
  readonly rowWidth: number;
  readonly calls: readonly TrainingCall[];
}

export interface TrainingCall {
  readonly machine: boolean;
  readonly language: string;
  /** True beginning of speech to where the analyser thought it began, ms. */
  readonly lateMs: number;
}

export const FIRST_MS = 300;
export const LAST_MS = 3_200;

/** Features of the tuning part, made once and kept in `out/` under what they were made of. */
export function trainingSet(count: number, seed: number, tell: (line: string) => void): TrainingSet {
  const rowWidth = GREETING_FEATURES.length + 1;
  const root = packageRoot();
  const key = createHash('sha256').update(JSON.stringify([count, seed, FIRST_MS, LAST_MS]));
  // Whatever could change a feature counts.
  for (const folder of ['sim/audio', 'sim/audio/texts', 'src/audio', 'src/audio/call-progress']) {
    for (const file of readdirSync(join(root, folder)).filter((f) => f.endsWith('.ts') && f !== 'greeting-trees.ts' && f !== 'greeting-model.ts').sort()) key.update(readFileSync(join(root, folder, file)));
  }
  const base = join(root, 'out', 'call-progress', key.digest('hex').slice(0, 16));
  if (existsSync(`${base}.json`)) {
    const bytes = readFileSync(`${base}.f32`);
    return { rows: new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4), rowWidth, calls: JSON.parse(readFileSync(`${base}.json`, 'utf8')) as TrainingCall[] };
  }
  const rows: number[] = [];
  const calls: TrainingCall[] = [];
  for (const callee of corpus('tuning', CorpusVoices.of('tuning', tell), count, seed, ['person', 'machine'])) {
    const x = new Float64Array(GREETING_FEATURES.length);
    let begunMs = 0;
    const analyser = new CallProgressAnalyser({ phase: 'connected' }, (event) => (begunMs = event.progress === 'start_of_voice' ? event.offsetMs : begunMs), {
      judge: (features) => {
        if (features.elapsedMs % 20 === 0 && features.elapsedMs >= FIRST_MS && features.elapsedMs <= LAST_MS) {
          features.write(x);
          rows.push(calls.length, ...x);
        }
        return undefined;
      },
    });
    const { speechStartMs = 0, scene } = callee.truth;
    analyser.push(callee.samples.subarray(0, Math.min(callee.samples.length, (speechStartMs + LAST_MS + 500) * 8)));
    calls.push({ machine: callee.kind === 'machine', language: scene?.clip?.language ?? 'syllables', lateMs: begunMs - speechStartMs });
    if (calls.length % 500 === 0) tell(`${calls.length} of ${count} calls`);
  }
  const set = { rows: Float32Array.from(rows), rowWidth, calls };
  mkdirSync(join(root, 'out', 'call-progress'), { recursive: true });
  writeFileSync(`${base}.f32`, Buffer.from(set.rows.buffer));
  writeFileSync(`${base}.json`, JSON.stringify(calls));
  return set;
}
