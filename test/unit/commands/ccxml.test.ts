import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { registerCcxml } from '../../../src/commands/ccxml.ts';
import { onLoaded } from '../ccxml/ccxml-world.ts';

describe('nailup ccxml', () => {
  let folder: string;
  let lines: string[];
  const log = console.log;
  const call = async (...args: string[]): Promise<string> => {
    lines = [];
    console.log = (line: string) => void lines.push(line);
    const program = new Command().exitOverride();
    registerCcxml(program);
    try {
      await program.parseAsync(['node', 'nailup', 'ccxml', ...args]);
    } finally {
      console.log = log;
    }
    return lines.join('\n');
  };
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ccxml-'));
    process.exitCode = undefined;
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
    process.exitCode = undefined;
  });

  it('check prints findings with file, line and column, as text and as JSON', async () => {
    const path = file('a.ccxml', onLoaded('<goto/>'));
    expect(await call('check', path)).toMatch(/a\.ccxml:1:\d+: error: <goto> needs the attribute fetchid \[missing-attribute\]\n.*1 error\(s\), 0 warning\(s\)$/);
    expect(process.exitCode).toBe(1);
    expect(JSON.parse(await call('check', path, '--json'))).toMatchObject({ valid: false, diagnostics: [{ code: 'missing-attribute', line: 1 }] });
  });

  it('run plays a page with its script: values, calls, events, dialogs, web', async () => {
    const path = file('b.ccxml', onLoaded('<log expr="session.values.campaign"/><fetch next="\'http://crm/codes.js\'" type="\'text/ecmascript\'"/>', `
      <transition event="fetch.done"><script fetchid="event$.fetchid"/><log expr="'code ' + code"/></transition>
      <transition event="connection.alerting"><accept/></transition>
      <transition event="connection.connected"><dialogstart src="'menu.vxml'"/></transition>
      <transition event="dialog.exit"><log expr="'choice ' + event$.values.choice"/></transition>
      <transition event="agent.found"><exit expr="event$.conference"/></transition>`));
    const script = file('script.json', JSON.stringify({
      values: { campaign: 'spring' }, calls: [{ after: 500, from: 'sip:a@sim', to: 'sip:b@test' }], dialogs: [{ src: 'menu.vxml', exitAfter: 700, values: { choice: '2' } }],
      web: { 'http://crm/codes.js': { body: 'code = 5;' } }, inject: [{ after: 3000, event: 'agent.found', data: { conference: 'agent-1' } }],
    }));
    writeFileSync(path, readFileSync(path, 'utf8').replace('<eventprocessor', '<var name="code"/><eventprocessor'));
    const printed = await call('run', path, '--script', script);
    for (const text of ['log        session-1 spring', 'code 5', 'command    accept', 'command    startDialog', 'choice 2', 'transition session-1 agent.found', 'end        session-1 exit "agent-1"']) expect(printed).toContain(text);
    expect(printed).toMatch(/^ {4}3\.000 {2}end/m);
    expect(process.exitCode).toBeUndefined();
  });

  it('run says when a page does not end as it should', async () => {
    expect(await call('run', file('c.ccxml', onLoaded('<log expr="nothing"/>')), '--quiet')).toMatch(/end +session-1 error: error\.semantic was not handled/);
    expect(process.exitCode).toBe(1);
  });

  it.each([['busy_tone', 'Call_Busy'], ['sit_tone_vacant', 'SIT_Tone'], ['reorder', 'Reorder_Tone']])('run shows that the shipped driver gives up a call whose early media is %s', async (callprogress, code) => {
    const values = { avaya: { ParameterMap: { attempt: 'a', dnis: 'sip:noanswer@sim', ani: '', trunk: '', noAnsTime: 20_000, enhCCA: true, earlyCCA: true, mode: 'agent', humanUrl: 'human.vxml', machineUrl: '' } } };
    const signal = (after: number, told: string): object => ({ after, event: 'connection.signal', data: { connectionid: '$connection:0', info: { callprogress: told } } });
    const script = file('early.json', JSON.stringify({ values, inject: [signal(1000, 'ringing'), signal(2000, callprogress)] }));
    const printed = await call('run', fileURLToPath(new URL('../../../ccxml/driver.ccxml', import.meta.url)), '--script', script);
    expect(printed).toMatch(new RegExp(`^ {4}2\\.0\\d\\d  end +session-1 exit .*"completioncode":"${code}".*"_avayaExitInfo1":"${callprogress}"`, 'm'));
  });

  it('names the file and the mend when something is missing or wrong', async () => {
    await expect(call('check', join(folder, 'none.ccxml'))).rejects.toMatchObject({ code: 'CCXML_FILE_MISSING' });
    await expect(call('draw', file('d.ccxml', onLoaded('<goto/>')))).rejects.toMatchObject({ code: 'CCXML_INVALID', place: expect.stringMatching(/d\.ccxml:1:\d+$/) });
    await expect(call('run', file('e.ccxml', onLoaded('')), '--script', file('e.json', '{"valeus": {}}'))).rejects.toMatchObject({ code: 'CCXML_SCRIPT_INVALID' });
    const page = file('g.ccxml', onLoaded('<exit/>'));
    await expect(call('check', folder)).rejects.toMatchObject({ code: 'CCXML_FILE_UNREADABLE', place: folder });
    await expect(call('run', page, '--script', folder)).rejects.toMatchObject({ code: 'CCXML_FILE_UNREADABLE', place: folder });
    await expect(call('draw', page, '--out', join(folder, 'none', 'g.svg'))).rejects.toMatchObject({ code: 'CCXML_OUT_UNWRITABLE', place: expect.stringMatching(/g\.svg$/) });
  });

  it('draw writes SVG', async () => {
    const out = join(folder, 'f.svg');
    await call('draw', file('f.ccxml', onLoaded('<exit/>')), '--out', out);
    expect(readFileSync(out, 'utf8')).toMatch(/^<svg /);
  });
});
