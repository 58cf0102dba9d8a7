import { createSocket } from 'node:dgram';
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { freePort, nailup, scratch } from './nailup-process.ts';

/** Each wrong use ends in one clear line, exit code 1, and nothing left behind. */
describe('bad input', () => {
  const folder = scratch();
  const config = (extra: string): string => folder.file('nailup.yaml', `database: { directory: ${folder.path}/db }\nlog: { level: silent }\n${extra}`);
  afterAll(() => folder.remove());

  const oneLine = (stderr: string): string => {
    const lines = stderr.trim().split('\n').filter((l) => !l.startsWith('npm '));
    expect(lines).toHaveLength(1);
    expect(stderr).not.toMatch(/^\s+at /m);
    return lines[0]!;
  };

  it('a configuration file that is not there', async () => {
    const { code, stderr } = await nailup(['serve', '--config', join(folder.path, 'none.yaml')]);
    expect(code).toBe(1);
    expect(oneLine(stderr)).toMatch(/none\.yaml: the configuration cannot be read: .*\[CONFIG_UNREADABLE\] Name a readable file/);
  });

  it('an unknown configuration key: line, column, and the key that was meant', async () => {
    const file = folder.file('wrong.yaml', 'sip:\n  prot: 5060\n');
    const { code, stderr } = await nailup(['serve', '--config', file]);
    expect(code).toBe(1);
    expect(oneLine(stderr)).toContain(`wrong.yaml:2:3: unknown key "sip.prot"; did you mean "port"?`);
  });

  it('a contacts file that is not there: no database is made for it', async () => {
    const { code, stderr } = await nailup(['contacts', 'import', join(folder.path, 'none.csv'), '--list', 'x', '--config', config('')]);
    expect(code).toBe(1);
    expect(oneLine(stderr)).toContain('none.csv');
    expect(existsSync(join(folder.path, 'db'))).toBe(false);
  });

  it('a CSV without a phone column: names the columns that are there', async () => {
    const csv = folder.file('nophone.csv', 'name,city\nAnn,Paris\n');
    const { code, stderr } = await nailup(['contacts', 'import', csv, '--list', 'x', '--config', config('')]);
    expect(code).toBe(1);
    expect(oneLine(stderr)).toMatch(/phone.*name.*city/);
    expect(existsSync(join(folder.path, 'db'))).toBe(false);
  });

  it('an HTTP port in use: names the address and the key, and stops what it had started', async () => {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as { port: number };
    const { code, stderr } = await nailup(['serve', '--config', config(`sip: { port: ${await freePort()} }\nhttp: { port: ${port} }`)]);
    server.close();
    expect(code).toBe(1);
    expect(oneLine(stderr)).toContain(`http.port: 127.0.0.1:${port} is in use by another program [PORT_IN_USE]`);
    expect(readdirSync(folder.path)).not.toContain('postmaster.pid');
  });

  it('a SIP port in use', async () => {
    const socket = createSocket('udp4');
    await new Promise<void>((done) => socket.bind(0, '127.0.0.1', done));
    const { port } = socket.address();
    const { code, stderr } = await nailup(['serve', '--config', config(`sip: { port: ${port}, transports: [udp] }\nhttp: { port: 0 }`)]);
    socket.close();
    expect(code).toBe(1);
    expect(oneLine(stderr)).toContain(`sip.port: 127.0.0.1:${port} is in use by another program [PORT_IN_USE]`);
  });

  it('an HTTP side open to the world without a token', async () => {
    const { code, stderr } = await nailup(['serve', '--config', config('http: { host: 0.0.0.0, port: 0 }')]);
    expect(code).toBe(1);
    expect(oneLine(stderr)).toContain('[CONFIG_EXPOSED] Set http.apiTokenHash');
  });

  it('a campaign whose page does not exist', async () => {
    const { code, stderr } = await nailup(['serve', '--config', config('campaign: { name: a, list: b, driver: none.ccxml }')]);
    expect(code).toBe(1);
    expect(oneLine(stderr)).toContain('the page none.ccxml does not exist [PAGE_MISSING]');
  });

  it('a password that is too short', async () => {
    const { code, stderr } = await nailup(['password'], { input: 'short\n' });
    expect(code).toBe(1);
    expect(oneLine(stderr)).toContain('[PASSWORD_SHORT]');
  });
});
