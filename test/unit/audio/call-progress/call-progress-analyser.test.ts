import { CalleeAudioSource, type CalleeKind } from '../../../../sim/audio/callee-audio.ts';
import { backgroundNoise } from '../../../../sim/audio/background-noise.ts';
import { beep as endingBeep } from '../../../../sim/audio/beep.ts';
import { knock } from '../../../../sim/audio/capture.ts';
import { VoiceLibrary } from '../../../../sim/audio/voice-library.ts';
import { CallProgressAnalyser } from '../../../../src/audio/call-progress/call-progress-analyser.ts';
import type { CallProgressEvent, CallProgressHints } from '../../../../src/audio/call-progress/call-progress-event.ts';
import type { GreetingJudge } from '../../../../src/audio/call-progress/greeting-model.ts';
import { SIT_SIGNALS } from '../../../../src/audio/call-progress/special-information-tone.ts';
import { tonePlans } from '../../../../src/audio/call-progress/tone-plans.ts';
import { ToneGenerator, type ToneCadence } from '../../../../src/audio/tone-generator.ts';
import { SeededRandom } from '../../../../src/kernel/random.ts';

const library = new VoiceLibrary();

function analysed(samples: Int16Array, hints: Partial<CallProgressHints> = {}, frameLength = 160): CallProgressEvent[] {
  const events: CallProgressEvent[] = [];
  const analyser = new CallProgressAnalyser({ phase: 'connected', ...hints }, (event) => events.push(event));
  for (let i = 0; i < samples.length; i += frameLength) analyser.push(samples.subarray(i, Math.min(samples.length, i + frameLength)));
  return events;
}
const played = (cadence: ToneCadence, ms: number): Int16Array => {
  const out = new Int16Array(ms * 8);
  new ToneGenerator(cadence).process(out);
  return out;
};
const callee = (kind: CalleeKind, seed: number, country?: string) => new CalleeAudioSource(new SeededRandom(seed), library, { snrDb: [Infinity], loss: [0], ...(country === undefined ? {} : { country }) }).make(kind);
const joined = (...parts: Int16Array[]): Int16Array => {
  const out = new Int16Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
};
const silence = (ms: number): Int16Array => new Int16Array(ms * 8);
const clip = (file: string): Int16Array => library.samples(library.clips.find((c) => c.file === file)!);

describe('tones before the answer', () => {
  it('knows the plans of at least thirty countries', () => {
    expect(Object.keys(tonePlans).length).toBeGreaterThanOrEqual(30);
  });

  it('hears a cadence above the hum of the mains', () => {
    const hints = { phase: 'progress', country: 'DE' } as const;
    const humming = (samples: Int16Array): Int16Array => samples.map((s, i) => s + 250 * Math.sin((2 * Math.PI * 180 * i) / 8000) + 100 * Math.sin((2 * Math.PI * 60 * i) / 8000));
    expect(analysed(humming(callee('busy', 2, 'DE').samples), hints).map((e) => e.progress)).toEqual(['busy_tone']);
    expect(analysed(humming(callee('ringback', 1, 'DE').samples), hints).map((e) => e.progress)).toEqual(['ringing']);
  });

  it.each(Object.keys(tonePlans))('%s: ringback, busy and reorder', (country) => {
    const hints = { phase: 'progress', country } as const;
    expect(analysed(callee('ringback', 1, country).samples, hints).map((e) => e.progress)).toEqual(['ringing']);
    expect(analysed(callee('busy', 2, country).samples, hints).map((e) => e.progress)).toEqual(['busy_tone']);
    const same = tonePlans[country]!.reorder.cadence.join() === tonePlans[country]!.busy.cadence.join();
    if (!same) expect(analysed(callee('reorder', 3, country).samples, hints).map((e) => e.progress)).toEqual(['reorder']);
  });

  it.each(SIT_SIGNALS.map((s) => [s.kind, s.segments] as const))('%s', (kind, segments) => {
    const cadence = { segments: [{ frequencies: [], durationMs: 300 }, ...segments.map((s) => ({ frequencies: [s.frequency], durationMs: s.durationMs })), { frequencies: [], durationMs: 1000 }] };
    const events = analysed(played(cadence, 2800), { phase: 'progress' });
    expect(events.map((e) => [e.progress, e.final])).toEqual([[kind, true]]);
  });

  it('knows a busy tone of two equal frequencies whichever of them seems the stronger', () => {
    for (let seed = 1; seed <= 8; seed++) expect(analysed(callee('busy', seed, 'US').samples, { phase: 'progress', country: 'US' }).map((e) => e.progress)).toEqual(['busy_tone']);
  });

  it('begins anew at the answer', () => {
    const events: CallProgressEvent[] = [];
    const analyser = new CallProgressAnalyser({ phase: 'progress', country: 'DE' }, (e) => events.push(e));
    analyser.push(callee('ringback', 4, 'DE').samples);
    analyser.connected();
    analyser.push(joined(silence(400), clip('hello-en-us-1a.wav'), silence(3000)));
    expect(events.map((e) => e.progress)).toEqual(['ringing', 'start_of_voice', 'live_voice']);
    expect(events[1]!.offsetMs).toBeLessThan(600);
  });

  it('hears nothing in silence, and no busy tone in speech', () => {
    expect(analysed(silence(10_000), { phase: 'progress' })).toEqual([]);
    for (const { file } of library.clips.slice(0, 30)) expect(analysed(clip(file), { phase: 'progress' })).toEqual([]);
  });
});

describe('after the answer', () => {
  it('a short hello and a pause is a person, told within 1.2 s of the first sound', () => {
    const events = analysed(joined(silence(500), clip('hello-en-us-1a.wav'), silence(3000)));
    expect(events.map((e) => [e.progress, e.final])).toEqual([['start_of_voice', false], ['live_voice', true]]);
    expect(Math.abs(events[0]!.offsetMs - 500)).toBeLessThan(60);
    expect(events[1]!.knownMs).toBeLessThanOrEqual(1700);
    expect(events[1]!.confidence).toBeGreaterThan(0.5);
  });

  it('hears a hello however soon it comes after the rest of the ringback', () => {
    for (const ringbackMs of [200, 500]) {
      const ringback = played({ segments: [{ frequencies: [425], durationMs: ringbackMs }] }, ringbackMs);
      for (const pauseMs of [100, 200, 400]) {
        const events = analysed(joined(ringback, silence(pauseMs), clip('hello-en-us-1a.wav'), silence(3000)));
        expect(events.map((e) => e.progress)).toEqual(['start_of_voice', 'live_voice']);
        expect(Math.abs(events[0]!.offsetMs - ringbackMs - pauseMs)).toBeLessThan(60);
      }
    }
  });

  it('takes neither the knock of a handset nor the noise of a recording that begins for a voice', () => {
    const random = new SeededRandom(5);
    const hello = clip('hello-en-us-1a.wav');
    const knocked = analysed(joined(silence(400), knock(random, -14), silence(400), hello, silence(3000)));
    expect(knocked[0]).toMatchObject({ progress: 'start_of_voice' });
    expect(knocked[0]!.offsetMs).toBeGreaterThan(780);
    const noise = backgroundNoise(random, 'white', 700 * 8, -36);
    const hissing = analysed(joined(silence(500), noise, clip('greeting-en-us-1a.wav')));
    expect(hissing[0]!.offsetMs).toBeGreaterThan(1050);
  });

  it.each([65, 75, 85])('hears somebody who says one word of %d ms, loud for less than that, and waits', (ms) => {
    const hello = clip('hello-en-us-1a.wav');
    const middle = hello.reduce((loudest, s, i) => (Math.abs(s) > Math.abs(hello[loudest]!) ? i : loudest), 0);
    const word = Int16Array.from({ length: ms * 8 }, (_, i) => (hello[middle + i - ms * 4] ?? 0) * Math.sin((Math.PI * i) / (ms * 8)) ** 2);
    for (let seed = 1; seed <= 5; seed++) {
      const samples = joined(silence(500), word, silence(3000));
      backgroundNoise(new SeededRandom(seed), 'pink', samples.length, -46).forEach((noise, i) => (samples[i] = samples[i]! + noise));
      const [start, verdict] = analysed(samples);
      expect([start?.progress, verdict?.progress]).toEqual(['start_of_voice', 'live_voice']);
      expect(Math.abs(start!.offsetMs - 500)).toBeLessThan(60);
    }
  });

  it('takes no knock, and not the rest of a tone, for a short word', () => {
    const random = new SeededRandom(8);
    for (let i = 0; i < 40; i++) expect(analysed(joined(silence(500), knock(random, -24 + (i % 16)), silence(1500)))).toEqual([]);
    for (const frequencies of [[425], [440, 480], [400, 450]]) {
      for (const restMs of [50, 60, 70, 80]) expect(analysed(joined(played({ segments: [{ frequencies, durationMs: restMs }] }, restMs), silence(1500)))).toEqual([]);
    }
  });

  it('takes music after the answer for a recording or a voice, not for nothing', () => {
    for (let seed = 1; seed <= 6; seed++) expect(analysed(callee('music', seed).samples)[1]?.progress).toMatch(/^(recorded_msg|live_voice)$/);
  });

  it('a long greeting and a beep is a machine, whose message ends with the beep', () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const beep = played({ segments: [{ frequencies: [500 + seed * 150], durationMs: 200 + seed * 60 }] }, 200 + seed * 60);
      const before = joined(silence(600), clip('greeting-en-us-1a.wav'), silence(200 * seed), beep);
      const events = analysed(joined(before, silence(3000)));
      expect(events.map((e) => [e.progress, e.final])).toEqual([['start_of_voice', false], ['recorded_msg', false], ['msg_end', true]]);
      expect(Math.abs(events[2]!.offsetMs - before.length / 8)).toBeLessThan(30);
      expect(events[2]!.knownMs - events[2]!.offsetMs).toBeLessThan(260);
    }
  });

  it.each(['decaying', 'buzz', 'triple', 'two-step'] as const)('hears where a beep ends in noise that goes on: %s', (shape) => {
    for (let seed = 1; seed <= 8; seed++) {
      const random = new SeededRandom(seed);
      const before = joined(silence(600), clip('greeting-en-us-1a.wav'), silence(300), endingBeep(random, shape, -18));
      const samples = joined(before, silence(3500));
      backgroundNoise(random, 'pink', samples.length, -36).forEach((noise, i) => (samples[i] = samples[i]! + noise));
      const ends: number[] = [];
      // Whatever the model says: it is a recording.
      const analyser = new CallProgressAnalyser({ phase: 'connected' }, (e) => e.progress === 'msg_end' && ends.push(e.offsetMs), { listensMs: 0, reconsider: () => undefined, judge: (f) => (f.elapsedMs >= 1_000 ? { verdict: 'recorded_msg', confidence: 1 } : undefined) });
      analyser.push(samples);
      expect(ends).toHaveLength(1);
      expect(Math.abs(ends[0]! - before.length / 8)).toBeLessThanOrEqual(100);
    }
  });

  it('a machine without a beep ends with its silence', () => {
    const events = analysed(joined(silence(600), clip('greeting-en-us-2a.wav'), silence(4000)), { messageEndSilenceMs: 1500 });
    expect(events.map((e) => e.progress)).toEqual(['start_of_voice', 'recorded_msg', 'msg_end']);
    expect(events[2]!.knownMs - events[2]!.offsetMs).toBeCloseTo(1500, -2);
  });

  it('fax tones', () => {
    expect(analysed(callee('fax-answer', 1).samples).map((e) => e.progress)).toEqual(['fax_answer_tone']);
    expect(analysed(callee('fax-calling', 1).samples).map((e) => e.progress)).toEqual(['fax_calling_tone']);
  });

  it('silence times out, and so does a message that never ends', () => {
    expect(analysed(silence(3000), { timeoutMs: 2000 })).toMatchObject([{ progress: 'timeout', final: true, knownMs: 2000 }]);
    const speech = clip('greeting-en-us-1a.wav');
    const events = analysed(joined(silence(300), speech, speech, speech), { recordedMsgTimeoutMs: 4000 });
    expect(events.map((e) => e.progress)).toEqual(['start_of_voice', 'recorded_msg', 'timeout']);
  });

  it('gives the same events whatever the frame length', () => {
    const samples = callee('machine', 9).samples;
    const expected = analysed(samples);
    for (const frameLength of [80, 97, 240, 4000]) expect(analysed(samples, {}, frameLength)).toEqual(expected);
  });

  it('goes by the hints', () => {
    const hello = joined(silence(500), clip('hello-en-us-1a.wav'), silence(3000));
    const quick = analysed(hello, { liveSilenceMs: 150 }).at(-1)!;
    const slow = analysed(hello, { liveSilenceMs: 900 }).at(-1)!;
    expect(quick.progress).toBe('live_voice');
    expect(slow.progress).toBe('live_voice');
    expect(slow.knownMs - quick.knownMs).toBeGreaterThanOrEqual(700);
    expect(analysed(joined(silence(300), clip('greeting-en-us-1a.wav')), { recordedSpeechMs: 700 })[1]).toMatchObject({ progress: 'recorded_msg' });
  });

  it('takes a person with a long greeting back from the machines when the person waits', () => {
    const long = library.clips.filter((c) => c.kind === 'hello' && c.durationMs > 1250);
    expect(long.length).toBeGreaterThan(3);
    for (const { file } of long) expect(analysed(joined(silence(500), clip(file), silence(3000))).at(-1)).toMatchObject({ progress: 'live_voice', final: true });
  });

  describe('takes back', () => {
    const beep = played({ segments: [{ frequencies: [1000], durationMs: 400 }] }, 400);
    /** Told at once for one of the two, and for the other from a time on. */
    const changing = (first: 'live_voice' | 'recorded_msg', fromMs: number): GreetingJudge => {
      const other = first === 'live_voice' ? 'recorded_msg' : 'live_voice';
      return {
        listensMs: Infinity,
        judge: ({ elapsedMs }) => (elapsedMs >= 600 ? { verdict: first, confidence: 0.6 } : undefined),
        reconsider: ({ elapsedMs }, told) => (elapsedMs >= fromMs && told === first ? { verdict: other, confidence: 0.8 } : undefined),
      };
    };
    const told = (samples: Int16Array, judge: GreetingJudge, background: boolean): unknown[] => {
      const events: unknown[] = [];
      const analyser = new CallProgressAnalyser({ phase: 'connected', background }, ({ progress, final, revises }) => events.push([progress, final, revises]), judge);
      analyser.push(samples);
      return events.slice(1);
    };
    const speech = joined(silence(400), clip('greeting-en-us-1a.wav').subarray(0, 24_000));

    it('a machine that is a person, which is the end without the background mode', () => {
      for (const background of [false, true]) {
        expect(told(joined(speech, silence(3000)), changing('recorded_msg', 2_000), background)).toEqual([['recorded_msg', false, false], ['live_voice', true, true]]);
      }
    });

    it('a person who is a machine, in the background only, and hears its message end', () => {
      const samples = joined(speech, beep, silence(3000));
      expect(told(samples, changing('live_voice', 2_000), true)).toEqual([['live_voice', true, false], ['recorded_msg', false, true], ['msg_end', true, false]]);
      expect(told(samples, changing('live_voice', 2_000), false)).toEqual([['live_voice', true, false]]);
    });

    it('nothing once a machine has beeped, or its message is over', () => {
      for (const end of [beep, silence(2_600)]) {
        expect(told(joined(speech, end, silence(3000)), changing('recorded_msg', 3_100 + end.length / 8), true)).toEqual([['recorded_msg', false, false], ['msg_end', true, false]]);
      }
    });
  });

  it('in the background, revises a person who turns out to beep', () => {
    const beep = played({ segments: [{ frequencies: [1000], durationMs: 400 }] }, 400);
    const samples = joined(silence(500), clip('hello-en-us-1a.wav'), silence(2000), beep, silence(2000));
    expect(analysed(samples).map((e) => e.progress)).toEqual(['start_of_voice', 'live_voice']);
    const events = analysed(samples, { background: true });
    expect(events.map((e) => [e.progress, e.revises])).toEqual([['start_of_voice', false], ['live_voice', false], ['recorded_msg', true], ['msg_end', false]]);
  });
});
