import type { ScriptContext, ScriptOutcome, ScriptScope } from '../../../src/ecmascript/ecmascript.ts';
import { QuickjsEngine } from '../../../src/ecmascript/quickjs/quickjs-engine.ts';
import { simpleExpression } from '../../../src/ecmascript/simple-expression.ts';
import { SeededRandom } from '../../../src/kernel/random.ts';

describe('simple-expression', () => {
  let engine: QuickjsEngine;
  let context: ScriptContext;
  let scope: ScriptScope;
  beforeAll(async () => { engine = await QuickjsEngine.create(); });
  beforeEach(() => {
    context = engine.createContext({ memoryBytes: 8 * 1024 * 1024, evaluationMs: 200 });
    const session = context.openScope(context.root, 'session', { named: true, readOnly: true });
    scope = context.openScope(session, 'dialog', { named: true });
    context.setReadOnly(session, 'values', { a: '5', list: [1, 'two', null], deep: { x: { y: false } } });
    for (const [name, expression] of [['n', '3'], ['s', "'abc'"], ['e', "''"], ['z', '-0'], ['nan', '0/0'], ['b', 'true'], ['u', 'undefined'], ['nil', 'null'], ['o', '({p: 1, q: {r: "x"}})'], ['f', 'function(){return 1}'], ['d', "'10'"]] as const) context.declare(scope, name, expression);
  });
  afterEach(() => context.dispose());

  const shown = (outcome: ScriptOutcome): string => (outcome.ok ? `${typeof outcome.value} ${Object.is(outcome.value, -0) ? '-0' : JSON.stringify(outcome.value) ?? String(outcome.value)}` : `${outcome.kind} ${outcome.message.split(':')[0]}`);

  it('is the same as the compiled expression, on 6,000 random ones', () => {
    const random = new SeededRandom(7);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random.next() * list.length)]!;
    const operand = (): string => pick(['n', 's', 'e', 'z', 'nan', 'b', 'u', 'nil', 'o', 'f', 'd', 'o.p', 'o.q', 'o.q.r', "o['p']", 'o.none', 'o.none.more', 'nope', 'nope.x', 'dialog.n', 'dialog.none', 'session.values.a', 'values.list[1]', 'values.list[2]',
      'values.deep.x.y', 'values.deep', 's.length', 'undefined', 'NaN', 'Math.PI', '1', '0', '-2.5', "'3'", '""', 'null', 'true', 'false', 'u.x', 'nil.x', 'typeof nope', 'toString', 'hasOwnProperty', 'o.constructor', 'o.toString', 's.nothing']);
    const make = (depth: number): string => {
      if (depth === 0 || random.next() < 0.3) return operand();
      const kind = random.next();
      if (kind < 0.1) return `!${make(0)}`;
      if (kind < 0.2) return `(${make(depth - 1)} ? ${make(depth - 1)} : ${make(depth - 1)})`;
      return `(${make(depth - 1)} ${pick(['==', '!=', '===', '!==', '<', '>', '<=', '>=', '+', '-', '*', '/', '%', '&&', '||'])} ${make(depth - 1)})`;
    };
    let simple = 0;
    for (let i = 0; i < 6_000; i++) {
      const expression = make(3);
      if (simpleExpression(expression) !== undefined) simple += 1;
      for (const method of ['evaluate', 'test', 'text'] as const) {
        const short = shown(context[method](scope, expression));
        const long = shown(context[method](scope, `(0, ${expression})`));
        if (short !== long) throw new Error(`${method} ${expression}: ${short}, compiled ${long}`);
      }
    }
    expect(simple).toBeGreaterThan(3_000);
  }, 120_000);

  it('declares and assigns as the compiled form does, errors included', () => {
    const attempts = ['n', 'o', 'o.q', 'nope', 'o.none', 'o.none.x', '1', "'x'", 'n + 1', 'f', 'session.values', 'values.list', 'undefined', 'Math'];
    const targets = ['n', 'o.p', 'o.q.r', 'nope', 'nope.x', 'dialog.n', 'dialog.none', 'session.values', 'session.none', 'values.a', 'values.list[0]', 'u.x', 'o.fresh', 'dialog', "o['p']"];
    for (const source of attempts) {
      for (const target of targets) {
        const outcomes = [source, `(0, ${source})`].map((s) => {
          context.declare(scope, 'n', '3');
          context.declare(scope, 'o', '({p: 1, q: {r: "x"}})');
          const assigned = context.assign(scope, target, s);
          return [assigned.ok ? 'done' : assigned.kind, shown(context.evaluate(scope, '[n, o]')), shown(context.evaluate(scope, `(0, ${target})`)), shown(context.evaluate(scope, `${target} === ${source}`))];
        });
        expect([target, source, outcomes[0]]).toEqual([target, source, outcomes[1]]);
      }
      const declared = [source, `(0, ${source})`].map((s) => [shown(context.declare(scope, 'v', s)), shown(context.evaluate(scope, `v === ${source}`))]);
      expect([source, declared[0]]).toEqual([source, declared[1]]);
      context.remove(scope, 'v');
    }
  });

  it('tells where the path stands that fails', () => {
    expect(context.evaluate(scope, "n == 3 &&\n  o.none.x == 'a'")).toMatchObject({ ok: false, kind: 'error', line: 2, column: 3, message: expect.stringContaining('TypeError') });
    expect(context.evaluate(scope, 'nil.x')).toMatchObject({ ok: false, line: 1, column: 1 });
  });
});
