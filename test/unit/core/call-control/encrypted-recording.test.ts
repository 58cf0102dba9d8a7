import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ScriptedCallees } from '../../../../sim/callees/scripted-callees.ts';
import { readWav } from '../../../../src/audio/wav-file.ts';
import type { PlatformEvent } from '../../../../src/ccxml/platform.ts';
import { SystemClock } from '../../../../src/kernel/clock.ts';
import { RandomIds, type ConnectionId } from '../../../../src/kernel/ids.ts';
import { silentLogger } from '../../../../src/kernel/logger.ts';
import { decryptRecording } from '../../../../src/media/embedded/encrypted-recording.ts';
import { createEmbeddedMedia } from '../../../../src/media/embedded/index.ts';
import { CallStack } from '../../../conformance/over-sip/call-stack.ts';
import { levelAt } from '../../../contract/media/signals.ts';

const key = 'c0ffee'.repeat(10) + '0123';

test('with media.recordingKey a call that a page records is on the disk encrypted only, and decrypts to what was said', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'nailup-encrypted-call-'));
  const callees = new ScriptedCallees(new SystemClock(), silentLogger);
  await callees.start();
  const media = createEmbeddedMedia({ address: '127.0.0.1', packetIo: 'dgram', recordingKey: key }, { log: silentLogger });
  const events: PlatformEvent[] = [];
  const stack = await CallStack.open({ media, resolver: callees.resolver, fetch: { fileRoots: [] }, recordingFolder: folder }, (event) => void events.push(event));
  const session = new RandomIds().next('session');
  const hints = {};

  let n = 0;
  const tone = (out: Int16Array): boolean => {
    for (let i = 0; i < out.length; i++, n++) out[i] = 8000 * Math.sin((2 * Math.PI * 500 * n) / 8000);
    return true;
  };
  const connection = await new Promise<ConnectionId>((resolve) => {
    stack.incoming = (incoming) => resolve(incoming.take());
    callees.call({ from: 'sip:alice@sim', to: 'sip:app@test', target: `sip:app@${stack.address}` }, { speak: tone });
  });
  stack.platform.accept({ connection, hints });
  await until(() => events.some((event) => event.name === 'connection.connected'));
  const send = (data: Record<string, unknown>): void => {
    expect(stack.platform.sendToLauncher({ session, target: 'nailup.record', event: 'record', data: { connectionid: connection, name: 'secret', ...data }, hints })).toEqual({ accepted: true });
  };
  send({ what: 'in' });
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  send({ do: 'stop' });
  await until(() => events.some((event) => event.name === 'connection.signal' && event.info['recording'] === 'secret'));
  stack.platform.disconnect({ connection, hints });
  await until(() => stack.open === 0);
  await stack.close();
  await media.stop();
  await callees.stop();

  expect(readdirSync(folder)).toEqual(['secret.wav.nailrec']);
  const bytes = readFileSync(join(folder, 'secret.wav.nailrec'));
  expect(bytes.subarray(0, 8).toString('latin1')).toBe('NAILREC1');
  expect(decryptRecording(bytes, Buffer.alloc(32, 1))).toMatchObject({ ok: false });
  const plain = decryptRecording(bytes, Buffer.from(key, 'hex'));
  if (!plain.ok) throw new Error(plain.error);
  expect(plain.value.complete).toBe(true);
  const wav = readWav(plain.value.wav);
  if (!wav.ok) throw new Error(wav.error.reason);
  expect(wav.value.samples.length).toBeGreaterThan(4_000);
  // 8,000 is −9.1 dBm0.
  expect(Math.abs(levelAt(wav.value.samples, 500, wav.value.samples.length - 3_200, 1_600) + 9.1)).toBeLessThan(1);
  // Nothing of it is there in the clear: what stands on the disk is as good as noise.
  const counts = new Array<number>(256).fill(0);
  for (const octet of bytes.subarray(36)) counts[octet] = (counts[octet] ?? 0) + 1;
  expect(Math.max(...counts)).toBeLessThan((bytes.length / 256) * 2);
  rmSync(folder, { recursive: true });
});

async function until(done: () => boolean): Promise<void> {
  for (const end = performance.now() + 10_000; !done(); ) {
    if (performance.now() > end) throw new Error('not in time');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
