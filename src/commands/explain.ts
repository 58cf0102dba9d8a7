import type { Command } from 'commander';
import { NailupError } from '../kernel/nailup-error.ts';
import { accountLines, type AccountView } from './job-report-text.ts';
import { OperatorClient, type OperatorOptions } from './operator-client.ts';

interface Decision {
  readonly at: number;
  readonly dial: number;
  readonly why: string;
  readonly kind: string;
  readonly saw: Readonly<Record<'idle' | 'talking' | 'wrapping' | 'ringing' | 'classifying' | 'waiting' | 'contacts', number>>;
  readonly room: { readonly dials: number; readonly bound: string };
  readonly floor?: number;
  readonly ceiling?: number;
  readonly account?: AccountView;
}

interface Explained {
  readonly decision: Decision;
  readonly next?: Decision;
}

interface ExplainFlags extends OperatorOptions {
  readonly job: string;
  readonly at: string;
  readonly json?: boolean;
}

/** `nailup pacing explain --job J --at TIME`. */
export function addExplain(pacing: Command): void {
  pacing
    .command('explain')
    .description('say why a job dialled as many as it did at a moment: what its pacer saw, believed and was bound by')
    .requiredOption('--job <job>', 'the job; nailup job list names them')
    .requiredOption('--at <time>', '2026-11-29T14:05:00Z, 14:05:00 (today, this machine’s clock), milliseconds since 1970, or now')
    .option('--json', 'the record as JSON')
    .option('--server <url>', 'operator API of the server (default: as the configuration says)')
    .option('--config <file>', 'configuration (default: nailup.yaml)')
    .option('--token <token>', 'operator token (default: NAILUP_API_TOKEN of the environment)')
    .action(async (flags: ExplainFlags) => {
      const at = momentOf(flags.at, Date.now());
      const explained = await new OperatorClient(flags).get<Explained>(`/api/jobs/${encodeURIComponent(flags.job)}/decisions?at=${at}`);
      process.stdout.write(flags.json === true ? `${JSON.stringify(explained, null, 2)}\n` : explanation(explained));
    });
}

/** @throws NailupError PACING_TIME */
export function momentOf(text: string, now: number): number {
  if (text === 'now') return now;
  if (/^\d{11,}$/.test(text)) return Number(text);
  const clock = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(text);
  if (clock !== null) return new Date(now).setHours(Number(clock[1]), Number(clock[2]), Number(clock[3] ?? 0), 0);
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw new NailupError('PACING_TIME', `"${text}" is no time`, { place: '--at', mend: 'Write 2026-11-29T14:05:00Z, 14:05:00, milliseconds since 1970, or now.' });
  return at;
}

export function explanation({ decision, next }: Explained): string {
  const { saw, room, account } = decision;
  const bounds = [`${room.dials >= 1e6 ? 'any number of' : room.dials} more calls by the ${room.bound}`, ...(decision.floor === undefined ? [] : [`floor ${decision.floor}`]), ...(decision.ceiling === undefined ? [] : [`ceiling ${decision.ceiling}`])];
  return [
    `decided   ${new Date(decision.at).toISOString()}, ${decision.kind}: dial ${decision.dial}`,
    `because   ${decision.why}`,
    `saw       agents: ${saw.idle} idle, ${saw.talking} talking, ${saw.wrapping} wrapping up; calls: ${saw.ringing} ringing, ${saw.classifying} being judged, ${saw.waiting} waiting; ${saw.contacts} contacts at hand`,
    `bounds    ${bounds.join(', ')}`,
    ...(account === undefined ? [] : accountLines(account)),
    ...(next === undefined ? [] : [`then      ${new Date(next.at).toISOString()}: dial ${next.dial}; ${next.why}`]),
    '',
  ].join('\n');
}
