/**
 * `npx tsx test/bench/call-progress/training-set.ts [COUNT] [SEED] [--validation] [--long]`: lets the analyser hear calls of the tuning part, and writes
 * what the greeting model sees of each, every 40 ms, for `train-greeting-model.py` to learn from: `out/call-progress/training-SEED.{i16,json}`.
 * With `--validation` only of voices and wordings that it does not learn while its policy is looked for: `validation-SEED.{i16,json}`. With `--long` to the
 * eighth second, and with what the model that is shipped tells first, for `train-revision-model.py`: `long-training-SEED`, `long-validation-SEED`.
 */
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { CalleeAudio } from '../../../sim/audio/callee-audio.ts';
import { corpus } from '../../../sim/audio/corpus.ts';
import { apartOf } from './apart.ts';
import { CorpusVoices } from '../../../sim/audio/corpus-voices.ts';
import { CallProgressAnalyser } from '../../../src/audio/call-progress/call-progress-analyser.ts';
import { GreetingInputs, INPUTS, STEP_MS } from '../../../src/audio/call-progress/greeting-inputs.ts';
import { packageRoot } from '../../../src/kernel/package-root.ts';
import { firstVerdict } from './trial.ts';

const validation = process.argv.includes('--validation');
const long = process.argv.includes('--long');
const [count = 20_000, seed = 20] = process.argv.slice(2).filter((arg) => /^\d+$/.test(arg)).map(Number);
const LAST_MS = long ? 8_000 : 2_800;
/** Elapsed ms, then the network's inputs as whole numbers. */
const WIDTH = 1 + INPUTS;
const SCALE = 4_096;

interface TrainingCall {
  /** Or music. */
  readonly machine: boolean;
  readonly music: boolean;
  readonly language: string;
  readonly voice: string;
  readonly style: string;
  readonly helloFirst: boolean;
  /** Which of it is kept apart while the policy is looked for. */
  readonly apart: ReturnType<typeof apartOf>;
  /** True beginning of speech to where the analyser thought it began, ms. */
  readonly lateMs: number;
  /** From the true beginning to the end of the greeting. */
  readonly greetingMs: number;
  /** With `--long`: what was told first and when, and where the beep ends, ms after the analyser thought the speech began; −1: nothing, none. */
  readonly told?: 'live_voice' | 'recorded_msg' | 'other';
  readonly toldMs?: number;
  readonly beepEndMs?: number;
  /** How many steps, of 1 + inputs numbers, are its own. */
  readonly steps: number;
}

const folder = join(packageRoot(), 'out', 'call-progress');
mkdirSync(folder, { recursive: true });
const file = join(folder, `${long ? 'long-' : ''}${validation ? 'validation' : 'training'}-${seed}`);
const out = openSync(`${file}.i16`, 'w');
const calls: TrainingCall[] = [];
const tell = (line: string): void => console.error(line);
const rows = new Int16Array((LAST_MS / STEP_MS + 2) * WIDTH);
const voices = CorpusVoices.of('tuning', tell);
const apart = new Set(validation ? voices.clips.filter((clip) => apartOf(clip) === 'both') : []);
for (const callee of corpus('tuning', voices, count, seed, ['person', 'machine', 'music'], { untilMs: LAST_MS + 500, ...(validation ? { clips: (clip) => apart.has(clip), syllables: 0 } : {}) })) {
  let begunMs = -1;
  let filled = 0;
  const inputs = new GreetingInputs();
  const analyser = new CallProgressAnalyser({ phase: 'connected' }, (event) => (begunMs = event.progress === 'start_of_voice' ? event.offsetMs : begunMs), {
    listensMs: 0,
    reconsider: () => undefined,
    judge: (features) => {
      const step = features.elapsedMs > LAST_MS ? undefined : inputs.take(features);
      if (step === undefined) return undefined;
      rows[filled * WIDTH] = features.elapsedMs;
      step.forEach((value, i) => (rows[filled * WIDTH + 1 + i] = Math.max(-32768, Math.min(32767, Math.round(value * SCALE)))));
      filled += 1;
      return undefined;
    },
  });
  const { speechStartMs, greetingEndMs = 9_000, scene } = callee.truth;
  analyser.push(callee.samples.subarray(0, Math.min(callee.samples.length, ((speechStartMs ?? 1_500) + LAST_MS + 500) * 8)));
  const startMs = speechStartMs ?? begunMs;
  writeSync(out, new Uint8Array(rows.buffer, 0, filled * WIDTH * 2));
  calls.push({
    machine: callee.kind !== 'person', music: callee.kind === 'music', language: scene?.clip?.language ?? 'none', voice: scene?.clip?.voice ?? 'none', style: scene?.style ?? 'music', helloFirst: scene?.helloFirst === true,
    apart: scene?.clip === undefined ? 'none' : apartOf(scene.clip), lateMs: begunMs - startMs, greetingMs: greetingEndMs - startMs, steps: filled,
    ...(long ? toldFirst(callee, begunMs) : {}),
  });
  if (calls.length % 1000 === 0) tell(`${calls.length} of ${count} calls`);
}
closeSync(out);
writeFileSync(`${file}.json`, JSON.stringify({ seed, inputs: INPUTS, scale: SCALE, calls }));

function toldFirst(callee: CalleeAudio, begunMs: number): Required<Pick<TrainingCall, 'told' | 'toldMs' | 'beepEndMs'>> {
  const { first, verdictMs } = firstVerdict(callee, {});
  const { speechStartMs = 0, beepEndMs } = callee.truth;
  return {
    told: first === 'live_voice' || first === 'recorded_msg' ? first : 'other', toldMs: verdictMs === undefined ? -1 : verdictMs + speechStartMs - begunMs,
    beepEndMs: beepEndMs === undefined ? -1 : beepEndMs - begunMs,
  };
}
