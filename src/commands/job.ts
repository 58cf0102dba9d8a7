import type { Command } from 'commander';
import { OperatorClient, type OperatorOptions } from './operator-client.ts';

interface JobRow {
  readonly id: string;
  readonly campaign: string;
  readonly state: string;
}

interface Report {
  readonly contacts: { readonly read: number; readonly rejected: number; readonly dialled: number };
  readonly attempts: number;
  readonly byCompletionCode: Readonly<Record<string, number>>;
  readonly people: { readonly answered: number; readonly connected: number; readonly abandoned: number; readonly abandonRate: number };
}

/** `nailup job …`: starts, watches and ends the jobs of a running server. */
export function registerJob(program: Command): void {
  const job = program.command('job').description('jobs of a running server: a campaign at work');
  const add = (words: string, about: string): Command => job.command(words).description(about)
    .option('--server <url>', 'operator API of the server (default: as the configuration says)')
    .option('--config <file>', 'configuration (default: nailup.yaml)')
    .option('--token <token>', 'operator token (default: NAILUP_API_TOKEN of the environment)');
  add('start <campaign>', 'dial the contacts of a campaign').action(async (campaign: string, options: OperatorOptions) => {
    const { job: id } = await new OperatorClient(options).post<{ job: string }>('/api/jobs', { campaign });
    process.stdout.write(`${id}\n`);
  });
  add('list', 'the jobs and their states').action(async (options: OperatorOptions) => {
    const jobs = await new OperatorClient(options).get<readonly JobRow[]>('/api/jobs');
    if (jobs.length === 0) process.stdout.write('no jobs; start one: nailup job start CAMPAIGN\n');
    for (const { id, campaign, state } of jobs) process.stdout.write(`${id}  ${state.padEnd(10)} ${campaign}\n`);
  });
  for (const [word, about] of [['pause', 'no new calls until resumed'], ['resume', 'go on with a paused job'], ['stop', 'no new calls; the job ends with its running ones']] as const) {
    add(`${word} <job>`, about).action(async (id: string, options: OperatorOptions) => {
      await new OperatorClient(options).post(`/api/jobs/${encodeURIComponent(id)}/${word}`);
    });
  }
  add('pacing <job> <kind>', 'change the pacing while the job runs, e.g. ratio:1.5 or cruise').action(async (id: string, pacing: string, options: OperatorOptions) => {
    await new OperatorClient(options).post(`/api/jobs/${encodeURIComponent(id)}/pacing`, { pacing });
  });
  add('report <job>', 'what came of it').option('--json', 'the whole report as JSON').action(async (id: string, options: OperatorOptions & { json?: boolean }) => {
    const report = await new OperatorClient(options).get<Report>(`/api/jobs/${encodeURIComponent(id)}/report`);
    process.stdout.write(options.json === true ? `${JSON.stringify(report, null, 2)}\n` : readable(report));
  });
}

function readable({ contacts, attempts, people, byCompletionCode }: Report): string {
  return [
    `contacts  ${contacts.read} read, ${contacts.rejected} rejected, ${contacts.dialled} dialled in ${attempts} attempts`,
    `people    ${people.answered} answered, ${people.connected} connected, ${people.abandoned} abandoned (${(people.abandonRate * 100).toFixed(1)} %)`,
    ...Object.entries(byCompletionCode).map(([code, n]) => `  ${code.padEnd(36)}${String(n).padStart(6)}`),
    '',
  ].join('\n');
}
