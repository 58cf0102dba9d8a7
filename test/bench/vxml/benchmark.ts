import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { QuickjsEngine } from '../../../src/ecmascript/quickjs/quickjs-engine.ts';
import { UndiciFetcher } from '../../../src/fetch/undici/undici-fetcher.ts';
import { SystemClock } from '../../../src/kernel/clock.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { parseDocument } from '../../../src/vxml/document/parse-document.ts';
import { VxmlHost } from '../../../src/vxml/host.ts';
import { defaultLimits } from '../../../src/vxml/session/limits.ts';
import type { Benchmark, BenchmarkOutcome, Goal } from '../benchmark.ts';

/** A dialog of five fields, as a campaign would run: a prompt and a grammar each, one check in ECMAScript, values back at the end. */
const fields = Array.from({ length: 5 }, (_, i) => `
    <field name="f${i}">
      <prompt>Question ${i}, press a key.</prompt>
      <grammar mode="dtmf" version="1.0" root="r" tag-format="semantics/1.0-literals"><rule id="r" scope="public"><one-of><item>1<tag>yes</tag></item><item>2<tag>no</tag></item></one-of></rule></grammar>
      <nomatch><reprompt/></nomatch>
      <filled><if cond="f${i} == 'yes'"><assign name="n" expr="n + 1"/></if></filled>
    </field>`).join('');
const document = `<?xml version="1.0" encoding="UTF-8"?>
<vxml version="2.1" xmlns="http://www.w3.org/2001/vxml" xml:lang="en-US">
  <var name="n" expr="0"/>
  <form id="questions">${fields}
    <block><exit namelist="n f0 f1 f2 f3 f4"/></block>
  </form>
</vxml>`;

interface Waiting {
  readonly resolve: (value: unknown) => void;
}

/** A telephone that plays at once and answers each wait with key 1, unless it is told to leave callers waiting. */
class Bench {
  readonly host: VxmlHost;
  readonly #waiting = new Map<string, Waiting>();
  readonly #started = new Map<string, (at: number) => void>();
  answering = true;
  ended = 0;

  constructor(scripts: QuickjsEngine, fetcher: UndiciFetcher, folder: string) {
    this.host = new VxmlHost(
      { clock: new SystemClock(), logger: silentLogger, scripts, fetcher, audioFolder: join(folder, 'audio') },
      {
        prepared: (dialog) => this.#done(`${dialog} prepared`, undefined),
        started: () => undefined,
        failed: (dialog, event, reason) => this.#done(dialog, `${event} ${reason}`),
        ended: (dialog, end) => {
          this.ended += 1;
          this.#done(dialog, end);
        },
        command: (dialog, command) => {
          if (command.name === 'play') {
            this.#started.get(dialog)?.(performance.now());
            this.#started.delete(dialog);
            setImmediate(() => this.host.deliver(dialog, { name: 'play.done', play: command.play, how: 'finished' }));
          }
          if (command.name === 'listen') {
            if (this.answering) setImmediate(() => this.host.deliver(dialog, { name: 'dtmf', digit: '1' }));
            else this.#done(`${dialog} waits`, undefined);
          }
        },
      },
    );
  }

  wait(what: string): Promise<unknown> {
    return new Promise((resolve) => this.#waiting.set(what, { resolve }));
  }

  /** Milliseconds from the start of a prepared dialog until its first prompt is sent to the media. */
  firstPrompt(dialog: string): Promise<number> {
    const at = performance.now();
    return new Promise((resolve) => this.#started.set(dialog, (now) => resolve(now - at)));
  }

  #done(what: string, value: unknown): void {
    this.#waiting.get(what)?.resolve(value);
    this.#waiting.delete(what);
  }
}

export const benchmark: Benchmark = {
  async run(): Promise<BenchmarkOutcome> {
    const folder = mkdtempSync(join(tmpdir(), 'nailup-bench-vxml-'));
    const file = join(folder, 'survey.vxml');
    writeFileSync(file, document);
    const uri = pathToFileURL(file).href;
    const scripts = await QuickjsEngine.create();
    const fetcher = new UndiciFetcher({ fileRoots: [folder] });
    const bench = new Bench(scripts, fetcher, folder);
    const run = async (id: string): Promise<void> => {
      const end = bench.wait(id);
      bench.host.start({ dialog: id }, { dialog: id, uri });
      const how = (await end) as { how?: string; values?: { n?: number } };
      if (how.how !== 'exit' || how.values?.n !== 5) throw new Error(`a dialog ended wrongly: ${JSON.stringify(how)}`);
    };
    for (let i = 0; i < 100; i++) await run(`warm-${i}`);
    const total = 1500;
    const cpu = process.cpuUsage();
    const startedAt = performance.now();
    let next = 0;
    await Promise.all(Array.from({ length: 20 }, async () => {
      while (next < total) await run(`run-${next++}`);
    }));
    const seconds = (performance.now() - startedAt) / 1000;
    const used = process.cpuUsage(cpu);
    const cpuSeconds = (used.user + used.system) / 1e6;
    const perCore = total / cpuSeconds;

    const first: number[] = [];
    for (let i = 0; i < 200; i++) {
      const id = `first-${i}`;
      const prepared = bench.wait(`${id} prepared`);
      bench.host.prepare({ dialog: id, uri });
      await prepared;
      const end = bench.wait(id);
      const heard = bench.firstPrompt(id);
      bench.host.start({ dialog: id });
      first.push(await heard);
      await end;
    }
    first.sort((a, b) => a - b);
    const p95 = first[Math.floor(first.length * 0.95)] ?? 0;

    bench.answering = false;
    const idle = 300;
    collectGarbage();
    const before = process.memoryUsage();
    const wasm = scripts.memoryBytes;
    for (let i = 0; i < idle; i++) {
      const waits = bench.wait(`idle-${i} waits`);
      bench.host.start({ dialog: `idle-${i}` }, { dialog: `idle-${i}`, uri });
      await waits;
    }
    collectGarbage();
    const after = process.memoryUsage();
    const scriptKb = Array.from({ length: idle }, (_, i) => bench.host.memoryBytes(`idle-${i}`)).reduce((a, b) => a + b, 0) / idle / 1024;
    const heapKb = (after.heapUsed - before.heapUsed) / idle / 1024;
    const wasmKb = (scripts.memoryBytes - wasm) / idle / 1024;
    const idleKb = Math.max(scriptKb, wasmKb) + Math.max(heapKb, 0);
    bench.host.close();

    const parses = 300;
    const parseAt = performance.now();
    for (let i = 0; i < parses; i++) parseDocument(document, uri, defaultLimits);
    const parseMs = (performance.now() - parseAt) / parses;
    const hitAt = performance.now();
    const hits = 300;
    for (let i = 0; i < hits; i++) {
      const prepared = bench.wait(`hit-${i} prepared`);
      bench.host.prepare({ dialog: `hit-${i}`, uri });
      await prepared;
      bench.host.terminate(`hit-${i}`);
    }
    const hitMs = (performance.now() - hitAt) / hits;
    await fetcher.close();
    rmSync(folder, { recursive: true, force: true });

    const goals: Goal[] = [
      { name: 'dialogs of five fields per second per core', goal: 'at least 200', measured: round(perCore), met: perCore >= 200 },
      { name: 'memory of an idle dialog', goal: 'at most 250 KB', measured: `${round(idleKb)} KB`, met: idleKb <= 250 },
      { name: 'start of a prepared dialog to its first prompt, p95', goal: 'at most 40 ms', measured: `${p95.toFixed(2)} ms`, met: p95 <= 40 },
    ];
    return {
      title: 'VoiceXML dialogs of five fields, one thread, telephone that answers at once',
      columns: ['measure', 'value', 'unit'],
      rows: [
        ['dialogs started and finished', round(total / seconds), 'per second'],
        ['the same per core of CPU', round(perCore), 'per second'],
        ['idle dialog, ECMAScript', round(Math.max(scriptKb, wasmKb)), 'KB'],
        ['idle dialog, interpreter', round(heapKb), 'KB'],
        ['first prompt after the start, median', (first[first.length >> 1] ?? 0).toFixed(2), 'ms'],
        ['first prompt after the start, p95', p95.toFixed(2), 'ms'],
        ['parsing and checking the document', parseMs.toFixed(3), 'ms'],
        ['preparing it when it is in the cache', hitMs.toFixed(3), 'ms'],
      ],
      goals,
      measured: { perSecond: total / seconds, perCore, scriptKb, wasmKb, heapKb, firstPromptMs: first, parseMs, hitMs },
    };
  },
};

/** Node gives it out only under a flag. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

const round = (n: number): number => Math.round(n);
