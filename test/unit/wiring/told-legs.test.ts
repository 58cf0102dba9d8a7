import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jest } from '@jest/globals';
import { Command } from 'commander';
import { operatorApi, type OperatorDoor } from '../../../src/api/operator-api.ts';
import { registerMedia } from '../../../src/commands/media.ts';
import { LegDirectory } from '../../../src/core/call-control/leg-directory.ts';
import type { MediaId } from '../../../src/kernel/ids.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import type { LegStats, MediaStats } from '../../../src/media/media.ts';
import { toldLegs, type ToldMediaStats } from '../../../src/wiring/told-legs.ts';

const leg = (node: string, malformedRedundant = 0): LegStats => ({ node: node as MediaId, codec: 'PCMU', packetsReceived: 1, packetsSent: 2, packetsLost: 0, malformedRedundant, jitterMs: 0, mos: 4.4 });
const stats: MediaStats = { endpoints: 2, conferences: 0, dialogs: 0, openPorts: 4, packetIo: 'koffi', tickLatenessMs: { p50: 0, p99: 1 }, legs: [leg('media-1'), leg('media-2', 3)], ended: [leg('media-0'), leg('media-9')] };
const facts = (originator: 'local' | 'remote', remote: string) => ({ local: 'sip:us@here', remote, originator, protocol: { name: 'sip', version: '2.0' } });
const directory = new LegDirectory();
directory.add({ id: 'connection-0' as never, node: 'media-0' as MediaId, facts: facts('local', 'sip:gone@there') }, 'session-0' as never);
directory.ended('media-0' as MediaId, true);
directory.add({ id: 'connection-1' as never, node: 'media-1' as MediaId, facts: facts('local', 'sip:bob@there') }, 'session-1' as never);
directory.add({ id: 'connection-2' as never, node: 'media-2' as MediaId, facts: facts('remote', 'sip:alice@there') });
const told = (asked?: string): ToldMediaStats => toldLegs(stats, (node) => directory.of(node), [{ session: 'session-7' as never, connections: ['connection-2'] }], asked);

test('each leg is told with its call: the connection, who called whom, and the session', () => {
  const { legs, ended } = told();
  expect(legs).toEqual([
    { ...leg('media-1'), connection: 'connection-1', session: 'session-1', direction: 'outbound', remote: 'sip:bob@there' },
    { ...leg('media-2', 3), connection: 'connection-2', session: 'session-7', direction: 'inbound', remote: 'sip:alice@there' },
  ]);
  expect(ended).toEqual([{ ...leg('media-0'), connection: 'connection-0', session: 'session-0', direction: 'outbound', remote: 'sip:gone@there' }, leg('media-9')]);
});

test('one is found by its own id or its connection, also when it is over', () => {
  expect(told('media-2').legs).toEqual(told('connection-2').legs);
  expect(told('connection-2')).toMatchObject({ legs: [{ node: 'media-2' }], ended: [] });
  expect(told('connection-0')).toMatchObject({ legs: [], ended: [{ node: 'media-0' }] });
  expect(() => told('connection-9')).toThrow('no such leg');
});

test('of legs that are over the last thousand are known, and none that never had media', () => {
  const known = new LegDirectory();
  const node = (n: number): MediaId => `media-${n}` as MediaId;
  for (let n = 0; n < 1002; n++) {
    known.add({ id: `connection-${n}` as never, node: node(n), facts: facts('local', '') });
    known.ended(node(n), n !== 1001);
  }
  expect([0, 1, 1000, 1001].map((n) => known.of(node(n))?.connection)).toEqual([undefined, 'connection-1', 'connection-1000', undefined]);
});

test('media stats shows the call beside the leg, what came malformed, and --leg takes a connection', async () => {
  const door = { mediaStats: (asked: string | undefined) => Promise.resolve(told(asked)) } as unknown as OperatorDoor;
  const http = createServer(operatorApi({ door, logger: silentLogger, authorised: () => Promise.resolve(true) }));
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  let text = '';
  const write = jest.spyOn(process.stdout, 'write').mockImplementation((part) => ((text += String(part)), true));
  try {
    const program = new Command();
    registerMedia(program);
    await program.parseAsync(['media', 'stats', '--leg', 'connection-2', '--server', `http://127.0.0.1:${(http.address() as AddressInfo).port}`, '--token', 't'], { from: 'user' });
  } finally {
    write.mockRestore();
    http.closeAllConnections();
    await new Promise((done) => http.close(done));
  }
  expect(text).toContain('media-2  PCMU   in 1  out 2  lost 0  malformed red 3  jitter 0.0 ms  MOS 4.40  from sip:alice@there  connection-2  session-7\n');
  expect(text).not.toContain('media-1');
});
