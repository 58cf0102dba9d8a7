import { InvalidArgumentError, type Command } from 'commander';
import { jobReportText, type JobReportView } from './job-report-text.ts';
import { OperatorClient, type OperatorOptions } from './operator-client.ts';

interface JobRow {
  readonly id: string;
  readonly campaign: string;
  readonly state: string;
}

interface PacingFlags {
  readonly targetRate?: number;
  readonly threshold?: number;
  readonly from?: string;
  readonly window?: number;
  readonly floor?: number | 'none';
  readonly ceiling?: number | 'none';
}

interface SharingFlags {
  readonly priority?: number;
  readonly minAgents?: number;
  readonly maxAgents?: number | 'none';
  readonly minPorts?: number;
  readonly allocation?: string;
}

/** `nailup job …`: starts, watches and ends the jobs of a running server. */
export function registerJob(program: Command): void {
  const job = program.command('job').description('jobs of a running server: a campaign at work');
  const add = (words: string, about: string): Command => job.command(words).description(about)
    .option('--server <url>', 'operator API of the server (default: as the configuration says)')
    .option('--config <file>', 'configuration (default: nailup.yaml)')
    .option('--token <token>', 'operator token (default: NAILUP_API_TOKEN of the environment)');
  const at = (id: string, what: string): string => `/api/jobs/${encodeURIComponent(id)}/${what}`;
  sharing(pacing(add('start <campaign>', 'dial the contacts of a campaign').option('--pacing <kind>', 'how it is paced, e.g. cruise:0.02 (default: as the campaign has it)')))
    .action(async (campaign: string, options: OperatorOptions & PacingFlags & SharingFlags & { pacing?: string }) => {
      const { job: id } = await new OperatorClient(options).post<{ job: string }>('/api/jobs', { campaign, ...(options.pacing === undefined ? {} : { pacing: options.pacing }), ...pacingBody(options), ...sharingBody(options) });
      process.stdout.write(`${id}\n`);
    });
  add('list', 'the jobs and their states').action(async (options: OperatorOptions) => {
    const jobs = await new OperatorClient(options).get<readonly JobRow[]>('/api/jobs');
    if (jobs.length === 0) process.stdout.write('no jobs; start one: nailup job start CAMPAIGN\n');
    for (const { id, campaign, state } of jobs) process.stdout.write(`${id}  ${state.padEnd(10)} ${campaign}\n`);
  });
  for (const [word, about] of [['pause', 'no new calls until resumed'], ['resume', 'go on with a paused job'], ['stop', 'no new calls; the job ends with its running ones']] as const) {
    add(`${word} <job>`, about).action(async (id: string, options: OperatorOptions) => {
      await new OperatorClient(options).post(at(id, word));
    });
  }
  pacing(add('pacing <job> [kind]', 'change the pacing while the job runs: its kind, e.g. ratio:1.5 or cruise, its promise, its floor and ceiling'))
    .action(async (id: string, kind: string | undefined, options: OperatorOptions & PacingFlags) => {
      await new OperatorClient(options).post(at(id, 'pacing'), { ...(kind === undefined ? {} : { pacing: kind }), ...pacingBody(options) });
    });
  sharing(add('share <job>', 'change how the job shares agents and lines with the others while it runs')).action(async (id: string, options: OperatorOptions & SharingFlags) => {
    await new OperatorClient(options).post(at(id, 'sharing'), sharingBody(options));
  });
  add('report <job>', 'what came of it').option('--json', 'the whole report as JSON').action(async (id: string, options: OperatorOptions & { json?: boolean }) => {
    const report = await new OperatorClient(options).get<JobReportView>(at(id, 'report'));
    process.stdout.write(options.json === true ? `${JSON.stringify(report, null, 2)}\n` : jobReportText(report));
  });
}

function pacing(command: Command): Command {
  return command
    .option('--target-rate <share>', 'cruise: abandoned of the people who answer, at most, e.g. 0.03', number)
    .option('--threshold <ms>', 'cruise: who waits longer than so many milliseconds is abandoned', number)
    .option('--from <point>', 'cruise: from answer, greetingStart or greetingEnd')
    .option('--window <hours>', 'cruise: hours of the evaluation window, 1 to 24', number)
    .option('--floor <calls>', 'never fewer calls on their way than this; none: no floor', numberOrNone)
    .option('--ceiling <calls>', 'never more calls on their way than this; none: no ceiling', numberOrNone);
}

function pacingBody({ targetRate, threshold, from, window, floor, ceiling }: PacingFlags): object {
  const promise = {
    ...(targetRate === undefined ? {} : { targetRate }), ...(threshold === undefined ? {} : { thresholdMs: threshold }), ...(from === undefined ? {} : { from }),
    ...(window === undefined ? {} : { windowMs: window * 3_600_000 }),
  };
  return { ...(Object.keys(promise).length === 0 ? {} : { promise }), ...(floor === undefined ? {} : { floor: bound(floor) }), ...(ceiling === undefined ? {} : { ceiling: bound(ceiling) }) };
}

function sharing(command: Command): Command {
  return command
    .option('--priority <n>', 'share of agents and lines against other jobs, 1 to 10', number)
    .option('--min-agents <n>', 'agents that it gets before others get more', number)
    .option('--max-agents <n>', 'agents that it gets at most; none: no bound', numberOrNone)
    .option('--min-ports <n>', 'calls at once that it gets before others get more', number)
    .option('--allocation <kind>', 'reserved: its minimums are kept for it; dynamic: what it cannot use goes to others');
}

function sharingBody({ priority, minAgents, maxAgents, minPorts, allocation }: SharingFlags): object {
  return {
    ...(priority === undefined ? {} : { priority }), ...(minAgents === undefined ? {} : { minAgents }), ...(maxAgents === undefined ? {} : { maxAgents: bound(maxAgents) }),
    ...(minPorts === undefined ? {} : { minPorts }), ...(allocation === undefined ? {} : { allocation }),
  };
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('a number is needed');
  return value;
}

const numberOrNone = (text: string): number | 'none' => (text === 'none' ? text : number(text));
const bound = (value: number | 'none'): number | null => (value === 'none' ? null : value);
