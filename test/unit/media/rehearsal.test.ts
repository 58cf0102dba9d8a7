import { rehearse } from '../../../src/media/embedded/rehearsal.ts';

test('the calls of a rehearsal are carried to their end, each way, and nothing of them is left', () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const before = timers();
  const sent = rehearse({ address: '192.0.2.1', advertisedAddress: '192.0.2.1', ports: { from: 1, to: 2 }, packetIo: 'auto', codecs: ['PCMA'], silentAfterMs: 5000, dscp: 46, rehearse: true });
  // 16 phones, 250 ticks; some packets of theirs are lost and concealed, and RTCP comes on top.
  expect(sent).toBeGreaterThan(16 * 240);
  expect(sent).toBeLessThan(16 * 260);
  expect(timers()).toBe(before);
});
