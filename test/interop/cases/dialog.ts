import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { VoiceLibrary } from '../../../sim/audio/voice-library.ts';
import { packageRoot } from '../../../src/kernel/package-root.ts';
import type { InteropCase } from '../interop-case.ts';
import { Served } from '../nailup/served.ts';
import { Baresip } from '../peers/baresip.ts';
import { expect, host, pause, until, type Scope } from '../scope.ts';
import { bestFit, silence, writeWav } from '../sound.ts';

const pin = '4711';
/** G.711 leaves some 36 dB; less than this is another sound, or a broken one. */
const leastSnrDb = 25;

/** A page's `dialogstart` on a real call: the phone hears the prompt as it was sent, its digits come back to the page. */
async function dialog(scope: Scope): Promise<string> {
  const pages = join(packageRoot(), 'test', 'interop', 'pages');
  for (const page of ['pin-driver.ccxml', 'pin.vxml']) copyFileSync(join(pages, page), scope.file(page));
  const library = new VoiceLibrary();
  const clip = library.ofKind('talk')[0];
  if (clip === undefined) throw new Error('no voices');
  const prompt = library.samples(clip);
  writeWav(scope.file('prompt.wav'), prompt);
  const says = scope.file('nothing.wav');
  writeWav(says, silence(30_000));
  const customer = await Baresip.start(scope, { user: '+12025551000', says });
  const served = await Served.start(scope, {
    contacts: ['+12025551000'], carrier: `${host}:${customer.port}`,
    campaign: { mode: 'dialog', classify: false, driver: 'pin-driver.ccxml', pacing: 'rate:5/s' },
  });
  const { job } = await served.startJob();
  await customer.event('CALL_ESTABLISHED', 10_000);
  await pause(prompt.length / 8 + 700);
  for (const key of pin) {
    await customer.command('sndcode', key);
    await pause(200);
  }
  await customer.event('CALL_CLOSED', 10_000);
  const attempts = await until('the attempt has its result', 8_000, async () => {
    const rows = await served.server.operator.get<{ completionCode: string | null; endedAt: number | null; exit: Record<string, unknown> }[]>(`/api/jobs/${job}/attempts`);
    return rows.length === 1 && rows[0]?.endedAt !== null ? rows : undefined;
  });
  const [attempt] = attempts;
  const words = JSON.stringify(attempt?.exit);
  expect(attempt?.completionCode === 'Answer_Human', `result ${attempt?.completionCode ?? 'none'}: ${words}`);
  expect(words.includes(`"${pin}"`) && words.includes('dtmf Interop'), `the page has ${words}`);
  const { snr, offsetMs } = bestFit(customer.heard().samples, prompt);
  expect(snr >= leastSnrDb, `the prompt came with ${snr.toFixed(1)} dB SNR only`);
  await served.quiet();
  return `prompt heard with ${snr.toFixed(0)} dB SNR, ${Math.round(offsetMs)} ms into the recording; ${pin} typed, pin=${pin} in the CCXML page`;
}

export const dialogCases: readonly InteropCase[] = [
  { name: 'dialog', peers: ['baresip'], capability: 'VoiceXML dialog by dialogstart: prompt heard, digits to the page', limitMs: 60_000, run: dialog },
];
