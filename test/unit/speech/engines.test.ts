import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RecognitionServer } from '../../../sim/speech/recognition-server.ts';
import { DtmfGenerator } from '../../../src/audio/dtmf-generator.ts';
import { encodeWav } from '../../../src/audio/wav-writer.ts';
import { SystemClock } from '../../../src/kernel/clock.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { CachingSynthesizer } from '../../../src/speech/cache/caching-synthesizer.ts';
import { runChild } from '../../../src/speech/child-process.ts';
import { EspeakSynthesizer } from '../../../src/speech/espeak/espeak-synthesizer.ts';
import { HttpRecognizer } from '../../../src/speech/http/http-recognizer.ts';
import { HttpSynthesizer } from '../../../src/speech/http/http-synthesizer.ts';
import { plainTextOf } from '../../../src/speech/plain-text.ts';
import { srgsToJsgf } from '../../../src/speech/pocketsphinx/srgs-to-jsgf.ts';
import type { RecognitionOutcome } from '../../../src/speech/recognizer.ts';
import { SynthesizerChain } from '../../../src/speech/synthesizer-chain.ts';
import type { SynthesisOutcome, SynthesisRequest, Synthesizer } from '../../../src/speech/synthesizer.ts';

const never = new AbortController().signal;
const request = (text: string, more: Partial<SynthesisRequest> = {}): SynthesisRequest => ({ text, ssml: false, language: 'en', ...more });
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'speech-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A stand-in program: a shell script in a file of its own. */
function program(name: string, body: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

describe('child processes of engines', () => {
  it('collects stdout and feeds stdin', async () => {
    expect((await runChild('cat', [], 'hello', { timeoutMs: 5000 })).stdout.toString()).toBe('hello');
  });

  it('says that a program is not installed', async () => {
    expect(await runChild('no-such-engine', [], '', { timeoutMs: 5000 })).toMatchObject({ ok: false, reason: expect.stringMatching(/ENOENT/) });
  });

  it('ends one that takes too long or is no longer wanted', async () => {
    expect(await runChild('sleep', ['30'], '', { timeoutMs: 50 })).toMatchObject({ ok: false, reason: expect.stringMatching(/no answer within 50 ms/) });
    const abort = new AbortController();
    const running = runChild('sleep', ['30'], '', { timeoutMs: 30_000, signal: abort.signal });
    abort.abort();
    expect(await running).toMatchObject({ ok: false, reason: expect.stringMatching(/aborted/) });
  });

  it('tells exit code and the last words', async () => {
    expect(await runChild(program('bad', 'echo no voice >&2; exit 3'), [], '', { timeoutMs: 5000 })).toMatchObject({ ok: false, reason: expect.stringMatching(/3: no voice/) });
  });
});

describe('espeak-ng', () => {
  it('passes language, voice and speed as arguments and the text by stdin, never through a shell', async () => {
    writeFileSync(join(folder, 'answer.wav'), encodeWav({ encoding: 'linear16', sampleRate: 22050, channels: 1 }, new Int16Array(100).fill(7)));
    const command = program('espeak-ng', `echo "$@" > ${join(folder, 'args')}; cat > ${join(folder, 'text')}; cat ${join(folder, 'answer.wav')}`);
    const engine = new EspeakSynthesizer({ command });
    const outcome = await engine.synthesize(request('$(touch /tmp/x); `id`', { language: 'pt-BR', rate: 2, voice: 'f3' }), never);
    expect(outcome).toMatchObject({ ok: true, sampleRate: 22050 });
    const { readFileSync } = await import('node:fs');
    expect(readFileSync(join(folder, 'args'), 'utf8')).toMatch(/-v pt-br\+f3 -s 330 --stdin --stdout/);
    expect(readFileSync(join(folder, 'text'), 'utf8')).toBe('$(touch /tmp/x); `id`');
  });

  it('speaks no language that it has no voice for, and tells when it is not installed', async () => {
    const engine = new EspeakSynthesizer({ command: 'no-such-engine' });
    expect(await engine.synthesize(request('x', { language: 'tlh' }), never)).toMatchObject({ ok: false, kind: 'unspoken' });
    expect(await engine.synthesize(request('x'), never)).toMatchObject({ ok: false, kind: 'failed' });
    expect(await engine.probe()).toMatchObject({ ok: false });
  });
});

describe('an engine behind HTTP', () => {
  let server: Server;
  let url: string;
  let status = 200;
  let seen: { headers: Record<string, unknown>; body: string } | undefined;
  beforeEach(async () => {
    status = 200;
    server = createServer((req, res) => {
      let body = '';
      req.on('data', (c: Buffer) => (body += c.toString('utf8')));
      req.on('end', () => {
        seen = { headers: req.headers, body };
        res.writeHead(status).end(status === 200 ? encodeWav({ encoding: 'ulaw', sampleRate: 8000, channels: 1 }, new Int16Array(800).fill(1000)) : 'no');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/tts`;
  });
  afterEach(() => new Promise((resolve) => {
    server.closeAllConnections();
    server.close(resolve);
  }));

  it('posts text with language, voice and rate, and reads the WAV', async () => {
    const engine = new HttpSynthesizer({ url, languages: ['en'], headers: { Authorization: 'Bearer t' } });
    const outcome = await engine.synthesize(request('héllo', { voice: 'a', rate: 1.5 }), never);
    expect(outcome.ok && outcome.samples.length).toBe(800);
    expect(seen?.body).toBe('héllo');
    expect(seen?.headers).toMatchObject({ 'content-language': 'en', 'x-voice': 'a', 'x-rate': '1.5', authorization: 'Bearer t' });
  });

  it('tells what is unspoken from what failed', async () => {
    const engine = new HttpSynthesizer({ url, languages: ['en'], maxBytes: 100 });
    expect(await engine.synthesize(request('x'), never)).toMatchObject({ ok: false, kind: 'failed', reason: expect.stringMatching(/too long/) });
    status = 422;
    expect(await engine.synthesize(request('x'), never)).toMatchObject({ ok: false, kind: 'unspoken' });
    status = 500;
    expect(await engine.synthesize(request('x'), never)).toMatchObject({ ok: false, kind: 'failed', reason: expect.stringMatching(/500/) });
  });
});

class CountingEngine implements Synthesizer {
  readonly name = 'counting';
  readonly languages = ['en'];
  calls = 0;
  outcome: SynthesisOutcome = { ok: true, sampleRate: 8000, samples: new Int16Array(8000).fill(5), marks: [] };
  async synthesize(): Promise<SynthesisOutcome> {
    this.calls += 1;
    await Promise.resolve();
    return this.outcome;
  }
}

describe('the cache of spoken text', () => {
  it('speaks the same text once, at the same time or later, and tells other voices and rates apart', async () => {
    const engine = new CountingEngine();
    const cache = new CachingSynthesizer(engine, { folder }, { clock: new SystemClock(), logger: silentLogger });
    const both = await Promise.all([cache.synthesize(request('a'), never), cache.synthesize(request('a'), never)]);
    expect(both.every((o) => o.ok && o.samples.length === 8000)).toBe(true);
    await cache.synthesize(request('a'), never);
    expect(engine.calls).toBeLessThanOrEqual(2);
    const before = engine.calls;
    await cache.synthesize(request('a', { voice: 'x' }), never);
    await cache.synthesize(request('a', { rate: 2 }), never);
    await cache.synthesize(request('a', { language: 'de' }), never);
    await cache.synthesize(request('a', { ssml: true }), never);
    expect(engine.calls).toBe(before + 4);
  });

  it('outlives the process, and a broken file counts as absent', async () => {
    const engine = new CountingEngine();
    const make = (): CachingSynthesizer => new CachingSynthesizer(engine, { folder }, { clock: new SystemClock(), logger: silentLogger });
    await make().synthesize(request('a'), never);
    await make().synthesize(request('a'), never);
    expect(engine.calls).toBe(1);
    for (const name of readdirSync(folder)) writeFileSync(join(folder, name), 'broken');
    expect(await make().synthesize(request('a'), never)).toMatchObject({ ok: true });
    expect(engine.calls).toBe(2);
  });

  it('keeps to its size and leaves nothing half written', async () => {
    const engine = new CountingEngine();
    const cache = new CachingSynthesizer(engine, { folder, maxBytes: 100_000 }, { clock: new SystemClock(), logger: silentLogger });
    for (let i = 0; i < 20; i++) await cache.synthesize(request(`text ${i}`), never);
    await cache.idle();
    const names = readdirSync(folder);
    expect(names.length).toBeLessThanOrEqual(6);
    expect(names.every((n) => n.endsWith('.wav'))).toBe(true);
  });

  it('does not keep failures, and speaks though the disk fails', async () => {
    const engine = new CountingEngine();
    const cache = new CachingSynthesizer(engine, { folder: join(program('a-file', ''), 'below') }, { clock: new SystemClock(), logger: silentLogger });
    expect(await cache.synthesize(request('a'), never)).toMatchObject({ ok: true });
    engine.outcome = { ok: false, kind: 'failed', reason: 'x' };
    const other = new CachingSynthesizer(engine, { folder }, { clock: new SystemClock(), logger: silentLogger });
    await other.synthesize(request('a'), never);
    expect(readdirSync(folder)).toEqual(['a-file']);
  });
});

describe('the chain of engines', () => {
  it('takes the first that can, and names every reason when none can', async () => {
    const a = new CountingEngine();
    const b = new CountingEngine();
    a.outcome = { ok: false, kind: 'unspoken', reason: 'no such word' };
    const warnings: string[] = [];
    const chain = new SynthesizerChain([a, b], { ...silentLogger, warn: (_f, m) => warnings.push(m) });
    expect(await chain.synthesize(request('x'), never)).toMatchObject({ ok: true });
    b.outcome = { ok: false, kind: 'unspoken', reason: 'not English' };
    expect(await chain.synthesize(request('x'), never)).toEqual({ ok: false, kind: 'unspoken', reason: 'counting: no such word; counting: not English' });
    expect(warnings).toHaveLength(1);
    expect(await chain.unspoken([request('x')], never)).toHaveLength(1);
    expect(await new SynthesizerChain([], silentLogger).synthesize(request('x'), never)).toMatchObject({ ok: false, reason: expect.stringMatching(/no synthesiser/) });
  });
});

describe('plain text of SSML', () => {
  it('is its words, with aliases', () => {
    expect(plainTextOf('<speak>Hello <sub alias="World Wide Web">WWW</sub><desc>x</desc></speak>')).toBe('Hello World Wide Web');
    expect(plainTextOf('<speak>')).toBeUndefined();
  });
});

describe('recognition over HTTP', () => {
  const server = new RecognitionServer();
  let url: string;
  beforeAll(async () => {
    url = await server.start();
  });
  afterAll(() => server.stop());
  const recognised = (audio: Int16Array, maxSpeechMs = 20_000): Promise<RecognitionOutcome> =>
    new Promise((resolve) => {
      const stream = new HttpRecognizer({ url, languages: ['en'] }).recognize({ grammars: [{ key: 'g', srgs: '<grammar/>' }], language: 'en', sampleRate: 8000, maxSpeechMs, completeSilenceMs: 400 }, resolve);
      for (let i = 0; i < audio.length; i += 160) stream.push(audio.subarray(i, i + 160));
    });

  it('streams audio and takes the answer before the audio ends', async () => {
    const audio = new Int16Array(8000 * 3);
    const generator = new DtmfGenerator();
    generator.send('42', 100, 100);
    generator.process(audio.subarray(4000, 4000 + 3200));
    expect(await recognised(audio)).toEqual({ kind: 'match', alternatives: [{ utterance: 'four two', confidence: 0.93 }] });
    expect(server.openings.at(-1)).toMatchObject({ language: 'en', sampleRate: 8000, grammars: [{ key: 'g' }] });
  });

  it('ends the audio at the longest speech: nothing heard is noinput', async () => {
    expect(await recognised(new Int16Array(8000), 500)).toEqual({ kind: 'noinput' });
  });

  it('fails with a reason when nobody answers there', async () => {
    const outcome = await new Promise<RecognitionOutcome>((resolve) => {
      new HttpRecognizer({ url: 'http://127.0.0.1:1/x', languages: ['en'] }).recognize({ grammars: [], language: 'en', sampleRate: 8000, maxSpeechMs: 1000, completeSilenceMs: 400 }, resolve);
    });
    expect(outcome).toMatchObject({ kind: 'failed', reason: expect.stringMatching(/ECONNREFUSED/) });
  });
});

describe('SRGS to JSGF', () => {
  const grammar = (body: string, root = 'r'): { key: string; srgs: string } => ({ key: 'k', srgs: `<grammar xmlns="http://www.w3.org/2001/06/grammar" version="1.0" mode="voice" root="${root}">${body}</grammar>` });
  it('takes alternatives, weights, repeats and local references', () => {
    const jsgf = srgsToJsgf([grammar('<rule id="r"><item repeat="0-1">please</item><one-of><item weight="2">yes</item><item>no<tag>x</tag></item></one-of><ruleref uri="#d"/></rule><rule id="d"><item repeat="2-">one</item></rule>')]);
    expect(jsgf.ok && jsgf.value.jsgf).toContain('<g0_r> = [(please)] (/2/ (yes) | (no)) <g0_d>;');
    expect(jsgf.ok && jsgf.value.jsgf).toContain('<g0_d> = (one) (one) (one)*;');
    expect(jsgf.ok && jsgf.value.jsgf).toContain('public <any> = <g0_r>;');
  });
  it('leaves out alternatives whose words nobody can pronounce, and tells which', () => {
    const knows = (word: string): boolean => ['yes', 'no'].includes(word);
    const jsgf = srgsToJsgf([grammar('<rule id="r"><one-of><item>yes</item><item>nailup</item><item>7</item><item>a.m.</item></one-of></rule>')], knows);
    expect(jsgf.ok && jsgf.value.jsgf).toContain('<g0_r> = ((yes));');
    expect(jsgf.ok && jsgf.value.unknown).toEqual(['nailup']);
    const nothing = srgsToJsgf([grammar('<rule id="r">nailup <item>yes</item></rule>')], knows);
    expect(!nothing.ok && nothing.error).toBe('grammar k: "nailup" is not in the dictionary');
  });
  it.each([
    [grammar('<rule id="r"><ruleref uri="http://x/y.grxml"/></rule>'), /reference to http/], [grammar('<rule id="q">a</rule>'), /root rule r/], [{ key: 'k', srgs: '<grammar' }, /well-formed/], [grammar('<rule id="r">a;b</rule>'), /no words/],
  ])('refuses what it cannot turn', (bad, reason) => {
    const jsgf = srgsToJsgf([bad]);
    expect(!jsgf.ok && jsgf.error).toMatch(reason);
  });
});
