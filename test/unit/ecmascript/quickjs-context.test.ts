import type { ScriptContext, ScriptOutcome } from '../../../src/ecmascript/ecmascript.ts';
import { QuickjsEngine } from '../../../src/ecmascript/quickjs/quickjs-engine.ts';

const value = (outcome: ScriptOutcome): unknown => {
  if (!outcome.ok) throw new Error(`${outcome.kind}: ${outcome.message}`);
  return outcome.value;
};
const problem = (outcome: ScriptOutcome) => {
  if (outcome.ok) throw new Error(`no error but ${JSON.stringify(outcome.value)}`);
  return outcome;
};

describe('quickjs-context', () => {
  let engine: QuickjsEngine;
  let context: ScriptContext;
  beforeAll(async () => {
    engine = await QuickjsEngine.create({ maxMemoryBytes: 128 * 1024 * 1024 });
  });
  beforeEach(() => {
    context = engine.createContext({ memoryBytes: 4 * 1024 * 1024, evaluationMs: 200 });
  });
  afterEach(() => context.dispose());
  afterAll(() => expect(engine.contexts).toBe(0));

  it('evaluates expressions to values of every JSON-like kind', () => {
    for (const [expression, expected] of [
      ['1 + 1', 2], ["'a' + \"b\"", 'ab'], ['true && !false', true], ['null', null], ['undefined', undefined], ['0/0', Number.NaN], ['-1/0', -Infinity], ['-0', -0],
      ['[1,,"x",undefined]', [1, undefined, 'x', undefined]], ['({a:{b:[NaN]},f:function(){}, u:undefined})', { a: { b: [Number.NaN] }, u: undefined }],
      ['{a:1}', { a: 1 }], ['"x\\0y"', 'x\0y'], ['new Date(0)', '1970-01-01T00:00:00.000Z'], ["'it\\'s'", "it's"], ['// c\n 5 // d', 5], ['function(){}', undefined],
    ] as const) expect([expression, value(context.evaluate(context.root, expression))]).toEqual([expression, expected]);
    expect(value(context.evaluate(context.root, '(function(){var o={x:1};o.self=o;return o})()'))).toEqual({ x: 1, self: undefined });
  });

  it('converts to boolean and string inside the engine', () => {
    expect(['""', '"0"', '0', 'NaN', '[]', 'null', '1,0'].map((e) => value(context.test(context.root, e)))).toEqual([false, true, false, false, true, false, false]);
    expect(['1.50', '[1,[2]]', '({})', 'null', '({toString:function(){return "t"}})', '1e21'].map((e) => value(context.text(context.root, e)))).toEqual(['1.5', '1,2', '[object Object]', 'null', 't', '1e+21']);
  });

  it('sees outer scopes, writes to the nearest declaration, and names scopes', () => {
    const session = context.openScope(context.root, 'session', { named: true, readOnly: true });
    const application = context.openScope(session, 'application', { named: true });
    const dialog = context.openScope(application, 'dialog', { named: true });
    value(context.set(session, 'id', 's1'));
    value(context.declare(application, 'x', '1'));
    value(context.declare(dialog, 'y', 'x + 1'));
    expect(value(context.assign(dialog, 'x', 'x + y'))).toBeUndefined();
    expect(value(context.evaluate(dialog, '[x, y, application.x, dialog.y, session.id, typeof dialog.x]'))).toEqual([3, 2, 3, 2, 's1', 'undefined']);
    value(context.declare(dialog, 'x', "'inner'"));
    value(context.assign(dialog, 'application.x', '9'));
    expect(value(context.evaluate(dialog, '[x, application.x]'))).toEqual(['inner', 9]);
    expect(context.has(application, 'y')).toBe(false);
    expect(context.has(dialog, 'y')).toBe(true);
    context.remove(dialog, 'y');
    expect(value(context.evaluate(dialog, 'typeof y'))).toBe('undefined');
    expect(problem(context.evaluate(application, 'dialog')).message).toContain('ReferenceError');
    context.closeScope(dialog);
    expect(value(context.evaluate(application, 'x'))).toBe(9);
  });

  it('refuses to assign to what is undeclared or read-only', () => {
    const session = context.openScope(context.root, 'session', { named: true, readOnly: true });
    const scope = context.openScope(session, 'ccxml', { named: true });
    value(context.set(session, 'id', 's1'));
    value(context.setReadOnly(scope, 'event$', { name: 'x', info: { list: [1] } }));
    for (const [name, expression] of [['nope', '1'], ['ccxml.nope', '1'], ['id', '2'], ['session.id', '2'], ['session.other', '2'], ['event$', '1'], ['event$.name', '1'], ['event$.info.list[0]', '2'], ['event$.info.more', '2'], ['nope.x', '1'], ['ccxml', '1']] as const) {
      expect([name, problem(context.assign(scope, name, expression)).kind]).toEqual([name, 'error']);
    }
    for (const script of ['nope = 1', 'session.id = 2', 'event$.name = 2', 'event$.info.list.push(2)', 'delete event$.info', 'session.more = 1', 'Object.defineProperty(event$, "name", {value: 1})', 'Object.setPrototypeOf(event$, null)', 'delete session.id']) {
      expect([script, problem(context.run(scope, script)).kind]).toEqual([script, 'error']);
    }
    expect(problem(context.declare(session, 'v', '1')).message).toContain('read-only');
    expect(value(context.evaluate(scope, '[session.id, event$.name, event$.info.list, typeof nope, Array.isArray(event$.info.list), JSON.stringify(event$)]'))).toEqual(['s1', 'x', [1], 'undefined', true, '{"name":"x","info":{"list":[1]}}']);
    value(context.set(session, 'id', 's2'));
    expect(value(context.evaluate(scope, 'session.id'))).toBe('s2');
  });

  it('keeps the identity of objects across declare and assign', () => {
    const scope = context.openScope(context.root, 'document', { named: true });
    value(context.declare(scope, 'a', '({n: 1, f: function(){ return this.n }})'));
    value(context.declare(scope, 'b', 'a'));
    value(context.declare(scope, 'c'));
    value(context.assign(scope, 'c', 'b'));
    value(context.assign(scope, 'c.n', '7'));
    expect(value(context.evaluate(scope, '[a === b, b === c, a.f(), c.f === a.f]'))).toEqual([true, true, 7, true]);
  });

  it('changes read-only values in place and shares them between names', () => {
    const session = context.openScope(context.root, 'session', { named: true, readOnly: true });
    const scope = context.openScope(session, 'ccxml', { named: true });
    value(context.setReadOnly(session, 'connections', {}));
    value(context.patchReadOnly(session, 'connections', ['c1'], { state: 'ALERTING', input: null }));
    value(context.setReadOnly(scope, 'event$', { name: 'connection.alerting', connection: context.reference(session, 'connections', ['c1']) }));
    value(context.declare(scope, 'kept', 'event$.connection'));
    value(context.patchReadOnly(session, 'connections', ['c1', 'state'], 'CONNECTED'));
    expect(value(context.evaluate(scope, '[kept.state, kept === session.connections.c1, event$.connection === kept]'))).toEqual(['CONNECTED', true, true]);
    value(context.removeReadOnly(session, 'connections', ['c1']));
    expect(value(context.evaluate(scope, '[kept.state, typeof session.connections.c1]'))).toEqual(['CONNECTED', 'undefined']);
  });

  it('lands top-level declarations of a script in the scope', () => {
    const scope = context.openScope(context.root, 'document', { named: true });
    value(context.run(scope, `
      var x = double(2), y, [p, q = 3] = [1];
      for (var i = 0; i < 3; i++) { var inBlock = i }
      for (var k in {z: 1});
      if (x) var w = x
      var later = 'a'
      var asi = 1
      ;[5].forEach(function (n) { var hidden = n; asi += n })
      let l = 1; const c = 2; class K { m() { return 'm' } }
      function double(n) { return n < 0 ? double(-n) : n * 2 }
      var anonymous = function () { return x };
    `));
    expect(value(context.evaluate(scope, '[x, typeof y, p, q, i, inBlock, k, w, later, asi, l, c, new K().m(), double(-4), double.name, document.x, typeof hidden]')))
      .toEqual([4, 'undefined', 1, 3, 3, 2, 'z', 4, 'a', 6, 1, 2, 'm', 8, 'double', 4, 'undefined']);
    value(context.assign(scope, 'x', '10'));
    expect(value(context.evaluate(scope, 'anonymous()'))).toBe(10);
    value(context.run(scope, 'var x; double = function(){ return 0 }'));
    expect(value(context.evaluate(scope, '[x, double(4)]'))).toEqual([10, 0]);
    value(context.run(scope, '<!-- hide\nvar old = 010;\n-->'));
    expect(value(context.evaluate(scope, 'old'))).toBe(8);
  });

  it('tells where an error stands', () => {
    const scope = context.openScope(context.root, 'document', { named: true });
    expect(problem(context.evaluate(scope, '1 +\n  nope.x'))).toMatchObject({ kind: 'error', line: 2, message: expect.stringContaining("ReferenceError: 'nope' is not defined") });
    expect(problem(context.evaluate(scope, '1 +'))).toMatchObject({ kind: 'syntax', line: 1, column: 4 });
    expect(problem(context.evaluate(scope, '1) + (2'))).toMatchObject({ kind: 'syntax', line: 1, column: 2, message: expect.stringContaining('")"') });
    expect(problem(context.evaluate(scope, 'a b'))).toMatchObject({ kind: 'syntax', line: 1, column: 3 });
    expect(problem(context.evaluate(scope, ''))).toMatchObject({ kind: 'syntax' });
    expect(problem(context.run(scope, 'var a = 1;\nvar b = ;', 'page.js'))).toMatchObject({ kind: 'syntax', line: 2, column: 9, place: 'page.js' });
    expect(problem(context.run(scope, 'var a = 1;\n\nfunction f() {\n  throw new Error("boom");\n}\nf();', 'page.js'))).toMatchObject({ kind: 'error', line: 4, place: 'page.js', message: 'Error: boom' });
    expect(problem(context.evaluate(scope, 'f()'))).toMatchObject({ line: 4, place: 'page.js' });
    expect(problem(context.evaluate(scope, '(function(){throw "text"})()')).message).toBe('text');
    expect(problem(context.declare(scope, 'a-b', '1')).kind).toBe('syntax');
    expect(problem(context.assign(scope, 'a + b', '1')).kind).toBe('syntax');
  });

  it('ends loops, recursion and backtracking at the time limit, and goes on afterwards', () => {
    const scope = context.openScope(context.root, 'document');
    for (const expression of ['(function(){for(;;);})()', '(function(){for(;;)try{for(;;);}catch(e){}})()', '/^(a+)+$/.test("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab")']) {
      const started = performance.now();
      expect([expression, problem(context.evaluate(scope, expression)).kind]).toEqual([expression, 'timeout']);
      expect(performance.now() - started).toBeLessThan(1500);
    }
    expect(problem(context.evaluate(scope, '(function f(){return f()+1})()'))).toMatchObject({ kind: 'error', message: expect.stringContaining('stack') });
    expect(value(context.evaluate(scope, '1+1'))).toBe(2);
  });

  it('holds the memory of a context, while its neighbours go on', () => {
    const neighbour = engine.createContext({ memoryBytes: 4 * 1024 * 1024, evaluationMs: 200 });
    for (const expression of ['(function(){var a=[];for(;;)a.push({x:1})})()', '(function(){var s="x";for(;;)s+=s})()', '(function(){var a=[];for(;;)a.push("abcdefghij".repeat(1000)+a.length)})()', 'new ArrayBuffer(1e9)', '"x".repeat(1e8)']) {
      expect(['memory', 'error', 'timeout']).toContain(problem(context.evaluate(context.root, expression)).kind);
      expect(value(neighbour.evaluate(neighbour.root, '[1,2].map(function(n){return n*2})'))).toEqual([2, 4]);
    }
    expect(engine.broken).toBeUndefined();
    expect(engine.memoryBytes).toBeLessThanOrEqual(128 * 1024 * 1024);
    neighbour.dispose();
  });

  it.each([
    "JSON.parse('['.repeat(1e5))", "new RegExp('(?:'.repeat(50000)+')'.repeat(50000))", "(function(){var a=[];for(var i=0;i<20000;i++)a=[a];return String(a)})()", "eval('('.repeat(20000)+')'.repeat(20000))",
    "eval('['.repeat(20000)+']'.repeat(20000))", "eval('function a(){'.repeat(5000)+'}'.repeat(5000))", "eval('`${'.repeat(20000)+'1'+'}`'.repeat(20000))", "(function(){var p={};for(var i=0;i<30000;i++)p=new Proxy(p,{});return p.x})()",
    "(function(){var o={get x(){return this.x}};return o.x})()", '(function f(){try{f()}finally{f()}})()', "(function(){var f=function(){return 1};for(var i=0;i<30000;i++)f=f.bind(null);return f()})()", 'BigInt(2)**BigInt(1000000)',
  ])('survives %s, which runs deep', (expression) => {
    const outcome = context.evaluate(context.root, expression);
    if (!outcome.ok) expect(outcome.kind).toMatch(/^(error|timeout|memory)$/);
    expect(engine.broken).toBeUndefined();
    expect(value(context.evaluate(context.root, '[1].concat(2)'))).toEqual([1, 2]);
  });

  it('gives no way to the host', () => {
    const scope = context.openScope(context.root, 'ccxml', { named: true });
    value(context.setReadOnly(scope, 'event$', { name: 'x' }));
    for (const expression of [
      'event$.constructor.constructor("return process")()', 'this.constructor.constructor("return process")()', 'Function("return globalThis.process")().env', 'require("fs")', 'import("fs")',
      '(0,eval)("process")', 'globalThis.process.exit()', 'Error.prepareStackTrace', 'arguments.callee', 'std.exit(1)', 'os.exec(["id"])', 'new Worker("x")', 'fetch("http://127.0.0.1")', 'setTimeout(function(){},0)',
    ]) {
      const outcome = context.evaluate(scope, expression);
      if (outcome.ok) expect([expression, outcome.value === undefined || typeof outcome.value !== 'function']).toEqual([expression, true]);
      if (outcome.ok) expect([expression, JSON.stringify(outcome.value) ?? 'undefined']).not.toEqual([expression, expect.stringMatching(/pid|PATH|node/)]);
    }
    expect(value(context.evaluate(scope, 'typeof process + typeof require + typeof globalThis.process + typeof console'))).toBe('undefinedundefinedundefinedundefined');
    value(context.run(scope, 'Object.prototype.toJSON = function () { throw 1 }; Array.prototype.push = null; JSON.stringify = JSON.parse = null; Object.keys = null; Error.prototype.toString = null;'));
    expect(value(context.evaluate(scope, '({a:[1]})'))).toEqual({ a: [1] });
    expect(problem(context.evaluate(scope, 'nope')).message).toContain('not defined');
    const other = engine.createContext({ memoryBytes: 4 * 1024 * 1024, evaluationMs: 200 });
    expect(value(other.evaluate(other.root, 'typeof [].push'))).toBe('function');
    other.dispose();
  });

  it('builds objects with methods from host data', () => {
    const scope = context.openScope(context.root, 'document');
    value(context.setConstructed(scope, 'doc', 'function (data) { return Object.freeze({ first: function () { return data.items[0] } }) }', { items: ['one'] }));
    expect(value(context.evaluate(scope, 'doc.first()'))).toBe('one');
    expect(problem(context.assign(scope, 'doc.first', '1')).kind).toBe('error');
  });

  it('takes host data as it is, keys and odd values included', () => {
    const scope = context.openScope(context.root, 'document');
    value(context.set(scope, 'v', { 'a b': [undefined, Number.NaN, Infinity, -0, null, 'x\0y'], ['__proto__']: 1, u: undefined, t: true }));
    expect(value(context.evaluate(scope, '[v["a b"], Object.getPrototypeOf(v) === Object.prototype, "u" in v, v.t]'))).toEqual([[undefined, Number.NaN, Infinity, -0, null, 'x\0y'], true, true, true]);
    for (const plain of ['text', 'x\0y', 1.5, true, false, null, undefined]) {
      value(context.set(scope, 'p', plain));
      expect(value(context.evaluate(scope, 'p'))).toBe(plain);
    }
  });
});
