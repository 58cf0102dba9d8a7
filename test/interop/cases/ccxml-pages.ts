import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../src/kernel/package-root.ts';
import type { InteropCase } from '../interop-case.ts';
import { PageWorld, type Ringer } from '../nailup/page-world.ts';
import { endpoint } from '../peers/asterisk-configuration.ts';
import { Asterisk } from '../peers/asterisk.ts';
import { Baresip } from '../peers/baresip.ts';
import { Sipp } from '../peers/sipp.ts';
import { expect, host, pause, type Scope } from '../scope.ts';

/** The scenario pages of the suite: `S02-classify-live-voice` and its like. */
const pages = readdirSync(join(packageRoot(), 'test', 'conformance', 'suites', 'ccxml')).filter((file) => /^S\d\d-.*\.ccxml$/.test(file)).map((file) => file.replace('.ccxml', ''));

const callees = (scope: Scope): Promise<Sipp> => Sipp.start(scope, { scenario: 'ccxml-callee.xml', calls: 1_000, limitSeconds: 150 });

async function runPages(world: PageWorld): Promise<string> {
  const failed: string[] = [];
  for (const page of pages) {
    const verdict = await world.run(page);
    if (!verdict.passed) failed.push(`${page}: ${verdict.reason}`);
  }
  expect(failed.length === 0, failed.join('; '));
  return `${pages.map((page) => page.slice(0, 3)).join(', ')}: ${pages.length} pages, ${world.invites.sent} INVITEs sent, ${world.invites.received} received`;
}

/** Every far end is sipp. */
async function onSipp(scope: Scope): Promise<string> {
  const sipp = await callees(scope);
  const ring: Ringer = (_from, target) => void Sipp.start(scope, { scenario: 'ccxml-caller.xml', target, service: 'app' });
  const world = await PageWorld.start(scope, (user) => `${user}@${host}:${sipp.port}`, ring);
  return runPages(world);
}

/** Whoever answers is a baresip, as is the caller; sipp stands for those who do not answer, which baresip cannot be told to do. */
async function onBaresip(scope: Scope): Promise<string> {
  const sipp = await callees(scope);
  const person = await Baresip.start(scope, { user: 'answer' });
  const leaver = await Baresip.start(scope, { user: 'leaver' });
  const alice = await Baresip.start(scope, { user: 'alice', domain: 'sim' });
  const answering = /^(answer|ring-(500|800|900))$/;
  const ring: Ringer = (_from, target) => void alice.command('dial', `sip:app@${target}`);
  const world = await PageWorld.start(scope, (user) => (user === 'answer-hangup-1000' ? `leaver@${host}:${leaver.port}` : answering.test(user) ? `answer@${host}:${person.port}` : `${user}@${host}:${sipp.port}`), ring);
  const watch = { over: false };
  const leave = async (): Promise<void> => {
    for (let left = 0; !watch.over; await pause(50)) {
      if (leaver.count('CALL_ESTABLISHED') <= left) continue;
      left += 1;
      await pause(1_000);
      await leaver.command('hangup');
    }
  };
  const leaving = leave();
  try {
    const words = await runPages(world);
    const answered = person.count('CALL_ESTABLISHED') + leaver.count('CALL_ESTABLISHED') + alice.count('CALL_ESTABLISHED');
    expect(answered >= pages.length, `baresip had ${answered} calls only`);
    return `${words}, ${answered} of the calls with baresip`;
  } finally {
    watch.over = true;
    await leaving;
  }
}

/** Every far end is an extension of Asterisk's. */
async function onAsterisk(scope: Scope): Promise<string> {
  const after = (seconds: number): string[] => ['Ringing()', `Wait(${seconds})`, 'Answer()', 'Echo()'];
  const never = ['Ringing()', 'Wait(30)'];
  const asterisk = await Asterisk.start(scope, {
    extensions: {
      'answer': after(0), 'ring-500': after(0.5), 'ring-800': after(0.8), 'ring-900': after(0.9), 'ring-6000': never, 'noanswer': never, 'busy': ['Busy(5)'],
      'answer-hangup-1000': ['Answer()', 'Wait(1)', 'Hangup()'], 'alice': ['Echo()'],
    },
    sections: { alice: { ...endpoint(), from_user: 'alice', from_domain: 'sim' } },
  });
  const ring: Ringer = (_from, target) => void asterisk.ring('alice', `sip:app@${target}`, {}, 'alice');
  const world = await PageWorld.start(scope, (user) => `${user}@${host}:${asterisk.port}`, ring);
  const words = await runPages(world);
  await asterisk.quiet();
  return words;
}

export const ccxmlPageCases: readonly InteropCase[] = [
  { name: 'ccxml-pages-sipp', peers: ['sipp'], capability: 'scenario pages of the CCXML suite, every far end', limitMs: 120_000, run: onSipp },
  { name: 'ccxml-pages-baresip', peers: ['baresip', 'sipp'], capability: 'scenario pages of the CCXML suite, whoever answers', limitMs: 120_000, run: onBaresip },
  { name: 'ccxml-pages-asterisk', peers: ['asterisk'], capability: 'scenario pages of the CCXML suite, every far end', limitMs: 120_000, beside: true, run: onAsterisk },
];
