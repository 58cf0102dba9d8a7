import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { ScriptedCallees } from '../../../sim/callees/scripted-callees.ts';
import { RecognitionServer } from '../../../sim/speech/recognition-server.ts';
import { registerVxml } from '../../../src/commands/vxml.ts';
import { SystemClock } from '../../../src/kernel/clock.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';

const folder = mkdtempSync(join(tmpdir(), 'nailup-vxml-command-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const page = (content: string): string => `<vxml version="2.1" xmlns="http://www.w3.org/2001/vxml" xml:lang="en-US">${content}</vxml>`;

async function nailup(...args: string[]): Promise<{ out: string; code: number }> {
  const program = new Command('nailup').exitOverride();
  registerVxml(program);
  let out = '';
  const original = process.stdout.write;
  const before = process.exitCode;
  process.stdout.write = ((text: string) => {
    out += text;
    return true;
  }) as typeof process.stdout.write;
  try {
    await program.parseAsync(['node', 'nailup', 'vxml', ...args]);
    return { out, code: Number(process.exitCode ?? 0) };
  } finally {
    process.stdout.write = original;
    process.exitCode = before ?? 0;
  }
}

describe('nailup vxml check', () => {
  it('says that a page is valid', async () => {
    const file = write('good.vxml', page('<form><block><prompt>hello</prompt></block></form>'));
    expect(await nailup('check', file)).toEqual({ out: `${file}: valid\n`, code: 0 });
  });

  it('names file, line and column of a problem, and ends with 1', async () => {
    const file = write('bad.vxml', page('\n<form><block><goto next="#no"/></block></form>'));
    const { out, code } = await nailup('check', file);
    expect(out).toBe(`${file}:2:14: error: <goto> to "#no", which is no dialog of this page\n`);
    expect(code).toBe(1);
  });

  it('prints JSON for a program to read', async () => {
    const file = write('bad.vxml', page('\n<form><block><goto next="#no"/></block></form>'));
    const { out } = await nailup('check', file, '--json');
    expect(JSON.parse(out)).toEqual([{ file, valid: false, problems: [{ severity: 'error', line: 2, column: 14, message: expect.stringContaining('#no') }] }]);
  });

  it('refuses a file that is not there with a word on what to do', async () => {
    await expect(nailup('check', join(folder, 'none.vxml'))).rejects.toMatchObject({ code: 'VXML_PAGE', mend: expect.any(String) });
  });
});

describe('nailup vxml run', () => {
  const survey = page('<form><field name="f"><prompt>Press 1, <value expr="session.connection.ccxml.values.who"/>.</prompt><grammar mode="dtmf" version="1.0" root="r"><rule id="r" scope="public">1</rule></grammar><filled><exit namelist="f"/></filled></field></form>');

  it('plays a dialog with a scripted caller and prints how it ended', async () => {
    const file = write('survey.vxml', survey);
    const script = write('caller.json', '[{"silence": true}, {"dtmf": "1"}]');
    const { out, code } = await nailup('run', file, '--script', script, '--param', 'who=Ann');
    expect(out).toBe('Press 1, Ann.\nPress 1, Ann.\n(end: exit {"f":"1"})\n');
    expect(code).toBe(0);
  });

  it('prints the steps of the algorithm with --trace', async () => {
    const { out } = await nailup('run', write('survey.vxml', survey), '--script', write('caller.json', '[{"dtmf": "1"}]'), '--trace');
    expect(out).toMatch(/visit +field f\n[^]*collect +dtmf "1" for item/);
  });

  it('refuses a script that is none, and says what one looks like', async () => {
    const file = write('survey.vxml', survey);
    await expect(nailup('run', file, '--script', write('caller.json', '[{"keys": "1"}]'))).rejects.toMatchObject({ code: 'VXML_SCRIPT', mend: expect.stringContaining('dtmf') });
  });

  it('says when the script is at its end and the page still waits', async () => {
    await expect(nailup('run', write('survey.vxml', survey), '--script', write('caller.json', '[]'))).rejects.toMatchObject({ code: 'VXML_SCRIPT_ENDED' });
  });

  it('ends with 1 when an event was not handled', async () => {
    const file = write('thrower.vxml', page('<form><block><throw event="error.mine"/></block></form>'));
    const { out, code } = await nailup('run', file, '--script', write('caller.json', '[]'));
    expect(out).toContain('(end: error error.mine');
    expect(code).toBe(1);
  });
});

describe('nailup vxml run --call', () => {
  let callees: ScriptedCallees;
  beforeAll(async () => {
    callees = new ScriptedCallees(new SystemClock(), silentLogger);
    await callees.start();
  });
  afterAll(async () => {
    await callees.stop();
    expect(callees.openTelephones).toBe(0);
  });
  const telephone = async (user: string): Promise<string> => `sip:${user}@127.0.0.1:${(await callees.resolver.srv('_sip._udp.sim'))[0]?.port ?? 0}`;

  it('rings a telephone, runs the page with who answers, and hangs up', async () => {
    const file = write('ring.vxml', page('<form><field name="n" type="digits?length=2"><prompt>one two</prompt></field><block><exit namelist="n"/></block></form>'));
    const { out, code } = await nailup('run', file, '--call', await telephone('dtmf-42'));
    expect({ out, code }).toEqual({ out: 'one two\n(end: exit {"n":"42"})\n', code: 0 });
    expect(callees.packets.received).toBeGreaterThan(20);
  }, 30_000);

  const transferring = (attributes: string, exit: string): string => page(`<form><transfer name="t" ${attributes}><filled><exit expr="${exit}"/></filled></transfer></form>`);

  it('bridges to the telephone that a transfer names, and goes on when that one hangs up', async () => {
    const file = write('bridge.vxml', transferring(`bridge="true" dest="${await telephone('answer-hangup-400')}"`, "t + ' ' + (t$.duration &gt; 0.3)"));
    const { out } = await nailup('run', file, '--call', await telephone('answer'));
    expect(out).toBe('(end: exit "far_end_disconnect true")\n');
  }, 30_000);

  it('sends the caller on, blind and after the answer', async () => {
    for (const type of ['blind', 'consultation']) {
      const file = write('onward.vxml', transferring(`type="${type}" dest="tel:+15550100"`, "'came back: ' + t"));
      const { out, code } = await nailup('run', file, '--call', await telephone('answer'), '--transfer', `tel:+15550100=${await telephone('answer-hangup-1500')}`);
      expect({ type, out, code }).toEqual({ type, out: '(end: disconnect)\n', code: 0 });
    }
  }, 30_000);

  it('tells a busy line apart', async () => {
    const file = write('busy-line.vxml', transferring('type="consultation" dest="tel:+15550100"', 't'));
    const { out } = await nailup('run', file, '--call', await telephone('answer'), '--transfer', `tel:+15550100=${await telephone('busy')}`);
    expect(out).toBe('(end: exit "busy")\n');
  }, 30_000);

  it('says how to reach a number that no telephone stands for, and the page hears of it', async () => {
    const file = write('number.vxml', transferring('bridge="true" dest="tel:+15550100"', 't'));
    const { out, code } = await nailup('run', file, '--call', await telephone('answer'));
    expect(out).toContain('name one with --transfer tel:+15550100=sip:USER@HOST');
    expect(out).toContain('(end: error error.unsupported.uri');
    expect(code).toBe(1);
  }, 30_000);

  it('says that words are not understood without a recogniser, once, and takes keys', async () => {
    const file = write('words.vxml', page('<form><field name="a"><prompt>one</prompt><option dtmf="1">yes</option></field><field name="b"><option dtmf="2">no</option></field><block><exit namelist="a b"/></block></form>'));
    const { out } = await nailup('run', file, '--call', await telephone('dtmf-12'));
    expect(out).toBe('one\n(the page listens for words, which nobody understands here; keys work; --recognizer pocketsphinx or --recognizer http://HOST:PORT/PATH understands them)\n(end: exit {"a":"yes","b":"no"})\n');
  }, 30_000);

  it('streams what is said to the recogniser that is named', async () => {
    const engine = new RecognitionServer();
    try {
      // The engine understands touch tones that come as sound.
      const file = write('engine.vxml', page('<form><property name="inputmodes" value="voice"/><field name="n" type="digits"><property name="timeout" value="10s"/></field><block><exit namelist="n"/></block></form>'));
      const done = nailup('run', file, '--call', await telephone('tones-42'), '--recognizer', await engine.start());
      const { out } = await done;
      expect(out).toBe('(end: exit {"n":"42"})\n');
      expect(engine.openings[0]).toMatchObject({ language: 'en-US', grammars: [{ builtin: 'builtin:grammar/digits', srgs: expect.stringContaining('<token>seven</token>') }] });
    } finally {
      await engine.stop();
    }
  }, 30_000);

  it.each([
    [['--recognizer', 'sphinx'], '"sphinx" is no recogniser'], [['--transfer', 'tel:1=200'], '"tel:1=200" names no telephone'], [['--transfer', '=sip:a@b'], 'names no telephone'],
  ])('names what is wrong with %j', async (flags, message) => {
    const file = write('wrong.vxml', page('<form><block>hello</block></form>'));
    await expect(nailup('run', file, '--call', 'sip:a@127.0.0.1', ...flags)).rejects.toThrow(message);
    await expect(nailup('run', file, ...flags)).rejects.toThrow(/for a telephone/);
  });

  it('tells that nobody answered', async () => {
    const file = write('busy.vxml', page('<form><block>hello</block></form>'));
    await expect(nailup('run', file, '--call', await telephone('busy'))).rejects.toThrow('did not answer: busy');
  }, 30_000);

  it('names what is no SIP address', async () => {
    const file = write('no.vxml', page('<form><block>hello</block></form>'));
    await expect(nailup('run', file, '--call', 'tel:1')).rejects.toThrow('"tel:1" is no SIP address');
    await expect(nailup('run', file, '--call', 'sip:a@127.0.0.1', '--script', file)).rejects.toThrow('exclude each other');
  });
});
