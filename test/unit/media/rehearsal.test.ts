import { loadLibc } from '../../../src/media/embedded/libc.ts';
import { rehearse } from '../../../src/media/embedded/rehearsal.ts';

test('the calls of a rehearsal are carried to their end, each way, and nothing of them is left', () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const before = timers();
  const heard = rehearse({ address: '192.0.2.1', advertisedAddress: '192.0.2.1', ports: { from: 1, to: 2 }, packetIo: 'auto', codecs: ['PCMA'], silentAfterMs: 5000, dscp: 46, rehearse: true });
  // 24 phones, 250 ticks; those of the last one are not read any more. Where packets do not come within a tick there is no rehearsal.
  const far = typeof loadLibc() === 'string' ? 0 : 1;
  expect(heard).toBeGreaterThanOrEqual(24 * 240 * far);
  expect(heard).toBeLessThanOrEqual(24 * 250 * far);
  expect(timers()).toBe(before);
});
