import { RtcpSession } from '../../../src/media/embedded/rtcp-session.ts';
import { readRtcp, RtcpWriter } from '../../../src/rtp/rtcp.ts';
import { SimulatedMedia } from './simulated-engine.ts';

/** Delays since the last sender report, of the blocks of a report. Units of 1/65,536 s. */
function delays(report: Uint8Array): number[] {
  const found: number[] = [];
  readRtcp(report, 0, report.length, { senderReport: () => undefined, bye: () => undefined, voipMetrics: () => undefined, reportBlock: (...block) => void found.push(block[7]) });
  return found;
}

describe('the times of RTCP', () => {
  test('a report leaves in the tick that wrote it, and says how long ago the far end\'s came, from its arrival on', () => {
    const media = new SimulatedMedia();
    const phone = media.phone('one');
    const writer = new RtcpWriter();
    let arrivedAt = 0;
    let reports = 0;
    for (let tick = 0; tick < 1_500; tick++) {
      media.run(1);
      expect(media.handedOver.waiting).toBe(0);
      if (tick === 100) {
        writer.senderReport(phone.ssrc, 0xe000_1234, 5, 160, 10, 1_600);
        arrivedAt = media.nowMs + 9;
        phone.rtcp.listener?.packet(writer.bytes, writer.length, 0x7f00_0001, 40_001, arrivedAt);
      }
      for (const report of phone.rtcp.sent.splice(0)) {
        for (const delay of arrivedAt === 0 ? [] : delays(report)) {
          expect(delay / 65.536).toBeCloseTo(media.nowMs - arrivedAt, 1);
          reports += 1;
        }
      }
    }
    expect(reports).toBeGreaterThan(3);
  });

  test('the round trip does not have the time for which a report waited to be read', () => {
    const session = new RtcpSession('nailup@192.0.2.1', () => 0.5);
    const wallMs = Date.now() - 100;
    const middle = (((Math.floor(wallMs / 1000) + 2_208_988_800) & 0xffff) * 65_536 + Math.floor(((wallMs % 1000) / 1000) * 65_536)) >>> 0;
    const writer = new RtcpWriter();
    writer.receiverReport(7).reportBlock(1, 0, 0, 0, 0, middle, Math.round(50 * 65.536));
    expect(session.receive(writer.bytes, 0, writer.length, 1, 1_000, 1_030)).toBe(true);
    // 100 ms since our report, of which the far end had it for 50, and we theirs for 30.
    expect(session.roundTripMs).toBeGreaterThanOrEqual(18);
    expect(session.roundTripMs).toBeLessThan(200);
    const late = session.roundTripMs;
    session.receive(writer.bytes, 0, writer.length, 1, 1_000, 1_000);
    expect(session.roundTripMs - late).toBeGreaterThanOrEqual(29);
  });
});
