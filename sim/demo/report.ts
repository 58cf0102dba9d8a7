import type { CallTruth } from '../carrier/callee.ts';
import { compare, rightShare, type Comparison } from './compare.ts';
import type { AttemptRow } from './operator.ts';
import { percentiles, type Percentiles } from './percentiles.ts';

/** The server's part of the report: GET /api/jobs/:id/report. */
export interface ServerReport {
  readonly contacts: { readonly read: number; readonly rejected: number; readonly dialled: number };
  readonly attempts: number;
  readonly byCompletionCode: Readonly<Record<string, number>>;
  readonly people: { readonly answered: number; readonly connected: number; readonly abandoned: number; readonly abandonRate: number };
  readonly doNotCall: { readonly entries: number };
  readonly sound: { readonly calls: number; readonly meanMos: number | null; readonly leastMos: number | null; readonly poor: number };
  readonly integrity: Readonly<Record<string, number>>;
}

/** GET /api/stats, taken when the campaign is over and the agents have left. */
export interface ServerStats {
  readonly openDialogs: number;
  readonly openRtpPorts: number;
  readonly openTimers: number;
}

export interface DemoReport {
  readonly contacts: ServerReport['contacts'];
  readonly attempts: number;
  readonly byCompletionCode: ServerReport['byCompletionCode'];
  readonly people: ServerReport['people'] & {
    /** People whose line stayed silent for more than three seconds after their greeting, by the carrier's ear. */
    readonly heardSilence: number;
    /** People who pressed the opt-out key, by the carrier; and the do-not-call list's entries afterwards. */
    readonly optedOut: number;
    readonly doNotCall: number;
  };
  readonly agents: { readonly count: number; readonly occupancy: number };
  readonly answerToAgentAudioMs: Percentiles;
  readonly greetingEndToAgentMs: Percentiles;
  /** MOS of the calls by the server's own figures. */
  readonly sound: ServerReport['sound'];
  readonly classification: { readonly table: Comparison['table']; readonly peopleRight: number; readonly machinesRight: number; readonly verdictMs: Percentiles };
  readonly integrity: Readonly<Record<IntegrityFigure, number>>;
  /** Why attempts ended in Application_Error, by reason. */
  readonly errors: Readonly<Record<string, number>>;
  readonly wallSeconds: number;
  readonly seed: number;
  /** How often the server was killed (SIGKILL) and started again. */
  readonly kills: number;
}

export const integrityFigures = [
  'attemptsWithoutResult', 'attemptsWithTwoResults', 'contactsLost', 'contactsDialledTwiceAtOnce', 'openDialogs', 'openRtpPorts', 'openTimers', 'carrierCallsUnaccounted',
] as const;
export type IntegrityFigure = (typeof integrityFigures)[number];

const silenceMs = 3_000;

export function demoReport(given: {
  report: ServerReport; stats: ServerStats; attempts: readonly AttemptRow[]; truths: readonly CallTruth[]; agents: number; occupancy: number; wallSeconds: number; seed: number; kills: number;
}): DemoReport {
  const { report, stats, attempts, truths } = given;
  const compared = compare(truths, attempts);
  const span = (from: string, to: string): number[] => attempts.flatMap(({ times }) => {
    const a = times[from];
    const b = times[to];
    return a === undefined || b === undefined ? [] : [b - a];
  });
  const twiceAtOnce = truths.filter((t) => t.whileAnotherCall).length;
  return {
    contacts: { read: report.contacts.read, rejected: report.contacts.rejected, dialled: report.contacts.dialled },
    attempts: report.attempts,
    byCompletionCode: report.byCompletionCode,
    people: { ...report.people, heardSilence: truths.filter(heardSilence).length, optedOut: new Set(truths.filter((t) => t.optedOut).map((t) => t.number)).size, doNotCall: report.doNotCall.entries },
    agents: { count: given.agents, occupancy: Math.round(given.occupancy * 1_000) / 1_000 },
    answerToAgentAudioMs: percentiles(span('answered', 'agentAudio')),
    greetingEndToAgentMs: percentiles(span('greetingEnd', 'agentAudio')),
    sound: report.sound,
    classification: {
      table: compared.table,
      peopleRight: rightShare(compared.table, 'person'),
      machinesRight: rightShare(compared.table, 'machine'),
      verdictMs: percentiles(span('voiceStart', 'verdict')),
    },
    integrity: {
      attemptsWithoutResult: report.integrity['attemptsWithoutResult'] ?? 0,
      attemptsWithTwoResults: report.integrity['attemptsWithTwoResults'] ?? 0,
      contactsLost: report.integrity['contactsLost'] ?? 0,
      // Both the store's word and the carrier's: the larger is the truth.
      contactsDialledTwiceAtOnce: Math.max(report.integrity['contactsDialledTwiceAtOnce'] ?? 0, twiceAtOnce),
      openDialogs: stats.openDialogs,
      openRtpPorts: stats.openRtpPorts,
      openTimers: stats.openTimers,
      carrierCallsUnaccounted: compared.unaccounted,
    },
    errors: errorsOf(attempts),
    wallSeconds: Math.round(given.wallSeconds * 10) / 10,
    seed: given.seed,
    kills: given.kills,
  };
}

function errorsOf(attempts: readonly AttemptRow[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { completionCode, exit } of attempts) {
    if (completionCode !== 'Application_Error') continue;
    const reason = [exit['_avayaExitReason'], exit['_avayaExitInfo1'], exit['reason'], exit['place']].filter((w) => typeof w === 'string' && w !== '').join(' ') || 'unknown';
    counts[reason] = (counts[reason] ?? 0) + 1;
  }
  return counts;
}

/** Did a person who greeted and stayed wait long for a sound? */
function heardSilence(truth: CallTruth): boolean {
  if (truth.kind !== 'person' || truth.greetingEndMs === undefined || truth.heard === undefined) return false;
  const { sounds, totalMs } = truth.heard;
  const end = truth.greetingEndMs;
  if (totalMs < end + silenceMs) return false;
  const first = sounds.find(([, to]) => to >= end);
  return first === undefined || first[0] - end > silenceMs;
}

export function readable(report: DemoReport): string {
  const p = (x: Percentiles): string => (x.count === 0 ? 'none' : `p50 ${x.p50}, p95 ${x.p95}, p99 ${x.p99} (${x.count})`);
  const percent = (x: number): string => `${(x * 100).toFixed(1)} %`;
  const beliefs = ['person', 'machine', 'fax', 'tone', 'hung-up', 'not-answered', 'error'];
  const truthRows = Object.entries(report.classification.table).map(([truth, row]) => `  ${truth.padEnd(10)}${beliefs.map((b) => String(row[b] ?? '·').padStart(13)).join('')}`);
  const bad = integrityFigures.filter((f) => report.integrity[f] !== 0);
  return [
    '',
    `Contacts   ${report.contacts.read} read, ${report.contacts.rejected} rejected, ${report.contacts.dialled} dialled in ${report.attempts} attempts, ${report.wallSeconds} s`,
    `People     ${report.people.answered} answered, ${report.people.connected} connected, ${report.people.abandoned} abandoned (${percent(report.people.abandonRate)}), ${report.people.heardSilence} heard silence, ${report.people.optedOut} opted out`,
    `Agents     ${report.agents.count}, occupancy ${percent(report.agents.occupancy)}`,
    `Answer → agent hears the person   ms: ${p(report.answerToAgentAudioMs)}`,
    `Greeting's end → agent            ms: ${p(report.greetingEndToAgentMs)}`,
    `Voice → verdict                   ms: ${p(report.classification.verdictMs)}`,
    ...(report.sound.meanMos === null ? [] : [`Sound      MOS ${report.sound.meanMos.toFixed(2)} on average of ${report.sound.calls} calls, ${report.sound.poor} below 3.6`]),
    '',
    'Results',
    ...Object.entries(report.byCompletionCode).map(([code, n]) => `  ${code.padEnd(36)}${String(n).padStart(6)}`),
    ...Object.entries(report.errors).map(([reason, n]) => `    ${n} × ${reason}`),
    '',
    `Truth \\ belief${beliefs.map((b, i) => (i === 0 ? b.padStart(11) : b.padStart(13))).join('')}`,
    ...truthRows,
    `  people right ${percent(report.classification.peopleRight)}, machines right ${percent(report.classification.machinesRight)}`,
    '',
    `Integrity  ${bad.length === 0 ? 'all figures 0' : bad.map((f) => `${f} ${report.integrity[f]}`).join(', ')}`,
    '',
  ].join('\n');
}
