import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../src/kernel/package-root.ts';
import type { InteropCase } from '../interop-case.ts';
import { Served } from '../nailup/served.ts';
import { Baresip } from '../peers/baresip.ts';
import { expect, host, pause, type Scope } from '../scope.ts';
import { digitFrequencies, digits, joined, peakAt, pulses, silence, stretches, toneSumMs, writeWav } from '../sound.ts';

const voiceHz = 1_900;
const typed = '1234567890*#4111';
const beforeMs = 1_000;
const speechMs = 1_500;
const pauseMs = 300;
/** Of each digit in the customer's audio, and of the gap behind it. */
const digitMs = 80;
const quietMs = 4_500;

interface Heard {
  /** How long the customer's voice was heard in all. */
  readonly voiceMs: number;
  /** Telephone-events that the agent's phone told of. */
  readonly events: number;
  /** The highest level at any of the eight frequencies between the first and second, and second and third stretch of speech. dBm0. */
  readonly inband: number;
  readonly rfc4733: number;
}

/**
 * The customer's phone (a baresip) says speech, types 16 digits as tones, says speech, types 16 digits as telephone-events, says
 * speech. The agent's phone (another baresip) records.
 */
async function call(scope: Scope, clamped: boolean): Promise<Heard> {
  const says = scope.file('customer.wav');
  writeWav(says, joined(silence(beforeMs), pulses(voiceHz, speechMs), silence(pauseMs), digits(typed, digitMs), silence(pauseMs), pulses(voiceHz, speechMs), silence(quietMs), pulses(voiceHz, speechMs), silence(20_000)));
  const customer = await Baresip.start(scope, { user: '+12025551000', says });
  const agent = await Baresip.start(scope, { user: '1001', toneHz: 500 });
  if (!clamped) {
    for (const page of ['driver', 'nailer']) {
      const shipped = readFileSync(join(packageRoot(), 'ccxml', `${page}.ccxml`), 'utf8');
      writeFileSync(scope.file(`unclamped-${page}.ccxml`), shipped.replaceAll(/ dtmfclamp="true"/g, '').replaceAll('<join ', '<join dtmfclamp="false" '));
    }
  }
  const served = await Served.start(scope, {
    contacts: ['+12025551000'], carrier: `${host}:${customer.port}`, phones: [agent.uri], talkMs: [14_000, 14_000],
    campaign: { classify: false, pacing: 'progressive', ...(clamped ? {} : { driver: 'unclamped-driver.ccxml', nailer: 'unclamped-nailer.ccxml' }) },
    config: { clamp: { customerToAgent: clamped ? 'always' : 'page' } },
  });
  await served.nailed();
  await served.startJob();
  await customer.event('CALL_ESTABLISHED', 10_000);
  const tonesMs = beforeMs + speechMs + pauseMs + typed.length * 2 * digitMs + pauseMs + speechMs;
  await pause(tonesMs + 400);
  for (const digit of typed) {
    await customer.command('sndcode', digit);
    await pause(190);
  }
  await pause(quietMs - 400 - typed.length * 200 + speechMs + 1_500);
  served.stopRobots();
  const heard = agent.heard();
  const [first, second, third] = stretches(heard, voiceHz, -25);
  expect(first !== undefined && second !== undefined && third !== undefined, `the agent heard ${[first, second, third].filter(Boolean).length} of three stretches of speech (${toneSumMs(heard, voiceHz)} ms)`);
  const between = (fromMs: number, toMs: number): number => Math.max(...digitFrequencies.map((hz) => peakAt(heard, hz, 40, fromMs + 60, toMs - 60)));
  return {
    voiceMs: toneSumMs(heard, voiceHz), events: agent.count('CALL_DTMF_START'),
    inband: between(first.toMs, second.fromMs), rfc4733: between(second.toMs, third.fromMs),
  };
}

async function clamped(scope: Scope): Promise<string> {
  const heard = await call(scope, true);
  expect(heard.events === 0, `the agent's phone got ${heard.events} telephone-events`);
  expect(heard.inband < -60, `digit tones reached the agent at ${heard.inband.toFixed(1)} dBm0`);
  expect(heard.rfc4733 < -60, `tones of telephone-events reached the agent at ${heard.rfc4733.toFixed(1)} dBm0`);
  // Half of the stretches is pulses.
  expect(heard.voiceMs >= (3 * speechMs) / 2 - 200, `only ${heard.voiceMs} ms of the customer's voice arrived`);
  return `2 × 16 digits: 0 telephone-events, tones ≤ ${Math.max(heard.inband, heard.rfc4733).toFixed(0)} dBm0, voice ${heard.voiceMs} of ${(3 * speechMs) / 2} ms`;
}

/** The same call without the clamp: the digits are there, so that their absence means something. */
async function unclamped(scope: Scope): Promise<string> {
  const heard = await call(scope, false);
  expect(heard.events === typed.length, `the agent's phone got ${heard.events} of ${typed.length} telephone-events`);
  expect(heard.inband > -25, `the digits' tones reached the agent at ${heard.inband.toFixed(1)} dBm0 only`);
  return `the digits arrive: ${heard.events} telephone-events, tones at ${heard.inband.toFixed(0)} dBm0`;
}

export const clampCases: readonly InteropCase[] = [
  { name: 'clamp', peers: ['baresip'], capability: 'DTMF clamp towards the agent', limitMs: 60_000, run: clamped },
  { name: 'clamp-off', peers: ['baresip'], capability: 'the same digits without the clamp', limitMs: 60_000, run: unclamped },
];

