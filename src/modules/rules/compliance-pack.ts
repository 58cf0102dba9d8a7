import type { RuleSet } from './rule-set.ts';
import { defaultRules } from './rule-set.ts';

/** A jurisdiction's rules from a date on. Data, not code: a change of law is a further entry with its own date. */
export interface CompliancePack {
  readonly name: string;
  /** Local date `YYYY-MM-DD` from which it applies. */
  readonly from: string;
  readonly source: string;
  readonly rules: Partial<RuleSet>;
}

const hourMs = 3_600_000;

export const compliancePacks: readonly CompliancePack[] = [
  {
    name: 'us-tsr',
    from: '2003-10-01',
    source: '16 CFR 310.4(c): not before 8 a.m. nor after 9 p.m. at the called person\'s location',
    rules: { guardTimes: { every: [{ from: '08:00', to: '21:00' }] }, unknownTimeZone: 'block' },
  },
  {
    name: 'uk-ofcom',
    from: '2017-03-01',
    source: 'Ofcom, Persistent misuse: statement of policy (2016), section A1: 72 hours after an abandoned call and 24 hours after an answering machine, unless a live operator is guaranteed',
    rules: { nuisanceMs: 72 * hourMs, machineMs: 24 * hourMs },
  },
];

/** The defaults with the newest pack of that name on `date` laid over them; undefined when none applies. */
export function rulesOfPack(name: string, date: string, packs: readonly CompliancePack[] = compliancePacks): RuleSet | undefined {
  const pack = packs.filter((p) => p.name === name && p.from <= date).sort((a, b) => (a.from < b.from ? 1 : -1))[0];
  return pack === undefined ? undefined : { ...defaultRules, ...pack.rules };
}
