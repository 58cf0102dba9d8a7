import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { operatorApi, type OperatorDoor } from '../../../src/api/operator-api.ts';
import { readWav } from '../../../src/audio/wav-file.ts';
import { registerMedia } from '../../../src/commands/media.ts';
import type { MediaId } from '../../../src/kernel/ids.ts';
import { silentLogger, type Logger } from '../../../src/kernel/logger.ts';
import type { Media } from '../../../src/media/media.ts';
import { LegTaps } from '../../../src/wiring/leg-taps.ts';

const leg = 'leg-1' as MediaId;
const folder = mkdtempSync(join(tmpdir(), 'nailup-tap-'));
const audits: unknown[] = [];
const logger: Logger = { ...silentLogger, info: (fields) => void (fields['audit'] !== undefined && audits.push(fields['audit'])) };
const taps = new LegTaps(logger);
const tapped: boolean[] = [];
let timer: NodeJS.Timeout | undefined;
let http: Server;
let server = '';
/** The port's two commands that a tap needs: while it is on, a frame of a known ramp each millisecond. */
const media = {
  stats: () => Promise.resolve({ legs: [{ node: leg }] }),
  tap: ({ on }: { on: boolean }) => {
    tapped.push(on);
    clearInterval(timer);
    if (on) timer = setInterval(() => taps.onMedia({ name: 'audio', node: leg, sampleRate: 8000, samples: Int16Array.from({ length: 160 }, (_, i) => i * 100) }), 1);
    return { accepted: true };
  },
} as unknown as Media;

beforeAll(async () => {
  const door = { tapLeg: (name: string, who: string, hear: (s: Int16Array) => void, ended: () => void) => taps.listen(media, name, who, hear, ended) } as unknown as OperatorDoor;
  http = createServer(operatorApi({ door, logger, authorised: (token) => Promise.resolve(token === 'right') }));
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  server = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});
afterAll(async () => {
  clearInterval(timer);
  http.closeAllConnections();
  await new Promise((done) => http.close(done));
  rmSync(folder, { recursive: true });
});

const nailup = (...args: string[]): Promise<Command> => {
  const program = new Command();
  registerMedia(program);
  return program.parseAsync(['media', ...args, '--server', server], { from: 'user' });
};

test('media tap writes what the leg says into a WAV file, and the server notes who listened', async () => {
  const wav = join(folder, 'leg.wav');
  await nailup('tap', '--leg', leg, '--wav', wav, '--seconds', '0.5', '--token', 'right');
  const audio = readWav(readFileSync(wav));
  if (!audio.ok) throw new Error(audio.error.reason);
  expect(audio.value.samples.length).toBe(4000);
  audio.value.samples.forEach((s, i) => expect(s).toBe((i % 160) * 100));
  while (taps.open > 0) await new Promise((done) => setImmediate(done));
  expect(tapped).toEqual([true, false]);
  expect(audits).toEqual(['media.tap', 'media.tap.end']);
});

test('a leg that ends ends the tap', async () => {
  const wav = join(folder, 'short.wav');
  const done = nailup('tap', '--leg', leg, '--wav', wav, '--token', 'right');
  while (taps.open === 0) await new Promise((turn) => setImmediate(turn));
  taps.onMedia({ name: 'node.closed', node: leg });
  await done;
  expect(readWav(readFileSync(wav)).ok).toBe(true);
  expect(taps.open).toBe(0);
});

test('without the token, or of an unknown leg, nothing is tapped', async () => {
  const before = audits.length;
  await expect(nailup('tap', '--leg', leg, '--wav', join(folder, 'x.wav'), '--token', 'wrong')).rejects.toThrow(/UNAUTHORISED/);
  await expect(nailup('tap', '--leg', 'leg-2', '--wav', join(folder, 'x.wav'), '--token', 'right')).rejects.toThrow(/MEDIA_LEG_UNKNOWN/);
  expect(audits.length).toBe(before);
});
