import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SystemClock } from '../../src/kernel/clock.ts';
import { RandomIds } from '../../src/kernel/ids.ts';
import { silentLogger } from '../../src/kernel/logger.ts';
import { SeededRandom } from '../../src/kernel/random.ts';
import { UserAgent } from '../../src/sip/user-agent/user-agent.ts';
import { freePort, nailup, scratch } from './nailup-process.ts';
import { RunningServer } from './running-server.ts';

describe('what was on the wire', () => {
  const folder = scratch();
  let server: RunningServer | undefined;
  const carrier = new UserAgent({
    listen: [{ transport: 'udp', host: '127.0.0.1', port: 0 }], clock: new SystemClock(), ids: new RandomIds(), random: new SeededRandom(1), log: silentLogger,
    handlers: { onInvite: (invite) => {
      invite.provisional(180);
      invite.reject(486);
    } },
  });
  afterAll(async () => {
    await server?.stop();
    await carrier.stop(0);
    folder.remove();
  });

  it('is shown as a ladder by number, attempt and Call-ID, written as a capture, and counted', async () => {
    await carrier.start();
    const http = await freePort();
    const config = folder.file('nailup.yaml', [
      `database: { directory: ${folder.path}/db }`, 'log: { level: warn }', `sip: { port: ${await freePort()}, transports: [udp] }`, `http: { port: ${http} }`,
      `trunks: [ { name: t, address: "${carrier.addresses[0]?.text ?? ''}", pingMs: 0 } ]`,
      'campaign: { name: one, list: one, trunk: t, mode: dialog, retries: {}, guardTimes: { from: "00:00", to: "24:00", unknownZone: allow }, frequency: { perAddressIn24Hours: 0 }, pacing: "rate:5/s" }',
    ].join('\n'));
    const csv = folder.file('one.csv', 'phone\n+12025550143\n');
    expect((await nailup(['contacts', 'import', csv, '--list', 'one', '--config', config])).code).toBe(0);
    expect(await nailup(['sip', 'trace', '--config', config])).toMatchObject({ code: 1, stderr: expect.stringContaining('SERVER_UNREACHABLE') });
    server = await RunningServer.start(config, http);
    const { job } = await server.campaign('one');
    const [attempt] = await server.operator.get<{ id: string }[]>(`/api/jobs/${job}/attempts`);

    const list = await nailup(['sip', 'trace', '--config', config]);
    expect(list.stdout).toMatch(/INVITE +sip:\S+ → sip:\+12025550143@\S+ +486 Busy Here +4 messages +\S+\n$/);
    const callId = list.stdout.trim().split(/\s+/).at(-1) ?? '';
    const steps = /INVITE SDP[\s\S]*180 Ringing[\s\S]*486 Busy Here[\s\S]*ACK/;
    for (const word of ['+12025550143', attempt?.id ?? '', callId]) {
      const ladder = await nailup(['sip', 'trace', '--call', word, '--config', config]);
      expect([word, ladder.code]).toEqual([word, 0]);
      expect(ladder.stdout).toContain(`Call-ID ${callId}`);
      expect(ladder.stdout).toMatch(steps);
    }
    expect(await nailup(['sip', 'trace', '--call', 'nobody', '--config', config])).toMatchObject({ code: 1, stderr: expect.stringContaining('TRACE_CALL_UNKNOWN') });

    const file = join(folder.path, 'call.pcap');
    expect((await nailup(['sip', 'trace', '--call', callId, '--pcap', file, '--config', config])).stdout).toBe(`4 messages written to ${file}\n`);
    expect(readFileSync(file).readUInt32BE(0)).toBe(0xa1b2c3d4);

    const { stdout } = await nailup(['sip', 'stats', '--json', '--config', config]);
    expect(JSON.parse(stdout)).toMatchObject({
      methods: { INVITE: { sent: 1 }, ACK: { sent: 1 } }, responses: { '1xx': { received: 1 }, '4xx': { received: 1 } }, trunks: { t: { calls: 1, failed4xx: 1, openCalls: 0 } },
    });
  }, 60_000);
});
