import { stringify } from 'yaml';
import { ScriptedCallees } from '../../sim/callees/scripted-callees.ts';
import { levelDbm0 } from '../../src/audio/level.ts';
import { SystemClock } from '../../src/kernel/clock.ts';
import { silentLogger } from '../../src/kernel/logger.ts';
import { freePort, scratch } from './nailup-process.ts';
import { RunningServer } from './running-server.ts';

const pinPage = `<?xml version="1.0"?>
<vxml version="2.1" xmlns="http://www.w3.org/2001/vxml">
  <form>
    <field name="pin" type="digits?length=2">
      <prompt>12345 67890</prompt>
      <filled><log>pin <value expr="pin"/> for <value expr="session.connection.ccxml.values.parameters.campaign"/></log><exit namelist="pin"/></filled>
    </field>
  </form>
</vxml>`;

/** Calls into a served Nailup, by telephones of real SIP and RTP. */
describe('inbound calls', () => {
  const folder = scratch();
  const callees = new ScriptedCallees(new SystemClock(), silentLogger);
  let server: RunningServer;
  let sipPort = 0;

  beforeAll(async () => {
    const httpPort = await freePort();
    sipPort = await freePort();
    folder.file('pin.vxml', pinPage);
    const config = folder.file('nailup.yaml', stringify({
      log: { level: 'info' }, database: { directory: `${folder.path}/postgres` }, sip: { port: sipPort, transports: ['udp'] }, http: { port: httpPort },
      inbound: [{ to: '+4930*', dialog: 'pin.vxml', parameters: { campaign: 'spring' } }, { to: 'nobody' }],
    }));
    await callees.start();
    server = await RunningServer.start(config, httpPort);
  }, 60_000);

  afterAll(async () => {
    await callees.stop();
    await server.stop();
    folder.remove();
  });

  const call = (to: string, listener = {}) => callees.call({ from: 'sip:+4930555@sim', to: `sip:${to}@sim`, target: `sip:${to}@127.0.0.1:${sipPort}` }, listener);

  it('are answered, hear the dialog of their number, give it their keys, and are hung up when it is done', async () => {
    let loudest = -100;
    const telephone = call('+493012', { heard: (samples: Int16Array) => void (loudest = Math.max(loudest, levelDbm0(samples))) });
    await until(() => loudest > -40, 'the prompt is heard');
    telephone.press('42');
    await until(() => telephone.over, 'the server hangs up');
    await until(() => server.stderr.includes('page: pin 42 for spring'), 'the page got the keys');
    await until(() => server.stderr.includes('"pin":"42"'), 'the values came back to the session');
  }, 30_000);

  it('hear from nobody after they have hung up, and leave nothing open', async () => {
    const telephone = call('+493012');
    await until(() => telephone.answered, 'the call is answered');
    telephone.hangUp();
    const open = async (): Promise<number> => {
      const stats = await server.operator.get<Record<string, number>>('/api/stats');
      return ['openDialogs', 'openCalls', 'openRtpPorts', 'openSessions', 'openConnections'].reduce((sum, key) => sum + (stats[key] ?? Number.NaN), 0);
    };
    for (let i = 0; (await open()) !== 0; i++) {
      if (i > 60) throw new Error(`left open: ${JSON.stringify(await server.operator.get('/api/stats'))}`);
      await new Promise((done) => setTimeout(done, 100));
    }
    expect(await open()).toBe(0);
  }, 30_000);

  it.each([
    { to: '+4412345', status: 480, why: 'no page is for their number' },
    { to: 'nobody', status: 603, why: 'the page has no dialog to run' },
  ])('to $to are refused with $status: $why', async ({ to, status }) => {
    const telephone = call(to);
    await until(() => telephone.over, 'an end');
    expect(telephone.status).toBe(status);
  }, 30_000);
});

async function until(done: () => boolean, what: string): Promise<void> {
  for (const end = performance.now() + 15_000; !done(); ) {
    if (performance.now() > end) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
