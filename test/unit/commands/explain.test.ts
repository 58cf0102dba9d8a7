import { jest } from '@jest/globals';
import { Command } from 'commander';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { momentOf } from '../../../src/commands/explain.ts';
import { registerPacing } from '../../../src/commands/pacing.ts';
import { NailupError } from '../../../src/kernel/nailup-error.ts';

const decision = {
  at: Date.UTC(2026, 10, 29, 14, 5), dial: 3, why: '2 idle, 1.4 people due of 6 out; +3 adds 0.021 abandoned at price 0.047, room 4.2', kind: 'cruise',
  saw: { idle: 2, talking: 9, wrapping: 1, ringing: 5, classifying: 1, waiting: 0, contacts: 80 }, room: { dials: 12, bound: 'trunk lines' }, ceiling: 30,
  account: {
    promise: { targetRate: 0.03, thresholdMs: 2_000, from: 'greetingEnd', windowMs: 86_400_000 },
    estimate: { answerShare: 0.52, personShare: 0.61, talkMs: 121_000, wrapMs: 14_000, waitMs: 1_900 }, room: 4.2, price: 0.047,
  },
};

describe('nailup pacing explain', () => {
  const asked: string[] = [];
  let server: Server;
  let base: string;

  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      const unknown = request.url?.includes('job-none') === true;
      response.writeHead(unknown ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(unknown ? { error: 'there is no job job-none', code: 'JOB_UNKNOWN', mend: 'nailup job list names the jobs.' } : { decision, next: { ...decision, at: decision.at + 1_000, dial: 0, why: 'nothing may be dialled' } }));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise<void>((done) => void server.close(() => done())));

  async function run(...args: string[]): Promise<string> {
    let printed = '';
    const out = jest.spyOn(process.stdout, 'write').mockImplementation((text) => ((printed += String(text)), true));
    const err = jest.spyOn(process.stderr, 'write').mockImplementation((text) => ((printed += String(text)), true));
    try {
      const program = new Command().exitOverride();
      registerPacing(program);
      for (const command of program.commands.flatMap((c) => [c, ...c.commands])) command.exitOverride();
      await program.parseAsync(['node', 'nailup', 'pacing', 'explain', ...args, '--server', base]);
    } catch (error) {
      if (error instanceof NailupError) throw error;
    } finally {
      out.mockRestore();
      err.mockRestore();
    }
    return printed;
  }

  it('says what the pacer saw, believed, promised and was bound by, and what it decided next', async () => {
    const text = await run('--job', 'job-1', '--at', '2026-11-29T14:05:00Z');
    expect(asked.at(-1)).toBe(`GET /api/jobs/job-1/decisions?at=${decision.at}`);
    expect(text.split('\n')).toEqual([
      'decided   2026-11-29T14:05:00.000Z, cruise: dial 3',
      `because   ${decision.why}`,
      'saw       agents: 2 idle, 9 talking, 1 wrapping up; calls: 5 ringing, 1 being judged, 0 waiting; 80 contacts at hand',
      'bounds    12 more calls by the trunk lines, ceiling 30',
      'promise   at most 3.0 % wait longer than 2 s from the greeting’s end, in every 24 h',
      'estimate  52.0 % of dials answered, 61.0 % of these by people; talk 121.0 s, wrap-up 14.0 s; a person waits 1.9 s at most',
      'budget    every window bears 4.2 more abandonments; 0.047 of one are borne for one more person',
      'then      2026-11-29T14:05:01.000Z: dial 0; nothing may be dialled',
      '',
    ]);
  });

  it('prints the record as JSON', async () => {
    expect(JSON.parse(await run('--job', 'job-1', '--at', 'now', '--json'))).toMatchObject({ decision: { dial: 3 } });
  });

  it('says what is missing or wrong: the job, the time, an unknown job', async () => {
    expect(await run('--at', 'now')).toContain("required option '--job <job>' not specified");
    expect(await run('--job', 'job-1')).toContain("required option '--at <time>' not specified");
    await expect(run('--job', 'job-1', '--at', 'yesterday')).rejects.toMatchObject({ code: 'PACING_TIME', message: '"yesterday" is no time' });
    await expect(run('--job', 'job-none', '--at', 'now')).rejects.toThrow('there is no job job-none (JOB_UNKNOWN)');
  });

  it('reads a time of today by this machine’s clock, an instant and milliseconds', () => {
    const now = new Date(2026, 10, 29, 18, 30).getTime();
    expect(momentOf('14:05:09', now)).toBe(new Date(2026, 10, 29, 14, 5, 9).getTime());
    expect(momentOf('9:05', now)).toBe(new Date(2026, 10, 29, 9, 5).getTime());
    expect(momentOf('2026-11-29T14:05:00+01:00', now)).toBe(Date.UTC(2026, 10, 29, 13, 5));
    expect(momentOf('1764425100000', now)).toBe(1_764_425_100_000);
    for (const wrong of ['', '25:00', '14', '2026-13-45T00:00:00Z', 'tea time']) expect(() => momentOf(wrong, now)).toThrow(NailupError);
  });
});
