import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { QuickjsEngine } from '../../../src/ecmascript/quickjs/quickjs-engine.ts';
import { UndiciFetcher } from '../../../src/fetch/undici/undici-fetcher.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import type { Script, Turn } from '../../../src/vxml/console/scripted-caller.ts';
import { runSimulated, type SimulatedRun } from '../../../src/vxml/console/simulated-run.ts';
import { FolderServer } from '../../conformance/vxml/folder-server.ts';
import { keyGrammar as keys, page } from './run-text.ts';

const folder = mkdtempSync(join(tmpdir(), 'nailup-vxml-language-'));
let server: FolderServer;
let scripts: QuickjsEngine;
beforeAll(async () => {
  scripts = await QuickjsEngine.create();
  server = await FolderServer.start(folder);
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function run(files: Record<string, string>, script: Script): Promise<SimulatedRun> {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const fetcher = new UndiciFetcher({ allowedRanges: ['127.0.0.0/8'] });
  const done = await runSimulated({ uri: `${server.base}${Object.keys(files)[0] ?? ''}`, script, scripts, fetcher, logger: silentLogger, timeLimitMs: 15_000 });
  await fetcher.close();
  return done;
}

interface Case {
  readonly page: string;
  readonly turns?: readonly Turn[];
  readonly says: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly transfer?: Readonly<Record<string, string>>;
}
/** 8 bits at 8 kHz, no samples; every octet is ASCII. */
const shortWav = 'RIFF$\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\0\0\0\0';
const say = (text: string): string => `<prompt>${text}</prompt>`;
const value = (expr: string): string => `<prompt><value expr="${expr}"/></prompt>`;
const voice = (words: string): string => `<grammar mode="voice" version="1.0" root="v" xml:lang="en-US"><rule id="v" scope="public"><one-of>${words.split('|').map((w) => `<item>${w}</item>`).join('')}</one-of></rule></grammar>`;
const onError = '<catch event="error"><prompt><value expr="_event"/></prompt><exit/></catch>';

const cases: Readonly<Record<string, Case>> = {
  'a variable name with a dot is error.semantic': { page: `${onError}<form><block><var name="a.b" expr="1"/></block></form>`, says: 'error.semantic' },
  'a reserved word as form item name is error.semantic': { page: `${onError}<form><block name="while"/></form>`, says: 'error.semantic' },
  'a field with an initial value is not visited': { page: `<form><field name="f" expr="'x'">${keys('1')}</field><block>${value('f')}</block></form>`, says: 'x' },
  'a field whose condition is false is not visited': { page: `<form><field name="f" cond="false">${keys('1')}</field><block>${value('f')}</block></form>`, says: 'undefined' },
  'goto expritem names the next item': { page: `<form><block><goto expritem="'b' + 2"/></block><block name="b1">${say('no')}</block><block name="b2">${say('yes')}<exit/></block></form>`, says: 'yes' },
  'goto to an item that is not there is error.badfetch': { page: `${onError}<form><block><goto nextitem="none"/></block></form>`, says: 'error.badfetch' },
  'throw with eventexpr and messageexpr': { page: `<catch event="a.b"><prompt><value expr="_event + ' ' + _message"/></prompt><exit/></catch><form><block><throw eventexpr="'a.' + 'b.c'" messageexpr="'m' + 1"/></block></form>`, says: 'a.b.c m1' },
  'return with eventexpr': { page: `<form><subdialog name="s" src="#sub"><catch event="gone"><prompt>caught <value expr="_message"/></prompt><exit/></catch></subdialog></form><form id="sub"><block><return eventexpr="'gone'" message="m"/></block></form>`, says: 'caught m' },
  'help with a condition falls to the outer one': { page: `<help>${say('outer')}<exit/></help><form><block><throw event="help"/></block><help cond="false">${say('inner')}</help></form>`, says: 'outer' },
  'universals make help an event': { page: `<property name="universals" value="help cancel"/><form><field name="f">${say('q')}${voice('a')}<help>${say('helped')}<exit/></help></field></form>`, turns: [{ say: 'help' }], says: 'q helped' },
  'inputmodes without dtmf ignores keys': { page: `<property name="inputmodes" value="voice"/><form><field name="f">${say('q')}${voice('a')}${keys('1')}<noinput>${say('none')}<exit/></noinput><filled>${say('no')}</filled></field></form>`, turns: [{ dtmf: '1' }], says: 'q none' },
  'inputmodes without voice does not hear words': { page: `<property name="inputmodes" value="dtmf"/><form><field name="f">${say('q')}${keys('1')}<nomatch>${say('nomatch')}<exit/></nomatch></field></form>`, turns: [{ dtmf: '2' }], says: 'q nomatch' },
  'noinput of a menu by the timeout property': { page: `<menu><property name="timeout" value="1s"/><prompt>m</prompt><choice dtmf="1" event="x">a</choice><noinput>${say('n')}<exit/></noinput></menu>`, turns: [{ silence: true }], says: 'm n' },
  'choice with eventexpr and message': { page: `<menu><prompt>m</prompt><choice dtmf="1" eventexpr="'go.' + 1" message="hey">a</choice><catch event="go"><prompt><value expr="_event + _message"/></prompt><exit/></catch></menu>`, turns: [{ dtmf: '1' }], says: 'm go.1hey' },
  'a choice grammar replaces its words': { page: `<menu><prompt>m</prompt><choice event="x">red wine ${voice('merlot')}</choice><catch event="x">${say('ok')}<exit/></catch></menu>`, turns: [{ say: 'merlot' }], says: 'm ok' },
  'submit by post in multipart sends a recording as a file': { page: `<form><record name="r">${say('speak')}<filled><var name="t" expr="'a b'"/><submit next="/echo" method="post" enctype="multipart/form-data" namelist="r t"/></filled></record></form>`, turns: [{ record: 1000 }], says: 'speak POST r=[file] t=a b' },
  'submit to a dialog of the page that comes back': { page: `<form><block><submit next="other.vxml#b" namelist=""/></block></form>`, files: { 'other.vxml': page(`<form id="a"><block>${say('a')}</block></form><form id="b"><block>${say('b')}</block></form>`) }, says: 'b' },
  'submit sends the parts of an object': { page: `<var name="o" expr="({a: 1, b: {c: 2}})"/><form><block><submit next="/echo" namelist="o"/></block></form>`, says: 'GET o.a=1 o.b.c=2' },
  'subdialog by srcexpr with post': { page: `<form><subdialog name="s" srcexpr="'/echo-' + 'return'" method="post" namelist="x"><filled>${value("s.method + ' ' + s.params")}</filled></subdialog></form><var name="x" expr="5"/>`, says: 'POST x=5' },
  'a subdialog that ends without return ends the session': { page: `<form><subdialog name="s" src="#sub"><filled>${say('no')}</filled></subdialog></form><form id="sub"><block>${say('sub')}</block></form>`, says: 'sub' },
  'objects come back from a subdialog': { page: `<form><subdialog name="s" src="#sub"><filled>${value('s.o.list[1] + s.o.f()')}</filled></subdialog></form><form id="sub"><var name="o" expr="({list: [1, 2], f: function () { return 7; }})"/><block><return namelist="o"/></block></form>`, says: '9' },
  'no answer within connecttimeout, with a transferaudio that cannot be had': { page: `<form><transfer name="t" type="bridge" dest="tel:1" connecttimeout="3s" transferaudio="none.wav" aai="x"><filled>${value("t + ' ' + t$.duration")}</filled></transfer></form>`, transfer: { 'tel:1': 'noanswer' }, says: 'noanswer 0' },
  'maxtime ends a bridged transfer': { page: `<form><transfer name="t" bridge="true" dest="tel:1" maxtime="4s"><filled>${value("t + ' ' + t$.duration")}</filled></transfer></form>`, says: 'maxtime_disconnect 4' },
  'words end a bridged transfer': { page: `<form><transfer name="t" bridge="true" dest="tel:1">${voice('come back')}<filled>${value("t + ' ' + t$.inputmode + ' ' + t$.utterance")}</filled></transfer></form>`, turns: [{ say: 'come back' }], says: 'near_end_disconnect voice come back' },
  'a caller who hangs up during a bridged transfer': { page: `<form><transfer name="t" bridge="true" dest="tel:1"><catch event="connection.disconnect.hangup">${say('gone')}</catch></transfer></form>`, turns: [{ hangup: true }], says: 'gone' },
  'maxnbest gives several readings': { page: `<property name="maxnbest" value="3"/><form><field name="f">${say('q')}${voice('a|b')}<filled>${value('application.lastresult$.length + application.lastresult$[0].utterance')}</filled></field></form>`, turns: [{ say: 'a' }], says: 'q 1a' },
  'recordutterance keeps what was said': { page: `<property name="recordutterance" value="true"/><form><field name="f">${say('q')}${voice('a')}<filled>${value('f$.recordingduration &gt; 0 &amp;&amp; f$.recordingsize &gt; 0 &amp;&amp; f$.recording != undefined')}<prompt><audio expr="f$.recording"/></prompt></filled></field></form>`, turns: [{ say: 'a' }], says: 'q true [audio:recording]' },
  'catch with a count above the occurrences does not take part': { page: `<form><field name="f">${say('q')}${keys('1')}<noinput count="3">${say('three')}<exit/></noinput><noinput>${say('one')}</noinput></field></form>`, turns: [{ silence: true }, { silence: true }, { silence: true }], says: 'q one one three' },
  'a script of another file declares for the page': { page: `<script src="f.js"/><form><block>${value('twice(4)')}</block></form>`, files: { 'f.js': 'function twice(x) { return 2 * x; }' }, says: '8' },
  'an undefined audio expression says nothing': { page: `<form><block><prompt>a<audio expr="undefined">no</audio> b</prompt></block></form>`, says: 'a b' },
  'sub says its alias': { page: `<form><block><prompt><sub alias="World Wide Web Consortium">W3C</sub> ok</prompt></block></form>`, says: 'World Wide Web Consortium ok' },
  'a link in a field works though the field is modal': { page: `<link event="out" dtmf="8"/><catch event="out">${say('outer')}<exit/></catch><form><field name="f" modal="true">${say('q')}${keys('1')}<link event="in" dtmf="9"/><catch event="in">${say('inner')}<exit/></catch></field></form>`, turns: [{ dtmf: '9' }], says: 'q inner' },
  'a filled that names no input item makes the page invalid': { page: `${onError}<form><block><goto next="bad.vxml"/></block></form>`, files: { 'bad.vxml': page('<form><block name="b"/><filled namelist="b"/></form>') }, says: 'error.badfetch' },
  'a filled with mode in a field makes the page invalid': { page: `${onError}<form><block><goto next="bad2.vxml"/></block></form>`, files: { 'bad2.vxml': page(`<form><field name="f">${keys('1')}<filled mode="any"/></field></form>`) }, says: 'error.badfetch' },
  'session variables cannot be written': { page: `${onError}<form><block><assign name="session.connection.local.uri" expr="1"/></block></form>`, says: 'error.semantic' },
  'the originator is the remote end itself': { page: `<form><block>${value('session.connection.originator === session.connection.remote')}${value('session.connection.originator.uri')}</block></form>`, says: 'true sip:+15550199@127.0.0.1' },
  'document and application are one in a root document': { page: `<var name="x" expr="1"/><form><block><assign name="document.x" expr="2"/>${value("application.x + ' ' + x")}</block></form>`, says: '2 2' },
  'a leaf shadows its root': { page: `<var name="x" expr="'leaf'"/><form><block>${value("x + ' ' + application.x + ' ' + document.x")}</block></form>`, files: { 'root.vxml': page('<var name="x" expr="\'root\'"/>') }, says: 'leaf root leaf' },
  'a form of the root takes an input of the leaf': { page: `<form><field name="f">${say('q')}${keys('1')}</field></form>`, files: { 'root.vxml': page(`<form id="r" scope="document"><grammar mode="dtmf" version="1.0" root="g" tag-format="semantics/1.0"><rule id="g" scope="public">7<tag>out.slot = 'seven';</tag></rule></grammar><field name="slot">${keys('8')}</field><block>${value('slot')}</block></form>`) }, turns: [{ dtmf: '7' }], says: 'q seven' },
  'type-ahead settles the next field without its prompt being waited for': { page: `<form><field name="a">${say('a')}${keys('1')}</field><field name="b">${say('b')}${keys('2')}</field><block>${value('a + b')}</block></form>`, turns: [{ dtmf: '12' }], says: 'a b 12' },
  'a prompt that cannot be interrupted empties the type-ahead buffer': { page: `<form><field name="a">${say('a')}${keys('1')}</field><field name="b"><prompt bargein="false">b</prompt>${keys('2|3')}</field><block>${value('a + b')}</block></form>`, turns: [{ dtmf: '12' }, { dtmf: '3' }], says: 'a b 13' },
  'fetchaudio plays while a page comes slowly': { page: `<form><block>${say('wait')}<goto next="/slow/50" fetchaudio="hold.wav"/></block></form>`, files: { 'hold.wav': shortWav }, says: 'wait slow done' },
  'an event of a form-level filled is counted by the form': { page: `<form><field name="f">${say('q')}${keys('1')}<catch event="x">${say('item')}<exit/></catch></field><filled><throw event="x"/></filled><catch event="x">${say('form')}<exit/></catch></form>`, turns: [{ dtmf: '1' }], says: 'q form' },
  'clear resets the event counters of its items': { page: `<form><field name="f">${say('q')}${keys('1')}<noinput count="2">${say('two')}<exit/></noinput><noinput>${say('one')}<if cond="typeof seen == 'undefined'"><script>var seen = 1;</script></if><clear namelist="f"/></noinput><noinput count="9"><exit/></noinput></field></form>`, turns: [{ silence: true }, { silence: true }, { hangup: true }], says: 'q one one' },
  'disconnect values and the final state': { page: `<catch event="connection.disconnect.hangup">${say('bye')}<exit/></catch><form><block><disconnect/></block></form>`, says: 'bye' },
  'data keeps an existing variable and is read-only': { page: `<var name="d"/><form><block><data name="d" src="d.xml"/><script>try { d.documentElement.x = 1; } catch (e) {}</script>${value("d.documentElement.getAttribute('a') + (d.documentElement.x === undefined)")}</block></form>`, files: { 'd.xml': '<r a="1"/>' }, says: '1true' },
  'data that is not well-formed is error.badfetch': { page: `${onError}<form><block><data name="d" src="broken.xml"/></block></form>`, files: { 'broken.xml': '<r>' }, says: 'error.badfetch' },
  'foreach over what is no array is error.semantic': { page: `${onError}<form><block><foreach item="i" array="5"><log>x</log></foreach></block></form>`, says: 'error.semantic' },
  'an initial value of a shadow is an object': { page: `<form><field name="f" cond="false">${keys('1')}</field><block>${value('typeof f$')}</block></form>`, says: 'object' },
  'a hangup while a page transits is noticed at the next wait': { page: `<form><field name="f">${say('q')}${keys('1')}<filled>${say('filled')}</filled></field><field name="g">${say('g')}${keys('1')}<catch event="connection.disconnect.hangup">${say('gone')}<exit/></catch></field></form>`, turns: [{ dtmf: '1', hangup: true }], says: 'q filled g gone' },
};
describe('the language', () => {
  it.each(Object.entries(cases))('%s', async (_name, { page: content, turns = [], says, files = {}, transfer }) => {
    const rooted = 'root.vxml' in files ? 'application="root.vxml"' : '';
    const done = await run({ 'page.vxml': page(content, rooted), ...files }, { turns, ...(transfer === undefined ? {} : { transfer }) });
    expect(done.openTimers).toBe(0);
    expect({ says: done.prompts.join(' '), end: typeof done.end === 'object' && 'how' in done.end && done.end.how !== 'error' ? 'ended' : done.end }).toEqual({ says, end: 'ended' });
  });

  it('takes xml:base of the document as the base of its references', async () => {
    const done = await run({ 'page.vxml': page('<form><block><goto next="../b.vxml"/></block></form>', 'xml:base="sub/"'), 'b.vxml': page('<form><block><prompt>b</prompt></block></form>') }, { turns: [] });
    expect(done.prompts).toEqual(['b']);
  });
});
