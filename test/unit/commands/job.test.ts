import { jest } from '@jest/globals';
import { Command } from 'commander';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { registerJob } from '../../../src/commands/job.ts';
import { NailupError } from '../../../src/kernel/nailup-error.ts';

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

  it('says in the server’s words that a job is unknown', async () => {
    await expect(run('report', 'job-none')).rejects.toThrow(NailupError);
    await expect(run('report', 'job-none')).rejects.toThrow('there is no job job-none (JOB_UNKNOWN)');
  });
});
