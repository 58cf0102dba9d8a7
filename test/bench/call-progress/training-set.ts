/**
 * `npx tsx test/bench/call-progress/training-set.ts [COUNT] [SEED]`: lets the analyser hear calls of the tuning part, and writes what
 * the greeting model sees of each, every 20 ms, for `train-greeting-model.py` to learn from: `out/call-progress/training.{i16,json}`.
 */
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { corpus } from '../../../sim/audio/corpus.ts';
import { CorpusVoices } from '../../../sim/audio/corpus-voices.ts';
import { CallProgressAnalyser } from '../../../src/audio/call-progress/call-progress-analyser.ts';
import { GreetingInputs, INPUTS, STEP_MS } from '../../../src/audio/call-progress/greeting-inputs.ts';
import { packageRoot } from '../../../src/kernel/package-root.ts';

const count = Number(process.argv[2] ?? 20_000);
const seed = Number(process.argv[3] ?? 20);
const LAST_MS = 2_800;
/** Elapsed ms, then the network's inputs as whole numbers. */
const WIDTH = 1 + INPUTS;
const SCALE = 4_096;

interface TrainingCall {
  readonly machine: boolean;
  readonly language: string;
  readonly voice: string;
  readonly style: string;
  readonly helloFirst: boolean;
  /** True beginning of speech to where the analyser thought it began, ms. */
  readonly lateMs: number;
  /** From the true beginning to the end of the greeting. */
  readonly greetingMs: number;
  /** How many steps, of 1 + inputs numbers, are its own. */
  readonly steps: number;
}

const folder = join(packageRoot(), 'out', 'call-progress');
mkdirSync(folder, { recursive: true });
const out = openSync(join(folder, 'training.i16'), 'w');
const calls: TrainingCall[] = [];
const tell = (line: string): void => console.error(line);
const rows = new Int16Array((LAST_MS / STEP_MS + 2) * WIDTH);
for (const callee of corpus('tuning', CorpusVoices.of('tuning', tell), count, seed, ['person', 'machine'])) {
  let begunMs = -1;
  let filled = 0;
  const inputs = new GreetingInputs();
  const analyser = new CallProgressAnalyser({ phase: 'connected' }, (event) => (begunMs = event.progress === 'start_of_voice' ? event.offsetMs : begunMs), {
    judge: (features) => {
      const step = features.elapsedMs > LAST_MS ? undefined : inputs.take(features);
      if (step === undefined) return undefined;
      rows[filled * WIDTH] = features.elapsedMs;
      step.forEach((value, i) => (rows[filled * WIDTH + 1 + i] = Math.max(-32768, Math.min(32767, Math.round(value * SCALE)))));
      filled += 1;
      return undefined;
    },
  });
  const { speechStartMs = 0, greetingEndMs = 0, scene } = callee.truth;
  analyser.push(callee.samples.subarray(0, Math.min(callee.samples.length, (speechStartMs + LAST_MS + 500) * 8)));
  writeSync(out, new Uint8Array(rows.buffer, 0, filled * WIDTH * 2));
  calls.push({
    machine: callee.kind === 'machine', language: scene?.clip?.language ?? 'syllables', voice: scene?.clip?.voice ?? 'syllables', style: scene?.style ?? '', helloFirst: scene?.helloFirst === true,
    lateMs: begunMs - speechStartMs, greetingMs: greetingEndMs - speechStartMs, steps: filled,
  });
  if (calls.length % 1000 === 0) tell(`${calls.length} of ${count} calls`);
}
closeSync(out);
writeFileSync(join(folder, 'training.json'), JSON.stringify({ seed, inputs: INPUTS, scale: SCALE, calls }));
