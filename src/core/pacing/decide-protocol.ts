import { createPacer } from './create-pacer.ts';
import { defaultPromise, type ContactClass, type Pacer, type PacingFact, type PacingKind, type PacingLimits, type PacingOptions, type PacingPromise, type PacingState, type SkillPacing } from './pacing.ts';
import { promiseFault } from './simulation/scenario.ts';

/** A line that cannot be taken: names the field. */
class LineFault extends Error {}

type Fields = Readonly<Record<string, unknown>>;

/** What an answered, judged, ended or connected fact carries. */
const factNumber: Readonly<Record<string, string | undefined>> = {
  answered: 'ringMs', person: 'verdictMs', machine: 'verdictMs', connected: 'waitMs', talkEnded: 'talkMs', wrapEnded: 'wrapMs',
  noanswer: undefined, busy: undefined, invalid: undefined, abandoned: undefined, agentOn: undefined, agentOff: undefined, dialled: undefined,
};

/** More entries than a call centre has: such a list is a mistake, and would only eat memory. */
const mostEntries = 1_000_000;

/**
 * The line protocol of `nailup pacing decide --stdio` (docs/pacing.md): one JSON object in, one out. Never throws: a malformed line
 * is answered with `{"error":"…"}` naming the field, and changes nothing.
 */
export class DecideProtocol {
  #pacer: Pacer | undefined;
  #limits: PacingLimits = { maxConcurrentCalls: 0, maxCallsPerSecond: 0 };
  #now = Number.NEGATIVE_INFINITY;

  answer(line: string): string {
    try {
      return JSON.stringify(this.#take(line));
    } catch (error) {
      return JSON.stringify({ error: error instanceof LineFault ? error.message : `line: ${String(error)}` });
    }
  }

  #take(line: string): unknown {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      throw new LineFault('line: not JSON');
    }
    const fields = object(value, 'line');
    switch (fields['type']) {
      case 'start':
        return this.#start(fields);
      case 'tick':
        return this.#tick(fields);
      case 'end':
        this.#pacer = undefined;
        return { ok: true };
      default:
        throw new LineFault('type: not start, tick or end');
    }
  }

  #start(fields: Fields): unknown {
    if (typeof fields['kind'] !== 'string') throw new LineFault('kind: not a text');
    const extra = fields['options'] === undefined || fields['options'] === null ? {} : object(fields['options'], 'options');
    let promise: PacingPromise = defaultPromise;
    if (fields['promise'] !== undefined && fields['promise'] !== null) {
      const fault = promiseFault(fields['promise'], 'promise');
      if (fault !== undefined) throw new LineFault(fault);
      promise = fields['promise'] as PacingPromise;
    }
    const given = object(fields['limits'], 'limits');
    const limits: PacingLimits = {
      maxConcurrentCalls: number(given, 'maxConcurrentCalls', 'limits.'),
      maxCallsPerSecond: number(given, 'maxCallsPerSecond', 'limits.'),
      ...optional(given, 'floor', 'limits.', extra),
      ...optional(given, 'ceiling', 'limits.', extra),
    };
    const options: PacingOptions = {
      kind: fields['kind'] as PacingKind,
      promise,
      ...(extra['watch'] === undefined ? {} : { watch: watchOf(extra['watch']) }),
      ...(extra['minHitRate'] === undefined ? {} : { minHitRate: number(extra, 'minHitRate', 'options.') }),
      ...(extra['autoDialMs'] === undefined ? {} : { autoDialMs: number(extra, 'autoDialMs', 'options.') }),
      ...(extra['ratio'] === undefined ? {} : { ratio: number(extra, 'ratio', 'options.') }),
      ...(extra['rate'] === undefined ? {} : { rate: rateOf(extra['rate']) }),
      ...(extra['skill'] === undefined ? {} : { skill: skillOf(extra['skill']) }),
      ...(extra['history'] === undefined ? {} : { history: list(extra, 'history', 'options.').map((entry, i) => historyOf(entry, i)) }),
      ...(extra['now'] === undefined ? {} : { now: number(extra, 'now', 'options.') }),
    };
    const pacer = createPacer(options);
    if (typeof pacer === 'string') throw new LineFault(faultOfOptions(pacer, extra));
    this.#pacer = pacer;
    this.#limits = limits;
    this.#now = Number.NEGATIVE_INFINITY;
    return { ok: true };
  }

  #tick(fields: Fields): unknown {
    if (this.#pacer === undefined) throw new LineFault('type: tick before start');
    const now = number(fields, 'now', '');
    if (now < this.#now) throw new LineFault('now: earlier than the last tick');
    const agents = object(fields['agents'], 'agents');
    const calls = object(fields['calls'], 'calls');
    const skill = fields['skill'] === undefined ? undefined : object(fields['skill'], 'skill');
    const state: PacingState = {
      agents: { idle: whole(agents, 'idle', 'agents.'), talking: ages(agents, 'talking', 'agents.'), wrapping: ages(agents, 'wrapping', 'agents.') },
      calls: {
        ringing: ages(calls, 'ringing', 'calls.'), classifying: ages(calls, 'classifying', 'calls.'), waiting: ages(calls, 'waiting', 'calls.'),
        ...(calls['ringingOf'] === undefined ? {} : { ringingOf: list(calls, 'ringingOf', 'calls.').map((of, i) => classOf(of, `calls.ringingOf[${i}]`)) }),
      },
      contactsLeft: whole(fields, 'contactsLeft', ''),
      limits: this.#limits,
      ...(fields['next'] === undefined ? {} : { next: list(fields, 'next', '').map((of, i) => classOf(of, `next[${i}]`)) }),
      ...(skill === undefined ? {} : { skill: { queued: number(skill, 'queued', 'skill.'), longestWaitMs: number(skill, 'longestWaitMs', 'skill.'), freeAgents: number(skill, 'freeAgents', 'skill.') } }),
    };
    const since = fields['since'] === undefined ? [] : list(fields, 'since', '').map((fact, i) => factOf(fact, i));
    this.#now = now;
    this.#pacer.observe(since, now);
    const { dial, why } = this.#pacer.decide(state, now);
    return { dial, why };
  }
}

function object(value: unknown, at: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new LineFault(`${at}: not an object`);
  return value as Fields;
}

function number(of: Fields, field: string, at: string): number {
  const value = of[field];
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) throw new LineFault(`${at}${field}: not a number of 0 or more`);
  return value;
}

function whole(of: Fields, field: string, at: string): number {
  const value = number(of, field, at);
  if (!Number.isInteger(value)) throw new LineFault(`${at}${field}: not a whole number`);
  return value;
}

function list(of: Fields, field: string, at: string): readonly unknown[] {
  const value = of[field];
  if (!Array.isArray(value)) throw new LineFault(`${at}${field}: not a list`);
  if (value.length > mostEntries) throw new LineFault(`${at}${field}: more than ${mostEntries} entries`);
  return value as readonly unknown[];
}

function ages(of: Fields, field: string, at: string): readonly number[] {
  const value = list(of, field, at);
  for (const [i, age] of value.entries()) if (typeof age !== 'number' || !Number.isFinite(age) || age < 0) throw new LineFault(`${at}${field}[${i}]: not a number of 0 or more`);
  return value as readonly number[];
}

function optional<F extends string>(of: Fields, field: F, at: string, or: Fields): Partial<Record<F, number>> {
  const from = of[field] === undefined ? or : of;
  return from[field] === undefined ? {} : ({ [field]: number(from, field, at) } as Partial<Record<F, number>>);
}

function factOf(value: unknown, i: number): PacingFact {
  const fact = object(value, `since[${i}]`);
  const what = fact['what'];
  if (typeof what !== 'string' || !Object.hasOwn(factNumber, what)) throw new LineFault(`since[${i}].what: not a known fact`);
  const field = factNumber[what];
  if (field !== undefined) number(fact, field, `since[${i}].`);
  if (fact['of'] !== undefined) classOf(fact['of'], `since[${i}].of`);
  return value as PacingFact;
}

/** A pacer names the option first; the promise's rate stands elsewhere. */
function faultOfOptions(fault: string, options: Fields): string {
  if (fault.startsWith('kind ')) return fault.replace('kind ', 'kind: ');
  if (fault.startsWith('targetRate ')) return options['ratio'] === undefined ? `promise.${fault.replace(' ', ': ')}` : `options.${fault}`;
  return `options.${fault.replace(' ', ': ')}`;
}

function watchOf(value: unknown): 'update' | 'work' {
  if (value !== 'update' && value !== 'work') throw new LineFault('options.watch: not update or work');
  return value;
}

/** What is known of a contact; every field may be absent. */
function classOf(value: unknown, at: string): ContactClass {
  const of = object(value, at);
  if (of['list'] !== undefined && typeof of['list'] !== 'string') throw new LineFault(`${at}.list: not a text`);
  return {
    ...(of['list'] === undefined ? {} : { list: of['list'] as string }),
    ...(of['attempt'] === undefined ? {} : { attempt: number(of, 'attempt', `${at}.`) }),
    ...(of['hour'] === undefined ? {} : { hour: number(of, 'hour', `${at}.`) }),
  };
}

function rateOf(value: unknown): { count: number; perMs: number } {
  const rate = object(value, 'options.rate');
  return { count: number(rate, 'count', 'options.rate.'), perMs: number(rate, 'perMs', 'options.rate.') };
}

function skillOf(value: unknown): SkillPacing {
  const skill = object(value, 'options.skill');
  const { measure } = skill;
  if (measure !== 'queue' && measure !== 'waitMs' && measure !== 'freeAgents') throw new LineFault('options.skill.measure: not queue, waitMs or freeAgents');
  return { measure, keep: number(skill, 'keep', 'options.skill.'), ...(skill['ratio'] === undefined ? {} : { ratio: number(skill, 'ratio', 'options.skill.') }) };
}

function historyOf(value: unknown, i: number): { ageMs: number; answered: number; abandoned: number } {
  const at = `options.history[${i}]`;
  const entry = object(value, at);
  return { ageMs: number(entry, 'ageMs', `${at}.`), answered: number(entry, 'answered', `${at}.`), abandoned: number(entry, 'abandoned', `${at}.`) };
}
