import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SimulatedClock } from '../../../../src/kernel/clock.ts';
import { silentLogger } from '../../../../src/kernel/logger.ts';
import { createVxmlServer, type DialogEnd, type VxmlCommand, type VxmlServer } from '../../../../src/vxml/index.ts';
import { keyGrammar, page } from '../run-text.ts';

const folder = mkdtempSync(join(tmpdir(), 'nailup-vxml-barge-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A field whose prompt plays until it is stopped. */
async function field(prompt: string): Promise<{ server: VxmlServer; commands: VxmlCommand[]; end: () => DialogEnd | undefined; settle: () => Promise<void> }> {
  const file = join(folder, 'page.vxml');
  writeFileSync(file, page(`<form><field name="f">${prompt}${keyGrammar('12')}<filled><exit namelist="f"/></filled><nomatch><exit expr="'nomatch'"/></nomatch></field></form>`));
  const commands: VxmlCommand[] = [];
  let end: DialogEnd | undefined;
  let listening: () => void = () => undefined;
  const server = await createVxmlServer({ workers: 0, audioFolder: folder, fetch: { fileRoots: [folder] } }, {
    clock: new SimulatedClock(), logger: silentLogger,
    listener: { prepared: () => undefined, started: () => undefined, failed: () => undefined, ended: (_d, how) => void (end = how), command: (_d, c) => {
      commands.push(c);
      if (c.name === 'listen') listening();
    } },
  });
  // Once the page waits, everything it does with a key happens before the next turn of the event loop.
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
  };
  const waits = new Promise<void>((resolve) => (listening = resolve));
  server.start({ dialog: 'd' }, { dialog: 'd', uri: pathToFileURL(file).href });
  await waits;
  await settle();
  return { server, commands, end: () => end, settle };
}

const stops = (commands: readonly VxmlCommand[]): number => commands.filter((c) => c.name === 'play.stop').length;

describe('barge-in (VoiceXML 2.0 §4.1.5)', () => {
  it('stops the prompt at the first key', async () => {
    const { server, commands, settle } = await field('<prompt>long</prompt>');
    server.deliver('d', { name: 'dtmf', digit: '1' });
    await settle();
    expect(stops(commands)).toBe(1);
    await server.stop();
  });

  it('as hotword lets the prompt play until the input is whole', async () => {
    const { server, commands, end, settle } = await field('<prompt bargeintype="hotword">long</prompt>');
    server.deliver('d', { name: 'dtmf', digit: '1' });
    await settle();
    expect(stops(commands)).toBe(0);
    server.deliver('d', { name: 'dtmf', digit: '2' });
    await settle();
    expect(stops(commands)).toBe(1);
    expect(end()).toMatchObject({ values: { f: '12' } });
    await server.stop();
  });

  it('set to false ignores keys while the prompt plays', async () => {
    const { server, commands, end, settle } = await field('<prompt bargein="false">long</prompt>');
    for (const digit of '12') server.deliver('d', { name: 'dtmf', digit });
    await settle();
    expect(stops(commands)).toBe(0);
    const play = commands.find((c) => c.name === 'play');
    server.deliver('d', { name: 'play.done', play: play?.name === 'play' ? play.play : '', how: 'finished' });
    await settle();
    for (const digit of '12') server.deliver('d', { name: 'dtmf', digit });
    await settle();
    expect(end()).toMatchObject({ values: { f: '12' } });
    await server.stop();
  });
});

describe('the properties seekforwardkey, seekbackkey and seektime', () => {
  const properties = '<property name="seekforwardkey" value="6"/><property name="seekbackkey" value="4"/>';
  const ways = (commands: readonly VxmlCommand[]): number[] => commands.flatMap((c) => (c.name === 'play.seek' ? [c.byMs] : []));

  it.each([['', 5_000], ['<property name="seektime" value="800ms"/>', 800], ['<property name="seektime" value="far"/>', 5_000]])('move the prompt that sounds and are no input: with "%s" by %s ms', async (time, byMs) => {
    const { server, commands, end, settle } = await field(`${properties}${time}<prompt bargein="false">long</prompt>`);
    for (const digit of '664') server.deliver('d', { name: 'dtmf', digit });
    await settle();
    expect(ways(commands)).toEqual([byMs, byMs, -byMs]);
    expect([stops(commands), end()]).toEqual([0, undefined]);
    await server.stop();
  });

  it('are input once the prompt is over, or input has begun', async () => {
    const { server, commands, settle } = await field(`${properties}<prompt bargeintype="hotword">long</prompt>`);
    for (const digit of '14') server.deliver('d', { name: 'dtmf', digit });
    await settle();
    expect(ways(commands)).toEqual([]);
    const play = commands.find((c) => c.name === 'play');
    server.deliver('d', { name: 'play.done', play: play?.name === 'play' ? play.play : '', how: 'finished' });
    await settle();
    server.deliver('d', { name: 'dtmf', digit: '6' });
    await settle();
    expect(ways(commands)).toEqual([]);
    await server.stop();
  });
});

describe('the property secret', () => {
  it.each([['true', true], ['false', false]] as const)('%s: the recorded utterance holds no digits: %s', async (value, masked) => {
    const { server, commands } = await field(`<property name="secret" value="${value}"/><property name="recordutterance" value="true"/><prompt>key</prompt>`);
    expect(commands.filter((c) => c.name === 'listen').map(({ maskDigits }) => maskDigits)).toEqual([masked]);
    await server.stop();
  });
});
