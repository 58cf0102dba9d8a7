import type { ScriptContext, ScriptOutcome, ScriptScope } from '../../../src/ecmascript/ecmascript.ts';
import { QuickjsEngine } from '../../../src/ecmascript/quickjs/quickjs-engine.ts';
import { SeededRandom } from '../../../src/kernel/random.ts';

const limits = { memoryBytes: 4 * 1024 * 1024, evaluationMs: 200 };
const told = (outcome: ScriptOutcome): unknown => (outcome.ok ? outcome.value : `${outcome.kind}: ${outcome.message}`);

/** What the host gives a session before and between its expressions. */
interface Given {
  readonly session: ScriptScope;
  readonly application: ScriptScope;
}

function give(context: ScriptContext): Given {
  const session = context.openScope(context.root, 'session', { named: true, readOnly: true });
  context.setReadOnly(session, 'call', { local: { uri: 'a' }, remote: { uri: 'b' }, list: [1, { x: 2 }] });
  context.patchReadOnly(session, 'call', ['originator'], context.reference(session, 'call', ['remote']));
  context.patchReadOnly(session, 'call', ['made', 'below'], 7);
  context.patchReadOnly(session, 'call', ['gone'], 1);
  context.removeReadOnly(session, 'call', ['gone']);
  const application = context.openScope(session, 'application', { named: true, alias: 'document' });
  context.set(application, 'heard', { text: 'one', n: Number.NaN });
  context.set(application, 'plain', 1);
  context.set(application, 'plain', { now: 'an object' });
  context.set(application, 'object', { was: 'an object' });
  context.set(application, 'object', 'plain');
  context.set(application, 'removed', { x: 1 });
  context.remove(application, 'removed');
  context.setConstructed(application, 'made', 'function (d) { const a = d[0]; a.best = d[1]; return a; }', [[1, 2], 'b']);
  return { session, application };
}

const looks = [
  'call.local.uri', 'call.originator.uri', 'call.originator === call.remote', 'call.made.below', 'call.gone', 'typeof call.gone', 'call.list[1].x', 'call.list.constructor === Array', 'call', 'heard', 'heard.text', 'heard.constructor === Object',
  'plain.now', 'plain', 'object', 'typeof removed', 'removed', 'made.best', 'made.length', 'made', 'constructor', 'toString', 'typeof missing', 'missing', 'missing.x', 'undefined', 'heard.text.length', 'call.local.uri = 1', 'call = 1', 'delete call.local', 'heard.text = 5',
  'document === application', 'document.heard.text', 'application.object', 'document.document === document', 'session.call.local.uri', 'Object.keys(application).sort()', "'document' in application", 'document = 4', 'this', 'application',
];

describe('a realm that is made late', () => {
  let engine: QuickjsEngine;
  beforeAll(async () => {
    engine = await QuickjsEngine.create({ maxMemoryBytes: 256 * 1024 * 1024 });
  });
  afterAll(() => expect(engine.contexts).toBe(0));

  it('answers as one that was there from the start, whatever is the first to need it', () => {
    for (const first of looks) {
      const answers = [false, true].map((early) => {
        const context = engine.createContext(limits);
        if (early) context.evaluate(context.root, '[1].length');
        const { application } = give(context);
        const all = [first, ...looks].map((text) => [text, told(context.evaluate(application, text)), told(context.text(application, text)), told(context.test(application, text))]);
        context.dispose();
        return all;
      });
      expect(answers[0]).toEqual(answers[1]);
    }
  });

  it('is not made for plain expressions and values', () => {
    const context = engine.createContext(limits);
    const { session, application } = give(context);
    const dialog = context.openScope(application, 'dialog', { named: true });
    context.declare(dialog, 'n', '0');
    context.declare(dialog, 'f');
    context.set(dialog, 'f', 'yes');
    expect(told(context.test(dialog, "f !== undefined && f == 'yes'"))).toBe(true);
    context.assign(dialog, 'n', 'n + 1');
    expect([told(context.evaluate(dialog, 'n')), told(context.text(dialog, "'n is ' + n"))]).toEqual([1, 'n is 1']);
    expect([context.has(dialog, 'n'), context.has(dialog, 'heard'), context.has(application, 'heard'), context.has(application, 'removed'), context.has(session, 'call')]).toEqual([true, false, true, false, true]);
    context.closeScope(dialog);
    expect(context.memoryBytes()).toBe(0);
    expect(told(context.evaluate(application, 'heard.text'))).toBe('one');
    expect(context.memoryBytes()).toBeGreaterThan(0);
    context.dispose();
    expect(told(context.evaluate(application, 'heard'))).toBe('error: the script context is closed');
  });

  it('gets values as they were when they were set, not as they became', () => {
    const context = engine.createContext(limits);
    const data = { x: 1 };
    context.set(context.root, 'o', data);
    data.x = 2;
    expect(told(context.evaluate(context.root, 'o.x'))).toBe(1);
    context.dispose();
  });

  it('finds what a value refers to as it was when that was set', () => {
    for (const early of [false, true]) {
      const context = engine.createContext(limits);
      if (early) context.evaluate(context.root, '[1].length');
      context.set(context.root, 'a', 'first');
      context.set(context.root, 'o', { a: context.reference(context.root, 'a') });
      context.set(context.root, 'a', 'second');
      expect(told(context.evaluate(context.root, 'o.a'))).toBe('first');
      context.dispose();
    }
  });

  it('keeps what was given to scopes that were closed meanwhile for those who refer to it', () => {
    const context = engine.createContext(limits);
    const scope = context.openScope(context.root, 'inner', { named: true });
    context.set(scope, 'o', { x: 1 });
    context.set(context.root, 'kept', { o: context.reference(scope, 'o') });
    context.closeScope(scope);
    expect(() => context.set(scope, 'o', {})).toThrow('closed');
    expect(told(context.evaluate(context.root, 'kept.o.x'))).toBe(1);
    expect(told(context.evaluate(context.root, 'typeof o'))).toBe('undefined');
    context.dispose();
  });

  it('is made once too much waits for it, and refuses what is too large for it', () => {
    const context = engine.createContext({ memoryBytes: 1024 * 1024, evaluationMs: 200 });
    for (let i = 0; i < 3000; i++) expect(context.set(context.root, 'o', { i }).ok).toBe(true);
    expect(context.memoryBytes()).toBeGreaterThan(0);
    expect(told(context.evaluate(context.root, 'o.i'))).toBe(2999);
    context.dispose();
    const small = engine.createContext({ memoryBytes: 1024 * 1024, evaluationMs: 200 });
    expect(small.set(small.root, 'o', { text: 'x'.repeat(4 * 1024 * 1024) })).toMatchObject({ ok: false, kind: 'memory' });
    expect(told(small.evaluate(small.root, '1 + 1'))).toBe(2);
    small.dispose();
  });

  it('answers after its end that it is closed, made or not', () => {
    for (const early of [false, true]) {
      const context = engine.createContext(limits);
      if (early) context.evaluate(context.root, '[1].length');
      const { application } = give(context);
      context.dispose();
      const closed = { ok: false, kind: 'error', message: 'the script context is closed' };
      expect([context.set(application, 'o', {}), context.setReadOnly(application, 'o', {}), context.patchReadOnly(application, 'o', ['x'], 1), context.removeReadOnly(application, 'o', ['x'])]).toEqual([closed, closed, closed, closed]);
      expect([context.run(application, 'function f() {}'), context.declare(application, 'o', '{}'), context.evaluate(application, 'heard'), context.setConstructed(application, 'o', 'function (d) { return d; }', 1)]).toEqual([closed, closed, closed, closed]);
    }
  });

  it('tells of patches of what is no read-only object at once', () => {
    const context = engine.createContext(limits);
    context.set(context.root, 'o', { x: 1 });
    expect(context.patchReadOnly(context.root, 'o', ['x'], 2).ok).toBe(false);
    expect(context.patchReadOnly(context.root, 'missing', ['x'], 2).ok).toBe(false);
    expect(context.removeReadOnly(context.root, 'missing', ['x']).ok).toBe(false);
    context.dispose();
  });

  it('measures only what is authored, also in the evaluation that makes it', () => {
    const context = engine.createContext({ memoryBytes: 4 * 1024 * 1024, evaluationMs: 30 });
    give(context);
    expect(context.evaluate(context.root, '(function () { for (;;); })()')).toMatchObject({ ok: false, kind: 'timeout' });
    expect(told(context.evaluate(context.root, '[1, 2].length'))).toBe(2);
    context.dispose();
  });

  it('lets go of a scope\'s second name where the scope holds a variable of that name', () => {
    const context = engine.createContext(limits);
    const scope = context.openScope(context.root, 'application', { named: true, alias: 'document' });
    context.set(scope, 'document', 'mine');
    expect(told(context.evaluate(scope, '[document, application.document].join()'))).toBe('mine,mine');
    expect(context.has(scope, 'document')).toBe(true);
    context.dispose();
    const other = engine.createContext(limits);
    const application = other.openScope(other.root, 'application', { named: true, alias: 'document' });
    expect(other.has(application, 'document')).toBe(true);
    other.dispose();
  });
});

describe('declarations that are put off', () => {
  let engine: QuickjsEngine;
  beforeAll(async () => {
    engine = await QuickjsEngine.create({ maxMemoryBytes: 256 * 1024 * 1024 });
  });
  afterAll(() => expect(engine.contexts).toBe(0));

  const script = "hints = {\n  a: p.x, b: p.late, 'c.d': n + 1, e: p.x ? 'yes' : 'no', f: undefined, g: -0\n};\nfunction f(a) { n = n + 1; return a + ':' + n; }\nfunction thrower() { throw new Error('here'); }\nfunction own() { return typeof hints + hints.e; }";
  type Step = (context: ScriptContext, scope: ScriptScope) => ScriptOutcome;
  const steps: Readonly<Record<string, Step>> = {
    'declare hints': (c, s) => c.declare(s, 'hints', 'new Object()'), 'declare literal': (c, s) => c.declare(s, 'literal', "{x: 1, 'y': n, x: 2}"), 'declare nested': (c, s) => c.declare(s, 'literal', '{x: {y: 1}}'), 'declare n': (c, s) => c.declare(s, 'n', '1'),
    'declare p': (c, s) => c.declare(s, 'p', 'session.values.map'), 'declare p again': (c, s) => c.declare(s, 'p', "'primitive'"), 'p of p': (c, s) => c.declare(s, 'q', 'p.below'), 'of missing': (c, s) => c.declare(s, 'q', 'p.missing.x'), 'of prototype': (c, s) => c.declare(s, 'literal', '{x: p.constructor}'),
    'shadow session': (c, s) => c.declare(s, 'session', '5'), 'shadow Object': (c, s) => c.declare(s, 'Object', '5'), 'declare f': (c, s) => c.declare(s, 'f', '7'), script: (c, s) => c.run(s, script), 'bad script': (c, s) => c.run(s, 'nowhere = {a: 1}; function f() { return 1; }'),
    'two objects': (c, s) => c.run(s, 'hints = {a: 1}; literal = {b: hints.a};'), functions: (c, s) => c.run(s, "function f() { return typeof literal; }"), 'named after itself': (c, s) => c.run(s, 'f = {a: 1}; function f() {}'), sloppy: (c, s) => c.run(s, 'hints = {a: 010}; function f() { return 08; }'),
    'see hints': (c, s) => c.evaluate(s, 'hints'), 'see literal': (c, s) => c.evaluate(s, 'literal'), 'see p': (c, s) => c.evaluate(s, 'p.x'), 'see late': (c, s) => c.evaluate(s, 'p.late'), 'see q': (c, s) => c.evaluate(s, 'q'), 'see q.z': (c, s) => c.evaluate(s, 'q.z'), 'late is late': (c, s) => c.test(s, "p.late === undefined && p.toString !== undefined"),
    'assign hints': (c, s) => c.assign(s, 'hints', "'gone'"), 'assign n': (c, s) => c.assign(s, 'n', 'n + 10'), 'assign into': (c, s) => c.assign(s, 'hints.a', "'changed'"), 'assign p': (c, s) => c.assign(s, 'p', "'other'"), 'alias': (c, s) => c.declare(s, 'literal', 'hints'), 'set hints': (c, s) => c.set(s, 'hints', { set: true }),
    'call f': (c, s) => c.evaluate(s, "f('x')"), 'call thrower': (c, s) => c.evaluate(s, 'thrower()'), 'call own': (c, s) => c.evaluate(s, 'own()'), 'name of f': (c, s) => c.evaluate(s, 'f.name'), 'same p': (c, s) => c.evaluate(s, 'p === session.values.map'), 'write p': (c, s) => c.evaluate(s, 'p.x = 2'), 'plain': (c, s) => c.evaluate(s, 'hints.constructor === Object'), 'read only': (c) => c.setReadOnly(c.root, 'hints', { x: 1 }),
    'patch': (c) => c.patchReadOnly(c.root, 'session', ['values', 'map', 'late'], 'came'),
  };
  const start = (early: boolean): { readonly context: ScriptContext; readonly scope: ScriptScope } => {
    const context = engine.createContext(limits);
    if (early) context.evaluate(context.root, '[1].length');
    context.setReadOnly(context.root, 'session', { values: { map: { x: true, below: { z: 1 }, list: [1] } } });
    return { context, scope: context.openScope(context.openScope(context.root, 'application', { named: true }), 'ccxml', { named: true }) };
  };
  const usual = ['declare n', 'declare p', 'declare hints', 'script'];

  it('never differ from those that the realm is given at once', () => {
    const random = new SeededRandom(7);
    const all = Object.keys(steps);
    for (let walk = 0; walk < 600; walk++) {
      const names = walk % 3 === 0 ? [] : [...usual];
      for (let i = 0; i < 14; i++) names.splice(Math.floor(random.next() * (names.length + 1)), 0, all[Math.floor(random.next() * all.length)] as string);
      const ends = [false, true].map((early) => {
        const { context, scope } = start(early);
        let inner = scope;
        const answers = names.map((name, i) => {
          if (i === 5 && walk % 4 === 0) inner = context.openScope(scope, 'transition', { named: true });
          return [name, told((steps[name] as Step)(context, inner))];
        });
        context.dispose();
        return answers;
      });
      expect(ends[0]).toStrictEqual(ends[1]);
    }
  });

  it('need no realm for what the driver page does', () => {
    const { context, scope } = start(false);
    for (const name of usual) expect(told((steps[name] as Step)(context, scope))).toBeUndefined();
    const first = told(context.evaluate(scope, 'hints'));
    expect(first).toEqual({ a: true, b: undefined, 'c.d': 2, e: 'yes', f: undefined, g: -0 });
    expect(told(context.evaluate(scope, 'hints'))).not.toBe(first);
    expect(context.memoryBytes()).toBe(0);
    context.assign(scope, 'n', '20');
    expect(context.evaluate(scope, 'thrower()')).toMatchObject({ ok: false, message: 'Error: here', line: 5, place: 'script' });
    expect(told(context.evaluate(scope, "f('x') + hints['c.d']"))).toBe('x:212');
    context.dispose();
  });
});

describe('texts that end the holding of variables', () => {
  it('are not those that only compare with undefined', async () => {
    const engine = await QuickjsEngine.create();
    const context = engine.createContext(limits);
    context.declare(context.root, 'a', '1');
    expect(told(context.test(context.root, 'a !== undefined'))).toBe(true);
    expect(context.memoryBytes()).toBe(0);
    // An accessor is still seen through.
    context.declare(context.root, 'o', '{}');
    context.run(context.root, "Object.defineProperty(o, 'p', { get: function () { a = 2; return undefined; } });");
    expect(told(context.evaluate(context.root, 'o.p !== undefined'))).toBe(false);
    expect(told(context.evaluate(context.root, 'a'))).toBe(2);
    context.dispose();
  });
});
