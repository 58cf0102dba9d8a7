import { join } from 'node:path';
import { VoiceLibrary } from '../../../sim/audio/voice-library.ts';
import type { InteropCase } from '../interop-case.ts';
import { Served } from '../nailup/served.ts';
import { Baresip } from '../peers/baresip.ts';
import { Sipp } from '../peers/sipp.ts';
import { expect, host, type Scope } from '../scope.ts';
import { joined, pulses, silence, toneSumMs, writeUlaw } from '../sound.ts';

const contacts = 20;
const agents = 3;
/** The carrier's callees say pulses of this tone, so that a recording tells whether they were heard. Hz. */
const calleeHz = 1_900;

/** sipp is the carrier of 20 contacts, baresip the nailed agents' phone. */
async function campaign(scope: Scope, classify: boolean): Promise<string> {
  const voice = scope.file('voice.ulaw');
  writeUlaw(voice, calleeVoice(classify));
  const carrier = await Sipp.start(scope, {
    scenario: 'carrier.xml', calls: contacts, values: { voice, patienceMs: classify ? '3200' : '1500' }, limitSeconds: 120,
    fields: `SEQUENTIAL\n${Array.from({ length: contacts }, (_, i) => (i % 3 === 0 ? 'callee;' : 'caller;')).join('\n')}\n`,
  });
  const phones: Baresip[] = [];
  for (let i = 0; i < agents; i++) phones.push(await Baresip.start(scope, { user: String(1001 + i), toneHz: 500 + 100 * i }));
  const served = await Served.start(scope, {
    contacts: Array.from({ length: contacts }, (_, i) => `+1202555${String(1000 + i)}`),
    carrier: `${host}:${carrier.port}`, phones: phones.map((phone) => phone.uri), talkMs: [1_800, 2_400],
    campaign: { classify, pacing: 'progressive', leaveMessage: true },
  });
  await served.nailed();
  const { report, attempts } = await served.run();
  await carrier.finish(10_000);
  expect(report.contacts.inList === contacts && report.contacts.dialled === contacts, `contacts: ${JSON.stringify(report.contacts)}`);
  expect(attempts.length === contacts && new Set(attempts.map((a) => a.address)).size === contacts, `${attempts.length} results for ${contacts} contacts`);
  const faults = Object.entries(report.integrity).filter(([, value]) => value !== 0);
  expect(faults.length === 0, `integrity: ${JSON.stringify(report.integrity)}`);
  expect(report.people.connected === contacts && report.people.abandoned === 0, `people: ${JSON.stringify(report.people)}; ${JSON.stringify(report.byCompletionCode)}`);
  served.stopRobots();
  await served.quiet();
  // One nailed call for all customers; each customer's voice was in it.
  let heardMs = 0;
  for (const phone of phones) {
    expect(phone.count('CALL_ESTABLISHED') === 1, `agent ${phone.user} was called ${phone.count('CALL_ESTABLISHED')} times`);
    const heard = phone.heard();
    const ms = toneSumMs(heard, calleeHz);
    expect(ms >= 1_000, `agent ${phone.user} heard only ${ms} ms of its customers`);
    heardMs += heard.samples.length / (heard.rate / 1_000);
  }
  const codes = Object.entries(report.byCompletionCode).map(([code, n]) => `${code} ${n}`).join(', ');
  return `${contacts} contacts, ${codes}; ${agents} nailed phones, ${Math.round(heardMs / 1_000)} s recorded; integrity 0`;
}

/** A person's "hello" for the classifier, then a voice with the tone in it. */
function calleeVoice(classify: boolean): Int16Array {
  const library = new VoiceLibrary();
  const marked = pulses(calleeHz, 4_000);
  if (!classify) return joined(marked, silence(200));
  const hello = library.ofKind('hello').find((clip) => clip.language.startsWith('en')) ?? library.ofKind('hello')[0];
  if (hello === undefined) throw new Error(`no voices in ${join('sim', 'audio', 'voices')}`);
  return joined(silence(300), library.samples(hello), silence(1_600), marked);
}

export const campaignCases: readonly InteropCase[] = [
  { name: 'campaign', peers: ['sipp', 'baresip'], capability: 'campaign of 20 contacts, classified', limitMs: 120_000, run: (scope) => campaign(scope, true) },
  { name: 'campaign-unclassified', peers: ['sipp', 'baresip'], capability: 'campaign of 20 contacts, --classify off', limitMs: 120_000, run: (scope) => campaign(scope, false) },
];
