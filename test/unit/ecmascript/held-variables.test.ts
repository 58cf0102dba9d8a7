import type { ScriptContext, ScriptOutcome, ScriptScope } from '../../../src/ecmascript/ecmascript.ts';
import { QuickjsEngine } from '../../../src/ecmascript/quickjs/quickjs-engine.ts';
import { SeededRandom } from '../../../src/kernel/random.ts';

/** One context with scopes as a session has them. `held: false`: a text that says a scope's name ends the holding before it begins. */
function open(engine: QuickjsEngine, held: boolean): { readonly context: ScriptContext; readonly outer: ScriptScope } {
  const context = engine.createContext({ memoryBytes: 4 * 1024 * 1024, evaluationMs: 1000 });
  const outer = context.openScope(context.root, 'theScope', { named: true });
  if (!held) context.evaluate(outer, 'typeof theScope');
  context.setReadOnly(context.root, 'd', { x: 1, y: { z: 's', n: null }, list: [1, 2] });
  for (const name of ['a', 'b', 'c']) context.declare(outer, name);
  context.declare(outer, 'o', 'new Object()');
  return { context, outer };
}

const names = ['a', 'b', 'c', 'o'];
const expressions = [
  'a', 'b', 'c', 'o', 'd', 'o.p', 'o.q.r', 'd.x', 'd.y.z', 'd.y', 'd.list.length', 'd.late', "'text'", '7', 'undefined', 'null', '-0', 'a + b', "a + 'x'", 'a == b', 'a === c', '!a', "a ? 'yes' : c", 'a && b', 'b || o.p', 'missing',
  'missing.p', 'a.p', 'typeof a', 'f && f()', 'g && g(a)', '[a, b]', '{p: a, q: {r: b}}', 'a = b', 'c++', 'o.p = a', '(o.q = {r: c}, 1)', 'f', 'a.length', "'\\u0000' + a", 'Math', 'NaN', '1/0', 'e.p', 'e.q.r', 'e', 'o.m && o.m()',
];
const scripts = [
  "a = 1; b = 'two';", 'function f() { a = a + 1; return a; }', 'var g = function (x) { c = x; return b; };', 'o = {p: a, q: {r: b}};', '[a, b] = [b, a];', "for (c in {k: 1}) { b = c; }", 'var late = a;', 'o.m = function () { b = 5; return c; };',
  'throw a', 'a = {p: 1}', 'if (o) { o.p = 3; }', '({p: b} = {p: 9});', 'let s = 4; c = s;', 'b = d.y.z; a = d;',
];

describe('variables that are held outside the realm', () => {
  let engine: QuickjsEngine;
  beforeAll(async () => {
    engine = await QuickjsEngine.create({ maxMemoryBytes: 256 * 1024 * 1024 });
  });
  afterAll(() => expect(engine.contexts).toBe(0));

  it('never differ from what the realm alone would answer', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const random = new SeededRandom(seed);
      const pick = <T>(list: readonly T[]): T => list[Math.floor(random.next() * list.length)] as T;
      // A few texts for each walk, so that the same places are read and written again and again.
      const few = <T>(list: readonly T[], count: number): T[] => Array.from({ length: count }, () => pick(list));
      const [someTexts, someScripts, someTargets] = [few(expressions, seed % 2 === 0 ? 8 : 3), few(scripts, 3), few(['a', 'b', 'c', 'o', 'o.p', 'o.q.r', 'late', 'd.x', 'missing'], seed % 2 === 0 ? 4 : 2)];
      const both = [open(engine, true), open(engine, false)];
      let inner: ScriptScope[] | undefined;
      const told: string[] = [];
      for (let step = 0; step < 40; step++) {
        const what = random.next();
        const [name, text, source, target] = [pick(names), pick(someTexts), pick(someScripts), pick(someTargets)];
        const [value, path] = [pick([1, 'one', null, undefined, { p: 'set' }]), pick([['x'], ['late'], ['y', 'z']])];
        const inside = random.next() < 0.5;
        let task: (context: ScriptContext, scope: ScriptScope) => ScriptOutcome | boolean;
        if (what < 0.1) {
          told.push(inner === undefined ? 'open' : 'close');
          const before = inner;
          inner = before === undefined ? both.map(({ context, outer }) => context.openScope(outer, 'transientScope', { deferred: { variable: 'e', value: () => ({ p: 'event', q: { r: step } }) } })) : undefined;
          before?.forEach((scope, i) => both[i]?.context.closeScope(scope));
          continue;
        }
        if (what < 0.15) {
          told.push('patch d');
          for (const { context } of both) context.patchReadOnly(context.root, 'd', path, step);
          continue;
        }
        if (what < 0.35) task = (context, scope) => context.declare(scope, name, text);
        else if (what < 0.55) task = (context, scope) => context.assign(scope, target, text);
        else if (what < (seed % 4 < 2 ? 0.7 : 0.56)) task = (context, scope) => context.run(scope, source);
        else if (what > 0.95) task = (context, scope) => context.set(scope, name, value);
        else if (what > 0.92) task = (context, scope) => context.has(scope, name);
        else if (what > 0.87) task = (context, scope) => context.test(scope, text);
        else if (what > 0.82) task = (context, scope) => context.text(scope, text);
        else task = (context, scope) => context.evaluate(scope, text);
        told.push(`${what.toFixed(2)} ${inside ? 'inner' : 'outer'} ${name} | ${target} | ${text} | ${source}`);
        const answers = both.map(({ context, outer }, i) => task(context, (inside ? inner?.[i] : undefined) ?? outer));
        expect([seed, told.slice(-12), answers[0]]).toEqual([seed, told.slice(-12), answers[1]]);
      }
      const ends = both.map(({ context, outer }) => [...names, 'late', 'd'].map((name) => context.evaluate(outer, name)));
      expect([seed, ends[0]]).toEqual([seed, ends[1]]);
      for (const { context } of both) context.dispose();
    }
  });

  it('are read anew once a property that was read is assigned, under every name that the object has', () => {
    const { context, outer } = open(engine, true);
    const read = (text: string): unknown => { const outcome = context.evaluate(outer, text); return outcome.ok ? outcome.value : outcome.message; };
    context.assign(outer, 'a', 'o');
    expect([read('o.p'), read('a.p')]).toEqual([undefined, undefined]);
    context.assign(outer, 'o.p', '7');
    expect([read('o.p'), read('a.p')]).toEqual([7, 7]);
    context.assign(outer, 'a.p', '8');
    expect([read('o.p'), read('a.p')]).toEqual([8, 8]);
    context.dispose();
  });

  it('are read anew after a compiled assignment, however its target is written', () => {
    for (const target of ['b', '(b)', ' b ', '((b))', '/* b */ b']) {
      const { context, outer } = open(engine, true);
      context.assign(outer, 'b', '1');
      expect(context.evaluate(outer, 'b')).toEqual({ ok: true, value: 1 });
      expect([target, context.assign(outer, target, '[4].pop()').ok]).toEqual([target, true]);
      expect([target, context.evaluate(outer, 'b')]).toEqual([target, { ok: true, value: 4 }]);
      context.dispose();
    }
  });

  it('are seen with their last values by a function that outlives their scope', () => {
    const { context, outer } = open(engine, true);
    const inner = context.openScope(outer, 'transientScope', { named: true });
    context.declare(inner, 'mine', "'first'");
    expect(context.run(inner, 'a = function () { return mine; };').ok).toBe(true);
    context.assign(inner, 'mine', "'last'");
    context.closeScope(inner);
    expect(context.evaluate(outer, 'a()')).toEqual({ ok: true, value: 'last' });
    context.dispose();
  });

  it('are the realm\'s once a text can reach a scope by other ways than the names of its variables', () => {
    for (const [script, expected] of [
      ['function put() { this.b = 4; } put();', 4], ["delete b;", 'ReferenceError'], ['Object.defineProperty(o, "p", { get: function () { b = 4; return 1; } });', 4], ['o = { get p() { b = 4; return 1; } };', 4],
      ["eval('b = 4')", 4], ['theScope.b = 4', 4], ['new Function("x", "return x")(1); b = 4', 4], ["o = new Proxy({}, { has: function () { return true; }, get: function () { b = 4; return 1; } });", 4],
    ] as const) {
      const { context, outer } = open(engine, true);
      context.assign(outer, 'b', '1');
      context.assign(outer, 'c', 'b');
      context.run(outer, script);
      context.evaluate(outer, 'o.p');
      const outcome = context.evaluate(outer, 'b');
      expect([script, outcome.ok ? outcome.value : outcome.message.split(':')[0]]).toEqual([script, expected]);
      context.dispose();
    }
  });
});
