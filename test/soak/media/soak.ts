import type { MediaId } from '../../../src/kernel/ids.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { createEmbeddedMedia } from '../../../src/media/embedded/index.ts';
import type { MediaEvent } from '../../../src/media/media.ts';
import { Load } from '../../bench/media/load.ts';
import { argument, trendOf, type Soak } from '../soak.ts';
import { IdleThread } from './idle-thread.ts';

const id = (name: string): MediaId => name as MediaId;
const everyMs = 5000;
/** Two minutes: code is compiled, pools and buffers take their size. */
const warmUpSamples = 120_000 / everyMs;
/** Later than this a tick should not be, milliseconds. */
const latestMs = 10;
/** Growth after the warm-up that is no leak, MB: what the allocators of the two threads round up. */
const allowanceMb = 8;
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Calls of two legs with speech both ways; every 5 s each is parted and joined again, and a twentieth more legs come and go. Beside them a thread does nothing: what makes it late is the machine. */
export const soak: Soak = {
  async run({ minutes, args, say }) {
    const calls = argument(args, '--calls', 300);
    const media = createEmbeddedMedia({ maxEndpointsPerWorker: 10_000, admissionTickMs: 1000 }, { log: silentLogger });
    const ports = new Map<string, number>();
    let failed = 0;
    await media.start((event: MediaEvent) => {
      if (event.name === 'endpoint.ready') ports.set(event.node, Number(/m=audio (\d+)/.exec(event.sdp)?.[1]));
      if (event.name === 'endpoint.failed') failed += 1;
    });
    const load = new Load();
    const remoteSdp = `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio ${load.port} RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n`;
    const legs = Array.from({ length: calls * 2 }, (_, i) => id(`leg${i}`));
    for (const node of legs) media.openEndpoint({ node, remoteSdp });
    while (ports.size < legs.length && failed === 0) await pause(20);
    load.start(legs.map((node) => ports.get(node) ?? 0));
    const memory: number[] = [];
    const lateness: number[] = [];
    const idle = new IdleThread();
    let [missed, alsoIdle] = [0, 0];
    const end = performance.now() + minutes * 60_000;
    for (let round = 0; performance.now() < end; round++) {
      for (let i = 0; i < legs.length; i += 2) {
        const [a, b] = [legs[i] as MediaId, legs[i + 1] as MediaId];
        for (const [from, to] of [[a, b], [b, a]] as const) {
          if (round > 0) media.disconnect({ from, to });
          setTimeout(() => media.connect({ from, to, clamp: { events: 'mute', inband: round % 2 === 0 ? 'mute' : 'pass' } }), 100);
        }
      }
      const guests = Array.from({ length: Math.ceil(calls / 20) }, (_, i) => id(`guest${round}-${i}`));
      for (const node of guests) media.openEndpoint({ node, remoteSdp });
      await pause(everyMs);
      for (const node of guests) {
        media.close({ node });
        ports.delete(node);
      }
      const { recent, endpoints } = await media.stats();
      memory.push(process.memoryUsage().rss / 1e6);
      lateness.push(recent?.latenessP99Ms ?? 0);
      const [late, idleMs] = [lateness.at(-1) ?? 0, idle.takeWorstMs()];
      if (late >= latestMs) {
        missed += 1;
        if (idleMs >= latestMs) alsoIdle += 1;
      }
      if (round % 6 === 5 || late >= latestMs) {
        say(`${((round + 1) * everyMs) / 1000} s: ${endpoints} legs, ${memory.at(-1)?.toFixed(0)} MB, lateness p99 ${late.toFixed(1)} ms, work of a tick ${recent?.workP50Ms.toFixed(1) ?? ''} ms, an idle thread late by up to ${idleMs.toFixed(1)} ms`);
      }
    }
    load.close();
    for (const node of legs) media.close({ node });
    await pause(200);
    const { openPorts, endpoints } = await media.stats();
    await media.stop();
    await idle.stop();
    const { grown, noise, flat } = trendOf(memory, allowanceMb, warmUpSamples);
    const worst = Math.max(...lateness);
    const share = load.received / Math.max(1, load.sent);
    return [
      { name: 'memory', goal: `flat after a quarter, at least 2 min: grown by at most ${allowanceMb} MB or twice the noise`, measured: `${grown.toFixed(2)} ± ${noise.toFixed(2)} MB, ${memory.at(-1)?.toFixed(0)} MB at the end`, met: flat },
      { name: 'tick lateness p99', goal: `below ${latestMs} ms in every 5 s`, measured: `${worst.toFixed(1)} ms; ${missed} of ${lateness.length} times not, ${alsoIdle} of them with an idle thread as late`, met: worst < latestMs },
      { name: 'ports and legs left', goal: '0', measured: `${openPorts} and ${endpoints}`, met: openPorts === 0 && endpoints === 0 },
      { name: 'packets back', goal: 'at least 0.95 of those sent', measured: share.toFixed(3), met: share >= 0.95 },
      { name: 'legs refused', goal: '0', measured: String(failed), met: failed === 0 },
    ];
  },
};
