import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { QuickjsEngine } from '../../../src/ecmascript/quickjs/quickjs-engine.ts';

const limits = { memoryBytes: 16 * 1024 * 1024, evaluationMs: 500 };

describe('quickjs-engine', () => {
  it('never takes more than its maximum, whatever its contexts do together, and says when it is used up', async () => {
    const engine = await QuickjsEngine.create({ maxMemoryBytes: 32 * 1024 * 1024 });
    const contexts = Array.from({ length: 4 }, () => engine.createContext(limits));
    for (const context of contexts) {
      const outcome = context.run(context.root, 'var a = []; for (;;) a.push("abcdefghij".repeat(1000) + a.length);');
      expect(outcome).toMatchObject({ ok: false });
      expect(engine.memoryBytes).toBeLessThanOrEqual(32 * 1024 * 1024);
    }
    expect(engine.broken).toBeUndefined();
    if (engine.exhausted) expect(() => engine.createContext(limits)).toThrow('no memory left');
    for (const context of contexts) context.dispose();
    expect(engine.exhausted).toBe(false);
    expect(engine.contexts).toBe(0);
  });

  it('gives back what a thousand contexts took', async () => {
    const engine = await QuickjsEngine.create();
    const cycle = (): void => {
      const context = engine.createContext(limits);
      const scope = context.openScope(context.root, 'document', { named: true });
      context.run(scope, 'var o = {}; o.self = o; function f() { return o }');
      context.setReadOnly(scope, 'event$', { a: [1, 2] });
      context.evaluate(scope, '[f(), event$, nope]');
      context.dispose();
      context.dispose();
    };
    for (let i = 0; i < 100; i++) cycle();
    const before = engine.memoryBytes;
    for (let i = 0; i < 1000; i++) cycle();
    expect(engine.memoryBytes).toBe(before);
    expect(engine.contexts).toBe(0);
  });

  it('refuses a closed context and a closed scope instead of failing inside', async () => {
    const engine = await QuickjsEngine.create();
    const context = engine.createContext(limits);
    const scope = context.openScope(context.root, 'document');
    context.closeScope(scope);
    expect(() => context.evaluate(scope, '1 + 1')).toThrow('closed');
    context.dispose();
    expect(context.evaluate(context.root, '1 + x')).toMatchObject({ ok: false, message: 'the script context is closed' });
  });

  it('works in a worker thread', async () => {
    const url = JSON.stringify(new URL('../../../src/ecmascript/quickjs/quickjs-engine.ts', import.meta.url).href);
    const worker = new Worker(`
      const { parentPort } = require('node:worker_threads');
      import('tsx/esm/api').then(async ({ register }) => {
        register();
        const { QuickjsEngine } = await import(${url});
        const context = (await QuickjsEngine.create()).createContext(${JSON.stringify(limits)});
        parentPort.postMessage([context.evaluate(context.root, '[1, 2].length + 1'), context.evaluate(context.root, "eval('('.repeat(20000) + ')'.repeat(20000))").ok]);
        context.dispose();
      });`, { eval: true, execArgv: [] });
    const [message] = (await once(worker, 'message')) as [unknown];
    expect(message).toEqual([{ ok: true, value: 3 }, false]);
    await worker.terminate();
  });
});
