import { SeededRandom } from '../../../src/kernel/random.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { createEmbeddedMedia } from '../../../src/media/embedded/index.ts';
import { id, MediaHarness, wait } from '../../contract/media/media-harness.ts';
import { levelAt, sine } from '../../contract/media/signals.ts';
import { argument, type Soak } from '../soak.ts';
import { Flood } from './flood.ts';

const strangerHz = 2200;
const everyMs = 5000;

const packetSamples = 160;

/** The level at a frequency in the half second that is the middle one of all by it. */
function usual(audio: Int16Array, hz: number): number {
  const levels = Array.from({ length: Math.floor(audio.length / 4000) }, (_, i) => levelAt(audio, hz, i * 4000, 4000)).sort((a, b) => a - b);
  return levels[levels.length >> 1] ?? -120;
}

/** Packets in which another tone stands out and the leg's own does not. */
function foreign(audio: Int16Array, own: number, other: number): number {
  let count = 0;
  for (let at = 0; at + packetSamples <= audio.length; at += packetSamples) {
    const level = levelAt(audio, other, at, packetSamples);
    if (level > -20 && level > levelAt(audio, own, at, packetSamples) + 6) count += 1;
  }
  return count;
}

/**
 * `npm run soak -- flood [--minutes 20] [--calls 20] [--rate 100000]`: calls between phones that each say a tone of their own. One
 * plain and one secured leg are flooded with every bad kind of packet; the others must not notice, and the flooded call goes on.
 */
export const soak: Soak = {
  async run({ minutes, args, say }) {
    const calls = argument(args, '--calls', 20);
    const rate = argument(args, '--rate', 100_000);
    const h = new MediaHarness(createEmbeddedMedia({ admissionTickMs: 1000 }, { log: silentLogger }));
    await h.start();
    const random = new SeededRandom(4);
    const hertz = (call: number): number => 400 + (call % 8) * 200;
    const hearers = [];
    let flooded = 0;
    for (let call = 0; call < calls; call++) {
      const speaker = await h.phone(`speaker${call}`);
      const hearer = await h.phone(`hearer${call}`);
      speaker.say = sine(hertz(call));
      h.join(`speaker${call}`, `hearer${call}`);
      hearers.push({ call, hearer });
      if (call === 0) flooded = speaker.remote?.port ?? 0;
    }
    // Two endpoints of ours that speak SRTP to each other; what the second one hears goes to a phone.
    h.media.openEndpoint({ node: id('secureA'), srtp: 'require' });
    const offer = (await h.event('endpoint.ready', (e) => e.node === id('secureA'))).sdp;
    h.media.openEndpoint({ node: id('secureB'), remoteSdp: offer, srtp: 'require' });
    const answer = (await h.event('endpoint.ready', (e) => e.node === id('secureB'))).sdp;
    h.media.applyAnswer({ node: id('secureA'), sdp: answer });
    const listener = await h.phone('listener');
    h.connect('secureB', 'listener');
    h.media.play({ play: 'secure', node: id('secureA'), loop: true, items: [{ kind: 'tone', tone: 'dial' }] });
    await wait(6000);
    const before = (await h.media.stats()).recent?.latenessP99Ms ?? 0;
    say(`before the flood: ${calls} calls, lateness p99 ${before.toFixed(1)} ms`);

    const flood = new Flood([flooded, Number(/m=audio (\d+)/.exec(answer)?.[1])], strangerHz, () => random.next());
    flood.start(rate);
    const began = performance.now();
    const lateness: number[] = [];
    let crossed = 0;
    let silent = 0;
    let strangers = 0;
    while (performance.now() - began < minutes * 60_000) {
      for (const { hearer } of hearers) hearer.heard.length = 0;
      listener.heard.length = 0;
      h.events.length = 0;
      await wait(everyMs);
      lateness.push((await h.media.stats()).recent?.latenessP99Ms ?? 0);
      for (const { call, hearer } of hearers) {
        const audio = hearer.audio();
        if (usual(audio, hertz(call)) < -20) silent += 1;
        crossed += foreign(audio, hertz(call), hertz(call + 1));
        strangers += foreign(audio, hertz(call), strangerHz);
      }
      if (usual(listener.audio(), 440) < -30) silent += 1;
      strangers += foreign(listener.audio(), 440, strangerHz);
    }
    const perSecond = flood.sent / ((performance.now() - began) / 1000);
    flood.close();
    await h.closeAll();
    await wait(200);
    const { openPorts, endpoints } = await h.media.stats();
    await h.media.stop();
    const worst = Math.max(...lateness);
    return [
      { name: 'the flood', goal: `at least 0.9 of ${rate} packets a second`, measured: perSecond.toFixed(0), met: perSecond >= rate * 0.9 },
      { name: 'tick lateness p99 under it', goal: 'below 10 ms in every 5 s', measured: `${worst.toFixed(1)} ms (${before.toFixed(1)} before)`, met: worst < 10 },
      { name: 'legs whose audio did not arrive', goal: '0', measured: String(silent), met: silent === 0 },
      { name: "packets of another call's audio", goal: '0', measured: String(crossed), met: crossed === 0 },
      { name: "packets of the stranger's audio", goal: '0', measured: String(strangers), met: strangers === 0 },
      { name: 'ports and legs left', goal: '0', measured: `${openPorts} and ${endpoints}`, met: openPorts === 0 && endpoints === 0 },
    ];
  },
};
