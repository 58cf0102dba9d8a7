import { createSocket } from 'node:dgram';
import { freePort, nailup, scratch } from './nailup-process.ts';
import { RunningServer } from './running-server.ts';

const page = (body: string): string => `<?xml version="1.0"?>\n<ccxml version="1.0" xmlns="http://www.w3.org/2002/09/ccxml">\n${body}\n</ccxml>\n`;

/** A campaign that cannot work ends its attempts with a code and a reason, and the server lives on. */
describe('a campaign of one contact', () => {
  const folder = scratch();
  let server: RunningServer | undefined;
  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });
  afterAll(() => folder.remove());

  async function run(driver: string, trunkPort: number, extra = '') {
    const http = await freePort();
    const config = folder.file('nailup.yaml', [
      `database: { directory: ${folder.path}/db }`, 'log: { level: warn }', `sip: { port: ${await freePort()}, transports: [udp] }`, `http: { port: ${http} }`,
      `trunks: [ { name: t, address: "127.0.0.1:${trunkPort}", pingMs: 0 } ]`,
      `campaign: { name: one, list: one, trunk: t, mode: dialog, driver: ${driver}, ringTimeoutMs: 3000, retries: {}, guardTimes: { from: "00:00", to: "24:00", unknownZone: allow }, frequency: { perAddressIn24Hours: 0 }, pacing: "rate:5/s" ${extra} }`,
    ].join('\n'));
    const csv = folder.file('one.csv', 'phone\n+12025550143\n');
    expect((await nailup(['contacts', 'import', csv, '--list', 'one', '--config', config])).code).toBe(0);
    server = await RunningServer.start(config, http);
    return server;
  }

  it('whose page is not well-formed: no call, Application_Error with line and column', async () => {
    folder.file('broken.ccxml', '<?xml version="1.0"?>\n<ccxml version="1.0">\n  <eventprocessor>\n</ccxml>\n');
    const running = await run('broken.ccxml', 9);
    const { attempts } = await running.campaign('one');
    expect(attempts).toHaveLength(1);
    expect(attempts[0]).toMatchObject({ completionCode: 'Application_Error', exit: { how: 'load' } });
    expect(JSON.stringify(attempts[0]!.exit)).toMatch(/broken\.ccxml:\d+:\d+/);
    expect(await running.operator.get('/api/stats')).toMatchObject({ openSessions: 0, openDialogs: 0, openRtpPorts: 0, openTimers: 0 });
  });

  it('whose page loops for ever: ended within a second or two by its limit, the server answers all the while', async () => {
    folder.file('loop.ccxml', page('<eventprocessor><transition event="ccxml.loaded"><script>while (true) {}</script></transition></eventprocessor>'));
    const running = await run('loop.ccxml', 9);
    const slowest = { ms: 0 };
    const probe = setInterval(() => {
      const at = performance.now();
      running.operator.get('/health').then(() => (slowest.ms = Math.max(slowest.ms, performance.now() - at)), () => undefined);
    }, 50);
    const { attempts } = await running.campaign('one');
    clearInterval(probe);
    expect(attempts).toHaveLength(1);
    expect(attempts[0]!.completionCode).toBe('Application_Error');
    expect(String(attempts[0]!.exit['how'])).toMatch(/limit|error/);
    expect(slowest.ms).toBeLessThan(1_000);
    expect(await running.operator.get('/api/stats')).toMatchObject({ openSessions: 0, openTimers: 0 });
  });

  it('whose trunk does not answer: a result, nothing left open', async () => {
    const deaf = createSocket('udp4');
    await new Promise<void>((done) => deaf.bind(0, '127.0.0.1', done));
    const running = await run('ccxml/driver.ccxml', deaf.address().port);
    const { attempts } = await running.campaign('one');
    deaf.close();
    expect(attempts).toHaveLength(1);
    expect(attempts[0]!.completionCode).toMatch(/Reorder_Tone|Network_Refusal|Ring_No_Answer/);
    expect(await running.operator.get('/api/stats')).toMatchObject({ openSessions: 0, openDialogs: 0, openRtpPorts: 0, openTimers: 0 });
  }, 90_000);

  it('ends within its grace time on SIGTERM with exit code 0', async () => {
    const running = await run('ccxml/driver.ccxml', 9);
    expect(await running.stop()).toBe(0);
    server = undefined;
  });
});
