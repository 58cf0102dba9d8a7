import { jest } from '@jest/globals';
import { Command } from 'commander';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { registerJob } from '../../../src/commands/job.ts';
import { NailupError } from '../../../src/kernel/nailup-error.ts';

const cruiseReport = {
  contacts: { read: 1_000, rejected: 0, dialled: 900 }, attempts: 950, byCompletionCode: { Sale: 4 }, people: { answered: 80, connected: 79, abandoned: 1, abandonRate: 0.0125 },
  sound: { calls: 79, meanMos: 4.21, leastMos: 3.1, poor: 2 },
  agentSound: { calls: 78, meanMos: 4.36, leastMos: 4.02, poor: 0 },
  pacing: {
    pacing: { pacing: 'cruise', ceiling: 40 }, sharing: { priority: 5, minAgents: 0, minPorts: 0, allocation: 'dynamic' },
    ledger: { hour: { answered: 80, abandoned: 1 }, day: { answered: 900, abandoned: 9 }, month: { answered: 0, abandoned: 0 } },
    account: { promise: { targetRate: 0.03, thresholdMs: 2_000, from: 'greetingEnd', windowMs: 86_400_000 }, estimate: { answerShare: 0.5, personShare: 0.6, talkMs: 60_000, wrapMs: 9_000, waitMs: 2_000 }, room: 2.5, price: 0.05 },
    last: { at: 0, dial: 2, why: '1 idle' },
  },
};

describe('nailup job', () => {
  const asked: string[] = [];
  let server: Server;
  let base: string;
  let printed = '';
  let write: jest.SpiedFunction<typeof process.stdout.write>;

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (d) => (body += d));
      request.on('end', () => {
        asked.push(`${request.method} ${request.url} ${body} ${request.headers.authorization ?? ''}`.trim());
        if (request.url === '/api/jobs/job-cruise/report') return void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(cruiseReport));
        const unknown = request.url?.includes('job-none') === true;
        response.writeHead(unknown ? 404 : request.method === 'POST' ? 201 : 200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(unknown ? { error: 'there is no job job-none', code: 'JOB_UNKNOWN' } : request.url === '/api/jobs' && request.method === 'GET' ? [{ id: 'job-1', campaign: 'spring', state: 'Running' }] : { job: 'job-1', ok: true }));
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise<void>((done) => void server.close(() => done())));
  beforeEach(() => {
    asked.length = 0;
    printed = '';
    write = jest.spyOn(process.stdout, 'write').mockImplementation((text) => ((printed += String(text)), true));
  });
  afterEach(() => write.mockRestore());

  const run = (...args: string[]): Promise<unknown> => {
    const program = new Command();
    registerJob(program);
    return program.parseAsync(['node', 'nailup', 'job', ...args, '--server', base]);
  };

  it('starts a campaign and prints the job', async () => {
    await run('start', 'spring', '--token', 'secret');
    expect(asked).toEqual(['POST /api/jobs {"campaign":"spring"} Bearer secret']);
    expect(printed).toBe('job-1\n');
  });

  it('lists jobs with their states', async () => {
    await run('list');
    expect(printed).toBe('job-1  Running    spring\n');
  });

  it('changes the pacing of a running job', async () => {
    await run('pacing', 'job-1', 'ratio:1.5');
    expect(asked).toEqual(['POST /api/jobs/job-1/pacing {"pacing":"ratio:1.5"}']);
  });

  it('starts a job with a pacing and a share of its own', async () => {
    await run('start', 'spring', '--pacing', 'cruise', '--target-rate', '0.02', '--window', '24', '--priority', '8', '--min-agents', '3', '--max-agents', 'none', '--allocation', 'reserved');
    expect(asked).toEqual(['POST /api/jobs {"campaign":"spring","pacing":"cruise","promise":{"targetRate":0.02,"windowMs":86400000},"priority":8,"minAgents":3,"maxAgents":null,"allocation":"reserved"}']);
  });

  it('changes floor and ceiling alone, and takes a ceiling away', async () => {
    await run('pacing', 'job-1', '--floor', '2', '--ceiling', 'none');
    expect(asked).toEqual(['POST /api/jobs/job-1/pacing {"floor":2,"ceiling":null}']);
  });

  it('changes how a running job shares', async () => {
    await run('share', 'job-1', '--priority', '9', '--min-ports', '10');
    expect(asked).toEqual(['POST /api/jobs/job-1/sharing {"priority":9,"minPorts":10}']);
  });

  it('prints promise, estimate, budget, ledger and the last reason in the report', async () => {
    await run('report', 'job-cruise');
    expect(printed).toContain('pacing    cruise, ceiling 40; priority 5, 0 or more agents, dynamic\n');
    expect(printed).toContain('sound     MOS 4.21 on average of 79 calls, 3.10 at worst; 2 below 3.6\n');
    expect(printed).toContain('agents    MOS 4.36 on average of 78 conversations, 4.02 at worst; 0 below 3.6\n');
    expect(printed).toContain('promise   at most 3.0 % wait longer than 2 s from the greeting’s end, in every 24 h\n');
    expect(printed).toContain('estimate  50.0 % of dials answered');
    expect(printed).toContain('budget    every window bears 2.5 more abandonments');
    expect(printed).toContain('ledger    abandoned in 1 h 1 of 80 (1.25 %), 24 h 9 of 900 (1.00 %), 30 days 0 of 0\n');
    expect(printed).toContain('dialled 2: 1 idle');
  });

  it('says in the server’s words that a job is unknown', async () => {
    await expect(run('report', 'job-none')).rejects.toThrow(NailupError);
    await expect(run('report', 'job-none')).rejects.toThrow('there is no job job-none (JOB_UNKNOWN)');
  });
});
