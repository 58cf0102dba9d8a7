/**
 * What every media adapter must do, over real RTP on loopback. Cases that need a capability the adapter does not declare
 * are run as the refusal that it then owes.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import type { Media } from '../../../src/media/media.ts';
import { id, MediaHarness, wait } from './media-harness.ts';
import { align, dtmfSample, frequenciesOf, from, levelAt, peakLevelAt, silence, sine, speechLike } from './signals.ts';

// Real sockets in real time: a machine that stalls for 100 ms spoils a case. It is said when that happened.
jest.retryTimes(2, { logErrorsBeforeRetry: true });

export function mediaContract(name: string, create: () => Media): void {
  describe(`the media port: ${name}`, () => {
    let h: MediaHarness;
    const folder = mkdtempSync(join(tmpdir(), 'media-contract-'));

    beforeAll(async () => {
      h = new MediaHarness(create());
      await h.start();
    });
    afterEach(async () => {
      await h.closeAll();
      for (const node of ['conference', 'conference2', 'dialog']) h.media.close({ node: id(node) });
      h.events.length = 0;
    });
    afterAll(async () => {
      await wait(100);
      const left = await h.media.stats();
      await h.media.stop();
      rmSync(folder, { recursive: true });
      expect(left).toMatchObject({ endpoints: 0, conferences: 0, dialogs: 0, openPorts: 0 });
    });

    describe('endpoints', () => {
      test('an endpoint without a far end offers, and takes the answer', async () => {
        expect(h.media.openEndpoint({ node: id('a') }).accepted).toBe(true);
        const { sdp } = await h.event('endpoint.ready');
        expect(sdp).toMatch(/^v=0\r\n/);
        expect(sdp).toMatch(/m=audio \d+ RTP\/AVP 0 8 101\r\n/);
        expect(Number(/m=audio (\d+)/.exec(sdp)![1]) % 2).toBe(0);
        h.media.applyAnswer({ node: id('a'), sdp: 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\n' });
        expect(await h.event('endpoint.negotiated')).toMatchObject({ codec: 'PCMA', dtmf: 'inband', direction: 'sendrecv', remote: '127.0.0.1:40000' });
      });

      test('a broken description fails as bad-sdp, one without a common codec as unsupported', async () => {
        h.media.openEndpoint({ node: id('a'), remoteSdp: 'nonsense' });
        h.media.openEndpoint({ node: id('b'), remoteSdp: 'v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 40000 RTP/AVP 18\r\n' });
        expect((await h.event('endpoint.failed', (e) => e.node === id('a'))).kind).toBe('bad-sdp');
        expect((await h.event('endpoint.failed', (e) => e.node === id('b'))).kind).toBe('unsupported');
      });

      test('unknown ids, doubled ids and wrong kinds are refused at once', () => {
        expect(h.media.connect({ from: id('x'), to: id('y') })).toMatchObject({ accepted: false, refusal: { kind: 'unknown-id' } });
        expect(h.media.applyAnswer({ node: id('x'), sdp: '' })).toMatchObject({ accepted: false, refusal: { kind: 'unknown-id' } });
        h.media.openDialog({ node: id('dialog') });
        expect(h.media.openConference({ node: id('dialog') })).toMatchObject({ accepted: false, refusal: { kind: 'bad-state' } });
        expect(h.media.applyAnswer({ node: id('dialog'), sdp: '' })).toMatchObject({ accepted: false, refusal: { kind: 'bad-state' } });
        expect(h.media.openEndpoint({ node: id('q'), codecs: ['MP3'] })).toMatchObject({ accepted: false, refusal: { kind: 'bad-argument' } });
        expect(h.media.close({ node: id('x') }).accepted).toBe(true);
      });

      test('closing tells node.closed and frees the ports', async () => {
        await h.phone('a');
        expect((await h.media.stats()).openPorts).toBe(2);
        h.media.close({ node: id('a') });
        await h.event('node.closed', (e) => e.node === id('a'));
        expect((await h.media.stats()).openPorts).toBe(0);
      });

      test('hold: our offer says sendonly, and after the answer nothing of theirs is heard', async () => {
        const a = await h.phone('a');
        const b = await h.phone('b');
        a.say = sine(1000);
        h.join('a', 'b');
        await wait(300);
        h.events.length = 0;
        h.media.makeOffer({ node: id('a'), direction: 'sendonly' });
        const { sdp } = await h.event('endpoint.ready');
        expect(sdp).toContain('a=sendonly');
        h.media.applyAnswer({ node: id('a'), sdp: a.sdp({ direction: 'recvonly' }) });
        expect((await h.event('endpoint.negotiated')).direction).toBe('sendonly');
        await wait(100);
        b.heard.length = 0;
        await wait(200);
        expect(levelAt(b.audio(), 1000)).toBeLessThan(-60);
        h.events.length = 0;
        h.media.makeOffer({ node: id('a'), direction: 'sendrecv' });
        expect((await h.event('endpoint.ready')).sdp).toContain('a=sendrecv');
        h.media.applyAnswer({ node: id('a'), sdp: a.sdp() });
        await wait(200);
        b.heard.length = 0;
        await wait(300);
        expect(levelAt(b.audio(), 1000)).toBeGreaterThan(-15);
      });

      test('a phone that falls silent is told, and told again when it speaks', async () => {
        const a = await h.phone('a');
        a.say = sine(500);
        await wait(200);
        a.say = () => undefined;
        expect((await h.event('endpoint.silent', (e) => e.node === id('a'), 3000)).silentMs).toBeGreaterThanOrEqual(1000);
        a.say = sine(500);
        await h.event('endpoint.heard', (e) => e.node === id('a'));
      }, 10_000);

      test('the answer goes to where the audio comes from, and a stranger cannot take the stream over', async () => {
        const a = await h.phone('a', { sdp: { address: '127.0.0.1' } });
        a.say = sine(1000);
        const b = await h.phone('b');
        h.join('a', 'b');
        await wait(300);
        const stranger = await h.phone('stranger');
        stranger.remote = a.remote;
        stranger.ssrc = a.ssrc;
        stranger.sequence = a.sequence;
        stranger.startTimestamp = a.startTimestamp;
        stranger.say = sine(2000);
        stranger.heard.length = 0;
        b.heard.length = 0;
        await wait(500);
        expect(levelAt(b.audio(), 2000)).toBeLessThan(-45);
        expect(levelAt(b.audio(), 1000)).toBeGreaterThan(-15);
        expect(a.heard.length).toBeGreaterThan(20);
      });

      test('a phone behind a NAT is found by its packets', async () => {
        const a = await h.phone('a', { sdp: { address: '192.0.2.1' } });
        a.say = sine(1000);
        await wait(300);
        expect(a.heard.length).toBeGreaterThan(5);
      });
    });

    describe('bridges', () => {
      test('speech crosses a bridge whole, with the quality that µ-law allows and little delay', async () => {
        const a = await h.phone('a');
        const b = await h.phone('b');
        h.join('a', 'b');
        await wait(100);
        const speech = speechLike(2);
        const start = a.position;
        let beganAt = 0;
        a.say = (at) => {
          if (beganAt === 0) beganAt = performance.now();
          return from(speech)(at - start);
        };
        b.say = silence;
        await wait(2400);
        // Piece by piece, so that a hiccup of the machine (the buffer then stretches by a frame) spoils one piece only.
        const audio = b.audio();
        const pieces = [400, 3900, 4400, 7700, 8200].map((at) => ({ at, ...align(audio, speech.subarray(at, at + 1200)) }));
        expect(pieces.map((piece) => piece.snr).sort((x, y) => x - y)[2]).toBeGreaterThan(33);
        const { at, offset } = pieces[0]!;
        const arrived = b.heard.filter((p) => p.payloadType === 0)[Math.floor(offset / 160)]!;
        expect(arrived.atMs - beganAt - at / 8).toBeLessThan(75);
        const edge = await h.event('edge.flowing', (e) => e.from === id('a') && e.to === id('b'));
        expect(Math.abs(edge.atMs - performance.now())).toBeLessThan(5000);
      });

      test('what is sent is one stream: sequence and timestamps go on without a gap over joins and un-joins', async () => {
        const a = await h.phone('a');
        const b = await h.phone('b');
        a.say = sine(400);
        for (let round = 0; round < 4; round++) {
          h.join('a', 'b');
          await wait(120);
          h.media.disconnect({ from: id('a'), to: id('b') });
          h.media.disconnect({ from: id('b'), to: id('a') });
          await wait(120);
        }
        for (let i = 1; i < b.heard.length; i++) {
          expect((b.heard[i]!.sequence - b.heard[i - 1]!.sequence) & 0xffff).toBe(1);
          expect((b.heard[i]!.timestamp - b.heard[i - 1]!.timestamp) >>> 0).toBe(160);
        }
        // A join in mid-tone ramps: no step between two samples is larger than the tone itself makes.
        const audio = b.audio();
        let largest = 0;
        for (let i = 1; i < audio.length; i++) largest = Math.max(largest, Math.abs(audio[i]! - audio[i - 1]!));
        expect(largest).toBeLessThan(4000);
      });

      test('legs that nobody listens to are forwarded as they come, events too, and go on as one stream when that ends', async () => {
        const a = await h.phone('a', { open: { listen: false } });
        const b = await h.phone('b', { open: { listen: false } });
        const speech = speechLike(1);
        a.say = silence;
        b.say = silence;
        h.join('a', 'b');
        await wait(200);
        const start = a.position;
        a.say = (at) => from(speech)(at - start);
        await wait(1200);
        expect(align(b.audio(), speech.subarray(800, 7000)).snr).toBeGreaterThan(33);
        a.press('37');
        await h.until(() => b.events() === '37' && h.digits('a') === '37', 3000, 'the events');
        h.media.play({ play: 'p', node: id('b'), items: [{ kind: 'tone', tone: 'beep' }] });
        await h.event('play.done');
        await wait(200);
        expect(peakLevelAt(b.audio(), 1000)).toBeGreaterThan(-15);
        const packets = b.heard;
        expect(new Set(packets.map((p) => p.ssrc)).size).toBe(1);
        for (let i = 1; i < packets.length; i++) expect((packets[i]!.sequence - packets[i - 1]!.sequence) & 0xffff).toBe(1);
        h.connect('a', 'b', { clamp: { events: 'mute', inband: 'pass' } });
        await wait(100);
        a.press('5');
        await h.event('digit', (e) => e.digit === '5');
        expect(b.events()).toBe('37');
      });

      test('gain on an edge is exact', async () => {
        const a = await h.phone('a');
        const b = await h.phone('b');
        a.say = sine(1000);
        h.connect('a', 'b', { gain: -12 });
        await wait(600);
        const audio = b.audio();
        expect(levelAt(audio, 1000, audio.length - 1600, 1600)).toBeCloseTo(20 * Math.log10(8000 / 32768) + 3.14 - 12, 0);
      });

      test('one packet in 30 lost is concealed: no click, and the tone goes on', async () => {
        const a = await h.phone('a');
        const b = await h.phone('b');
        a.say = sine(440);
        let n = 0;
        a.send = (packet) => {
          if (++n % 30 !== 0) a.socket.send(packet, a.remote!.port, a.remote!.address);
        };
        h.join('a', 'b');
        await wait(2000);
        const audio = b.audio();
        let quietest = 0;
        for (let at = 2000; at + 160 < audio.length; at += 80) quietest = Math.min(quietest, levelAt(audio, 440, at, 160));
        expect(quietest).toBeGreaterThan(-25);
        expect((await h.media.stats()).legs.find((leg) => leg.node === id('a'))!.packetsLost).toBeGreaterThan(1);
      });
    });

    test('a stretch of a leg\'s life is measured apart from what was before, to its end or the leg\'s', async () => {
      const { media } = h;
      if (media.measure === undefined || media.endMeasure === undefined) return void expect(media.endMeasure).toBe(media.measure);
      expect(media.measure({ node: id('a'), measure: 'm' })).toMatchObject({ accepted: false, refusal: { kind: 'unknown-id' } });
      media.openEndpoint({ node: id('b') });
      expect(media.measure({ node: id('b'), measure: 'm' })).toMatchObject({ accepted: false, refusal: { kind: 'bad-state' } });
      const a = await h.phone('a');
      a.say = silence;
      let n = 0;
      let losing = true;
      a.send = (packet) => {
        if (!losing || ++n % 3 !== 0) a.socket.send(packet, a.remote!.port, a.remote!.address);
      };
      await wait(600);
      expect(media.measure({ node: id('a'), measure: 'bad' }).accepted).toBe(true);
      await wait(600);
      expect(media.endMeasure({ node: id('a'), measure: 'bad' }).accepted).toBe(true);
      const bad = await h.event('measure.done', (e) => e.measure === 'bad');
      losing = false;
      media.measure({ node: id('a'), measure: 'good' });
      await wait(600);
      media.close({ node: id('a') });
      const good = await h.event('measure.done', (e) => e.measure === 'good');
      const closed = await h.event('node.closed', (e) => e.node === id('a'));
      expect(h.events.findIndex((e) => e.name === 'measure.done' && e.measure === 'good')).toBeLessThan(h.events.findIndex((e) => e.name === 'node.closed' && e.node === id('a')));
      expect(bad).toMatchObject({ node: id('a'), leg: { node: id('a'), codec: 'PCMU' } });
      expect(Math.abs(bad.durationMs - 600)).toBeLessThan(150);
      // 30 packets, of which a third was lost; the first of the good ones may tell of one more.
      expect(bad.leg.packetsReceived + bad.leg.packetsLost).toBeGreaterThan(24);
      expect(bad.leg.packetsLost / (bad.leg.packetsReceived + bad.leg.packetsLost)).toBeCloseTo(1 / 3, 1);
      expect(good.leg.packetsReceived).toBeGreaterThan(24);
      expect(good.leg.packetsLost).toBeLessThanOrEqual(1);
      expect([bad.leg.mos < 2, good.leg.mos > 4, closed.leg!.mos < 3]).toEqual([true, true, true]);
      expect(closed.leg!.packetsReceived).toBeGreaterThanOrEqual(bad.leg.packetsReceived + good.leg.packetsReceived);
    });

    describe('conferences', () => {
      test('everybody hears the others and not itself', async () => {
        const phones = { a: 500, b: 900, c: 1400 };
        h.media.openConference({ node: id('conference') });
        const peers = new Map<string, Awaited<ReturnType<typeof h.phone>>>();
        for (const [phone, hz] of Object.entries(phones)) {
          const peer = await h.phone(phone);
          peer.say = sine(hz, 5000);
          peers.set(phone, peer);
          h.join(phone, 'conference');
        }
        await wait(400);
        for (const peer of peers.values()) peer.heard.length = 0;
        await wait(500);
        for (const [phone, peer] of peers) {
          for (const [other, hz] of Object.entries(phones)) {
            if (other === phone) expect(levelAt(peer.audio(), hz)).toBeLessThan(-45);
            else expect(levelAt(peer.audio(), hz)).toBeCloseTo(20 * Math.log10(5000 / 32768) + 3.14, -0.5);
          }
        }
      });

      test('a listener without an edge into the conference is heard by nobody, and a whisper by one alone', async () => {
        h.media.openConference({ node: id('conference') });
        const agent = await h.phone('a');
        const customer = await h.phone('b');
        const coach = await h.phone('c');
        h.join('a', 'conference');
        h.join('b', 'conference');
        h.connect('conference', 'c');
        h.connect('c', 'a');
        coach.say = sine(700);
        customer.say = sine(1100);
        await wait(600);
        const tail = (samples: Int16Array): Int16Array => samples.subarray(samples.length - 1600);
        expect(levelAt(tail(agent.audio()), 700)).toBeGreaterThan(-15);
        expect(levelAt(tail(agent.audio()), 1100)).toBeGreaterThan(-15);
        expect(levelAt(tail(customer.audio()), 700)).toBeLessThan(-50);
        expect(levelAt(tail(coach.audio()), 1100)).toBeGreaterThan(-15);
      });

      test('what is played to a conference reaches all, and a digit is told by the conference', async () => {
        h.media.openConference({ node: id('conference') });
        const a = await h.phone('a');
        const b = await h.phone('b');
        h.join('a', 'conference');
        h.join('b', 'conference');
        h.media.play({ play: 'p', node: id('conference'), items: [{ kind: 'tone', tone: 'dial', durationMs: 600 }] });
        await h.event('play.done');
        for (const peer of [a, b]) expect(peakLevelAt(peer.audio(), 440)).toBeGreaterThan(-20);
        a.press('7');
        expect(await h.event('digit', (e) => e.node === id('conference'))).toMatchObject({ digit: '7', via: 'rfc4733' });
        await h.until(() => b.events() === '7', 2000, 'the event at the other member');
        expect(a.events()).toBe('');
      });
    });

    describe('play', () => {
      const tone = (hz: number, ms: number, rate = 8000): Int16Array => Int16Array.from({ length: (ms * rate) / 1000 }, (_, i) => 8000 * Math.sin((2 * Math.PI * hz * i) / rate));

      test('items play in order with their marks, and the length is told', async () => {
        const a = await h.phone('a');
        h.media.play({ play: 'p', node: id('a'), items: [
          { kind: 'pcm', sampleRate: 8000, samples: tone(600, 200) }, { kind: 'mark', name: 'between' }, { kind: 'silence', durationMs: 100 }, { kind: 'pcm', sampleRate: 16_000, samples: tone(900, 200, 16_000) },
        ] });
        await h.event('play.started', (e) => e.play === 'p');
        const mark = await h.event('play.mark', (e) => e.mark === 'between');
        const done = await h.event('play.done', (e) => e.play === 'p');
        expect(done.how).toBe('finished');
        expect(done.playedMs).toBeGreaterThan(490);
        expect(done.playedMs).toBeLessThan(510);
        expect(mark.atMs).toBeGreaterThan(0);
        await wait(60);
        expect(peakLevelAt(a.audio(), 600)).toBeGreaterThan(-12);
        expect(peakLevelAt(a.audio(), 900)).toBeGreaterThan(-12);
      });

      test('WAV and raw files play; a missing one fails with the reason and the queue goes on', async () => {
        const a = await h.phone('a');
        const samples = tone(700, 300);
        const header = Buffer.alloc(44);
        header.write('RIFF', 0);
        header.writeUInt32LE(36 + samples.byteLength, 4);
        header.write('WAVEfmt ', 8);
        header.writeUInt32LE(16, 16);
        header.writeUInt16LE(1, 20);
        header.writeUInt16LE(1, 22);
        header.writeUInt32LE(8000, 24);
        header.writeUInt32LE(16_000, 28);
        header.writeUInt16LE(2, 32);
        header.writeUInt16LE(16, 34);
        header.write('data', 36);
        header.writeUInt32LE(samples.byteLength, 40);
        writeFileSync(join(folder, 'tone.wav'), Buffer.concat([header, Buffer.from(samples.buffer)]));
        h.media.play({ play: 'missing', node: id('a'), items: [{ kind: 'file', path: join(folder, 'none.wav') }] });
        h.media.play({ play: 'there', node: id('a'), items: [{ kind: 'file', path: join(folder, 'tone.wav'), fromMs: 100 }] });
        expect(await h.event('play.done', (e) => e.play === 'missing')).toMatchObject({ how: 'failed', reason: expect.stringContaining('none.wav') });
        const done = await h.event('play.done', (e) => e.play === 'there');
        expect(done).toMatchObject({ how: 'finished', playedMs: 200 });
        await wait(60);
        expect(peakLevelAt(a.audio(), 700)).toBeGreaterThan(-12);
      });

      test('a digit stops a play that allows it within 60 ms', async () => {
        const a = await h.phone('a');
        a.say = silence;
        h.media.play({ play: 'long', node: id('a'), bargeIn: true, loop: true, items: [{ kind: 'pcm', sampleRate: 8000, samples: tone(800, 1000) }] });
        await h.event('play.started');
        await wait(200);
        a.press('1');
        const pressedAt = performance.now();
        expect((await h.event('play.done')).how).toBe('barged');
        await wait(150);
        const after = a.heard.filter((p) => p.payloadType === 0 && p.atMs > pressedAt);
        const sounding = after.filter((p) => p.payload.some((code) => (code & 0x7f) < 0x60));
        expect(sounding.length === 0 ? 0 : sounding[sounding.length - 1]!.atMs - pressedAt).toBeLessThan(80);
      });

      test('a dialog plays to a phone and hears its digits', async () => {
        const a = await h.phone('a');
        h.media.openDialog({ node: id('dialog') });
        h.join('a', 'dialog');
        h.media.play({ play: 'p', node: id('dialog'), bargeIn: true, items: [{ kind: 'tone', tone: 'ringback' }] });
        await wait(400);
        expect(peakLevelAt(a.audio(), 440)).toBeGreaterThan(-25);
        a.press('42#');
        await h.until(() => h.digits('dialog') === '42#');
        expect((await h.event('play.done')).how).toBe('barged');
      });

      test('a play that runs is moved by a place and by a way; marks that are passed over are not told, and again after the way back', async () => {
        const a = await h.phone('a');
        a.say = silence;
        const items = [
          { kind: 'pcm', sampleRate: 8000, samples: tone(600, 3000) }, { kind: 'mark', name: 'middle' }, { kind: 'pcm', sampleRate: 8000, samples: tone(900, 3000) }, { kind: 'mark', name: 'end' },
        ] as const;
        if (h.media.seekPlay === undefined) return;
        const seek = (to: { toMs: number } | { byMs: number }, play = 'p'): string => {
          const reply = h.media.seekPlay!({ play, ...to });
          return reply.accepted ? 'accepted' : reply.refusal.kind;
        };
        h.media.play({ play: 'p', node: id('a'), items });
        h.media.play({ play: 'queued', node: id('a'), loop: true, items: [{ kind: 'pcm', sampleRate: 8000, samples: tone(700, 200) }, { kind: 'mark', name: 'round' }] });
        expect(seek({ toMs: 0 }, 'none')).toBe('unknown-id');
        await h.event('play.started', (e) => e.play === 'p');
        expect(seek({ toMs: 0 }, 'queued')).toBe('bad-state');
        expect(seek({ byMs: Number.NaN })).toBe('bad-argument');
        await wait(150);
        expect(seek({ byMs: 3000 })).toBe('accepted');
        await wait(200);
        expect(h.all('play.mark')).toEqual([]);
        expect(peakLevelAt(a.audio(), 900)).toBeGreaterThan(-12);
        // From about 350 ms into the second item to its end but for 50 ms, back over the mark, and on over it.
        expect(seek({ byMs: -800 })).toBe('accepted');
        await h.event('play.mark', (e) => e.mark === 'middle');
        expect(seek({ toMs: 1e12 })).toBe('accepted');
        const done = await h.event('play.done', (e) => e.play === 'p');
        expect(done.how).toBe('finished');
        expect(done.playedMs).toBeLessThan(2000);
        expect(seek({ toMs: 0 })).toBe('unknown-id');
        expect(h.all('play.mark').map((e) => e.mark)).not.toContain('end');
        await h.event('play.mark', (e) => e.mark === 'round');
        expect(seek({ byMs: -1e12 }, 'queued')).toBe('accepted');
        expect(seek({ byMs: 1e12 }, 'queued')).toBe('accepted');
        await wait(100);
        expect(h.all('play.done').map((e) => e.play)).toEqual(['p']);
        h.media.stopPlay({ node: id('a') });
        await h.event('play.done', (e) => e.play === 'queued');
      });

      test('stopping ends the play, and a closed node ends what it plays', async () => {
        await h.phone('a');
        for (const play of ['one', 'two']) h.media.play({ play, node: id('a'), items: [{ kind: 'tone', tone: 'busy' }] });
        await h.event('play.started', (e) => e.play === 'one');
        h.media.stopPlay({ node: id('a'), play: 'one' });
        expect((await h.event('play.done', (e) => e.play === 'one')).how).toBe('stopped');
        await h.event('play.started', (e) => e.play === 'two');
        h.media.close({ node: id('a') });
        expect((await h.event('play.done', (e) => e.play === 'two')).how).toBe('stopped');
      });
    });

    describe('digits', () => {
      const inband = (keys: string, onMs = 50, offMs = 50): Int16Array => {
        const one = ((onMs + offMs) * 8000) / 1000;
        const out = new Int16Array(one * keys.length);
        for (const [k, key] of [...keys].entries()) for (let i = 0; i < (onMs * 8000) / 1000; i++) out[k * one + i] = dtmfSample(key, i, 5000);
        return out;
      };

      test('events, tones and INFO are each told once, and reach the other side as events where it takes them', async () => {
        const a = await h.phone('a');
        const b = await h.phone('b');
        a.say = silence;
        h.join('a', 'b');
        a.press('159');
        await h.until(() => h.digits('a') === '159' && b.events() === '159', 4000, 'the events');
        const tones = inband('2580');
        const start = a.position + 800;
        a.say = (at) => (at < start ? silence() : from(tones)(at - start));
        await h.until(() => h.digits('a') === '1592580', 4000, 'the tones');
        expect(h.all('digit').filter((e) => e.node === id('a') && e.via === 'inband')).toHaveLength(4);
        h.media.injectDigit({ node: id('a'), digit: '#', durationMs: 100 });
        await h.until(() => b.events() === '159#', 2000, 'the INFO digit');
      });

      test('sendDigits goes as events where they were agreed, and as tones where not', async () => {
        const a = await h.phone('a');
        const b = await h.phone('b', { sdp: { formats: '0' } });
        expect(h.media.sendDigits({ node: id('a'), digits: '12*' }).accepted).toBe(true);
        h.media.sendDigits({ node: id('b'), digits: '12*', durationMs: 80 });
        await h.event('digits.sent', (e) => e.node === id('a'));
        await h.event('digits.sent', (e) => e.node === id('b'));
        await wait(60);
        expect(a.events()).toBe('12*');
        expect(b.events()).toBe('');
        for (const key of '12*') for (const hz of frequenciesOf(key)) expect(peakLevelAt(b.audio(), hz)).toBeGreaterThan(-14);
        expect(h.media.sendDigits({ node: id('a'), digits: 'x' }).accepted).toBe(false);
      });

      test('a clamped reader hears no digit of any kind, another reader hears all, and speech between digits arrives', async () => {
        h.media.openConference({ node: id('conference') });
        const customer = await h.phone('a');
        const agent = await h.phone('b');
        const monitor = await h.phone('c');
        h.join('a', 'conference');
        h.connect('b', 'conference');
        h.connect('conference', 'b', { clamp: { events: 'mute', inband: 'mute' } });
        h.connect('conference', 'c');
        customer.say = silence;
        await wait(300);
        const keys = '0123456789*#ABCD';
        const tones = inband(keys);
        const speech = speechLike(1);
        const begin = customer.position + 1600;
        customer.say = (at) => {
          const n = at - begin;
          return n < 0 ? silence() : n < tones.length ? from(tones)(n) : from(speech)(n - tones.length - 1600);
        };
        await wait(200 + 1600 + 200 + 1000 + 300);
        customer.say = silence;
        customer.press('5678');
        await h.until(() => monitor.events() === '5678', 4000, 'the events at the monitor');
        expect(agent.events()).toBe('');
        const protectedAudio = agent.audio();
        const open = monitor.audio();
        for (const key of keys) for (const hz of frequenciesOf(key)) expect(peakLevelAt(open, hz)).toBeGreaterThan(-20);
        // The leg up to the speech, which has energy everywhere.
        const { offset, snr } = align(protectedAudio, speech.subarray(800, 6000));
        expect(snr).toBeGreaterThan(25);
        for (const key of keys) for (const hz of frequenciesOf(key)) expect(peakLevelAt(protectedAudio.subarray(0, offset - 1200), hz)).toBeLessThan(-48);
        expect(h.digits('conference')).toContain(keys);
      }, 15_000);

      test('a clamp that is set while a call runs acts from then on, and ends when it is taken away', async () => {
        const a = await h.phone('a');
        const b = await h.phone('b');
        a.say = silence;
        h.join('a', 'b');
        a.press('1');
        await h.until(() => b.events() === '1', 3000, 'the first digit');
        h.connect('a', 'b', { clamp: { events: 'mute', inband: 'silence' } });
        await wait(200);
        a.press('3');
        await h.event('digit', (e) => e.digit === '3');
        h.connect('a', 'b');
        await wait(200);
        a.press('5');
        await h.until(() => b.events().includes('5'), 3000, 'the last digit');
        expect(b.events()).toBe('15');
      });
    });

    describe('recording and tapping', () => {
      test('a stereo recording has one party a side, and says its length', async () => {
        const a = await h.phone('a');
        const b = await h.phone('b');
        a.say = sine(500);
        b.say = sine(1200);
        h.join('a', 'b');
        await wait(300);
        const path = join(folder, 'deep/er/stereo.wav');
        h.media.record({ record: 'r', node: id('a'), path, what: 'stereo' });
        await wait(1000);
        h.media.stopRecord({ record: 'r' });
        const done = await h.event('record.done');
        expect(done).toMatchObject({ how: 'stopped', path });
        expect(done.durationMs).toBeGreaterThan(900);
        const file = readFileSync(path);
        expect(file.length).toBe(done.bytes);
        expect(file.readUInt16LE(22)).toBe(2);
        const frames = (file.length - 44) / 4;
        expect(frames).toBe(done.durationMs * 8);
        const side = (c: number): Int16Array => Int16Array.from({ length: frames }, (_, i) => file.readInt16LE(44 + i * 4 + c * 2));
        expect(levelAt(side(0), 500)).toBeGreaterThan(-15);
        expect(levelAt(side(0), 1200)).toBeLessThan(-50);
        expect(levelAt(side(1), 1200)).toBeGreaterThan(-15);
        expect(levelAt(side(1), 500)).toBeLessThan(-50);
      });

      test('a recording ends at its longest, at a terminator, after final silence, or when nobody speaks', async () => {
        const a = await h.phone('a');
        a.say = silence;
        const record = (name: string, more: object): void => void h.media.record({ record: name, node: id('a'), path: join(folder, `${name}.wav`), what: 'in', ...more });
        record('short', { maxMs: 300 });
        record('mute', { initialSilenceMs: 400 });
        record('digit', { terminators: '#' });
        expect(await h.event('record.done', (e) => e.record === 'short')).toMatchObject({ how: 'maxtime', durationMs: 300 });
        expect((await h.event('record.done', (e) => e.record === 'mute')).how).toBe('nospeech');
        record('unspoken', { initialSilenceMs: 60_000 });
        h.media.stopRecord({ record: 'unspoken' });
        expect((await h.event('record.done', (e) => e.record === 'unspoken')).how).toBe('nospeech');
        a.press('#');
        expect(await h.event('record.done', (e) => e.record === 'digit')).toMatchObject({ how: 'digit', digit: '#' });
        record('final', { finalSilenceMs: 600 });
        const speech = speechLike(1);
        const start = a.position;
        a.say = (at) => from(speech)(at - start);
        expect((await h.event('record.done', (e) => e.record === 'final', 5000)).how).toBe('silence');
        expect(existsSync(join(folder, 'final.wav'))).toBe(true);
      }, 15_000);

      test('a path that cannot be written fails the recording alone', async () => {
        const a = await h.phone('a');
        a.say = sine(500);
        h.media.record({ record: 'r', node: id('a'), path: '/proc/none/r.wav', what: 'in', maxMs: 200 });
        expect(await h.event('record.done')).toMatchObject({ how: 'failed', reason: expect.any(String) });
      });

      test('a tap streams what the phone says', async () => {
        const a = await h.phone('a');
        a.say = sine(1000);
        h.media.tap({ node: id('a'), on: true, sampleRate: 16_000 });
        await wait(400);
        h.media.tap({ node: id('a'), on: false });
        const frames = h.all('audio').filter((e) => e.node === id('a'));
        expect(frames.length).toBeGreaterThan(15);
        expect(frames[5]!.samples.length).toBe(320);
        expect(frames[5]!.sampleRate).toBe(16_000);
      });

      test('speech begins and ends with the time when it did', async () => {
        const a = await h.phone('a');
        a.say = silence;
        await wait(300);
        const speech = speechLike(1);
        const start = a.position + 160;
        const startAt = performance.now() + 20;
        a.say = (at) => (at < start ? silence() : from(speech)(at - start));
        const began = await h.event('speech', (e) => e.speaking);
        expect(Math.abs(began.atMs - startAt)).toBeLessThan(150);
        await h.event('speech', (e) => !e.speaking);
      });
    });

    describe('call progress', () => {
      test('tones are kept from a reader that has them clamped, and speech is not', async () => {
        const a = await h.phone('a');
        const b = await h.phone('b');
        const busy = Int16Array.from({ length: 8000 }, (_, i) => 2000 * (Math.sin((2 * Math.PI * 480 * i) / 8000) + Math.sin((2 * Math.PI * 620 * i) / 8000)));
        const speech = speechLike(1);
        a.say = silence;
        h.connect('a', 'b', { clamp: { events: 'pass', inband: 'pass', tones: 'mute' } });
        await wait(200);
        const start = a.position + 160;
        a.say = (at) => (at < start ? silence() : at - start < 8000 ? from(busy)(at - start) : from(speech)(at - start - 8000));
        await wait(2300);
        const audio = b.audio();
        const { offset, snr } = align(audio, speech.subarray(1600, 4000));
        expect(snr).toBeGreaterThan(25);
        // All that comes before the speech, which begins 200 ms before that.
        expect(offset).toBeGreaterThan(8000);
        for (const hz of [480, 620]) expect(peakLevelAt(audio.subarray(0, offset - 1600), hz)).toBeLessThan(-50);
      });

      test('a busy tone is heard before the answer, and silence after it ends in timeout', async () => {
        const a = await h.phone('a');
        a.say = (at) => (Math.floor(at / 4000) % 2 === 0 ? Int16Array.from({ length: 160 }, (_, i) => 2000 * (Math.sin((2 * Math.PI * 480 * (at + i)) / 8000) + Math.sin((2 * Math.PI * 620 * (at + i)) / 8000))) : silence());
        expect(h.media.classify({ node: id('a'), hints: { phase: 'progress' } }).accepted).toBe(true);
        expect(await h.event('callprogress', (e) => e.progress === 'busy_tone', 12_000)).toMatchObject({ final: true });
        const b = await h.phone('b');
        b.say = silence;
        h.media.classify({ node: id('b'), hints: { phase: 'connected', timeoutMs: 800 } });
        expect(await h.event('callprogress', (e) => e.progress === 'timeout')).toMatchObject({ final: true, node: id('b') });
      }, 25_000);
    });

    describe('codecs', () => {
      test.each([['L16/16000', 'l16'], ['G722', 'g722'], ['opus', 'opus']] as const)('%s carries a tone above 4 kHz between wide-band phones, and transcodes for a narrow-band one', async (codec, capability) => {
        if (!h.media.capabilities.has(capability)) {
          expect(h.media.openEndpoint({ node: id('a'), codecs: [codec] })).toMatchObject({ accepted: false, refusal: { kind: 'unsupported' } });
          return;
        }
        // Two endpoints of ours are the wide-band phones: a and b are joined by RTP; a plays, b is tapped.
        h.media.openEndpoint({ node: id('a'), codecs: [codec, 'telephone-event'] });
        const offer = (await h.event('endpoint.ready', (e) => e.node === id('a'))).sdp;
        h.media.openEndpoint({ node: id('b'), remoteSdp: offer, codecs: [codec, 'telephone-event'] });
        h.media.applyAnswer({ node: id('a'), sdp: (await h.event('endpoint.ready', (e) => e.node === id('b'))).sdp });
        await h.event('endpoint.negotiated', (e) => e.node === id('a'));
        const narrow = await h.phone('c');
        h.connect('b', 'c');
        h.media.tap({ node: id('b'), on: true, sampleRate: 16_000 });
        const samples = Int16Array.from({ length: 16_000 }, (_, i) => 6000 * (Math.sin((2 * Math.PI * 1000 * i) / 16_000) + Math.sin((2 * Math.PI * 5600 * i) / 16_000)));
        h.media.play({ play: 'p', node: id('a'), items: [{ kind: 'pcm', sampleRate: 16_000, samples }] });
        await h.event('play.done');
        await wait(100);
        const tapped = Int16Array.from(h.all('audio').filter((e) => e.node === id('b')).flatMap((e) => [...e.samples]));
        // levelAt reckons with 8 kHz: at 16 kHz every frequency reads as half.
        const top = (hz: number): number => Math.max(...Array.from({ length: Math.floor(tapped.length / 1600) }, (_, i) => levelAt(tapped, hz / 2, i * 1600, 1600)));
        expect(top(1000)).toBeGreaterThan(-14);
        expect(top(5600)).toBeGreaterThan(-16);
        expect(peakLevelAt(narrow.audio(), 1000)).toBeGreaterThan(-14);
        expect(peakLevelAt(narrow.audio(), 2400)).toBeLessThan(-35);
        h.media.sendDigits({ node: id('a'), digits: '5' });
        await h.until(() => h.digits('b') === '5', 2000, 'the digit');
      });
    });

    describe('secure media', () => {
      test('two endpoints of ours speak SRTP to each other, and plain packets are refused', async () => {
        h.media.openEndpoint({ node: id('a'), srtp: 'require' });
        const offer = (await h.event('endpoint.ready', (e) => e.node === id('a'))).sdp;
        expect(offer).toContain('RTP/SAVP');
        h.media.openEndpoint({ node: id('b'), remoteSdp: offer, srtp: 'allow' });
        const answer = (await h.event('endpoint.ready', (e) => e.node === id('b'))).sdp;
        h.media.applyAnswer({ node: id('a'), sdp: answer });
        await h.event('endpoint.negotiated', (e) => e.node === id('a'));
        h.media.openDialog({ node: id('dialog') });
        h.connect('dialog', 'a');
        const c = await h.phone('c');
        h.connect('b', 'c');
        h.media.play({ play: 'p', node: id('dialog'), items: [{ kind: 'tone', tone: 'dial', durationMs: 800 }] });
        const plain = await h.phone('plain');
        plain.aim(answer);
        plain.say = sine(2000);
        await wait(900);
        expect(peakLevelAt(c.audio(), 440)).toBeGreaterThan(-20);
        expect(peakLevelAt(c.audio(), 2000)).toBeLessThan(-45);
        h.media.sendDigits({ node: id('a'), digits: '19' });
        await h.until(() => h.digits('b') === '19', 3000, 'the digits');
      });
    });

    describe('hostile input', () => {
      test('a flood on one leg leaves the other legs alone', async () => {
        const a = await h.phone('a');
        const b = await h.phone('b');
        const victim = await h.phone('victim');
        a.say = sine(1000);
        h.join('a', 'b');
        await wait(200);
        b.heard.length = 0;
        const bytes = Buffer.alloc(172, 0x80);
        let sent = 0;
        const flood = setInterval(() => {
          for (let i = 0; i < 200; i++, sent++) victim.socket.send(bytes, victim.remote!.port, '127.0.0.1');
        }, 4);
        await wait(1000);
        clearInterval(flood);
        expect(sent).toBeGreaterThan(5000);
        expect(b.heard.length).toBeGreaterThan(40);
        expect(peakLevelAt(b.audio(), 1000)).toBeGreaterThan(-11);
      });

      test('random, truncated and forged packets change nothing for a call', async () => {
        const a = await h.phone('a');
        const b = await h.phone('b');
        a.say = sine(1000);
        h.join('a', 'b');
        await wait(200);
        const attacker = await h.phone('attacker');
        let seed = 7;
        const random = (): number => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) >>> 16;
        for (let i = 0; i < 3000; i++) {
          const bytes = Buffer.alloc(random() % 220);
          for (let k = 0; k < bytes.length; k++) bytes[k] = random() & 255;
          if (i % 2 === 0 && bytes.length > 1) bytes[0] = 0x80;
          if (i % 4 === 0 && bytes.length > 1) bytes[1] = 200 + (i % 6);
          attacker.socket.send(bytes, a.remote!.port + (i % 3 === 0 ? 1 : 0), '127.0.0.1');
          a.socket.send(bytes.subarray(0, random() % 12), a.remote!.port, '127.0.0.1');
        }
        b.heard.length = 0;
        await wait(500);
        // Window by window: concealment of what the burst crowded out shifts the phase.
        expect(peakLevelAt(b.audio(), 1000)).toBeGreaterThan(-12);
        expect(b.heard.length).toBeGreaterThan(20);
      });
    });
  });
}
