import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SeededRandom } from '../../../src/kernel/random.ts';
import { mutatePage } from '../../fuzz/vxml/mutate-page.ts';
import { page, runText } from './run-text.ts';

describe('a hostile page is ended by a limit, with a clear word', () => {
  const cases: readonly [name: string, content: string, reason: RegExp][] = [
    ['an endless loop in a script', '<form><block><script>while (true) {}</script></block></form>', /longer than \d+ ms of CPU/],
    ['an endless loop in a condition', '<form><block><if cond="(function () { for (;;) {} })()"><exit/></if></block></form>', /longer than \d+ ms of CPU/],
    ['two dialogs that go to each other', '<form id="a"><block><goto next="#b"/></block></form><form id="b"><block><goto next="#a"/></block></form>', /dialogs entered without waiting/],
    ['an item that never gets a value', '<form><block name="b"><clear namelist="b"/></block></form>', /elements executed without waiting/],
    ['a handler that throws what it handles', '<form><catch event="x"><throw event="x"/></catch><block><throw event="x"/></block></form>', /handlers threw events/],
    ['a subdialog that calls itself', '<form id="s"><subdialog name="again" src="#s"/></form>', /subdialogs nested deeper/],
    ['a prompt without end', '<form><var name="s" expr="new Array(10000).join(\'x\')"/><block name="b"><prompt><value expr="s"/></prompt><clear namelist="b"/></block></form>', /queued without waiting|a prompt of more/],
    ['a foreach over a million items', '<form><var name="a" expr="new Array(1000000)"/><block><foreach item="i" array="a"><log>x</log></foreach></block></form>', /elements executed without waiting/],
    ['memory without end', '<form><block><script>var a = []; while (true) a.push(new Array(1000).join("y") + a.length);</script></block></form>', /memory is used up|longer than/],
  ];
  it.each(cases)('%s', async (_name, content, reason) => {
    const run = await runText({ 'page.vxml': page(content) }, { turns: [] }, { limits: { evaluationMs: 200 } });
    expect(run.end).toMatchObject({ how: 'limit', reason: expect.stringMatching(reason) });
  });

  it('an entity bomb is refused before it grows', async () => {
    const bomb = `<!DOCTYPE vxml [<!ENTITY a "aaaaaaaaaaaaaaaaaaaa">${Array.from({ length: 20 }, (_, i) => `<!ENTITY b${i} "${`&${i === 0 ? 'a' : `b${i - 1}`};`.repeat(10)}">`).join('')}]>`;
    const run = await runText({ 'page.vxml': `<?xml version="1.0"?>${bomb}<vxml version="2.1" xmlns="http://www.w3.org/2001/vxml"><form><block>&b19;</block></form></vxml>` });
    expect(run.end).toEqual({ failed: expect.stringMatching(/error\.badfetch/) });
  });

  it('elements nested a thousand deep are refused', async () => {
    const run = await runText({ 'page.vxml': page(`<form><block>${'<if cond="true">'.repeat(1000)}${'</if>'.repeat(1000)}</block></form>`) });
    expect(run.end).toEqual({ failed: expect.stringMatching(/error\.badfetch/) });
  });

  it('a grammar that refers to itself without taking a key matches nothing and ends', async () => {
    const grammar = '<grammar mode="dtmf" version="1.0" root="r"><rule id="r"><one-of><item><ruleref uri="#r"/></item><item><ruleref uri="#r"/> 1</item></one-of></rule></grammar>';
    const run = await runText({ 'page.vxml': page(`<form><field name="f"><prompt>q</prompt>${grammar}<nomatch><exit/></nomatch></field></form>`) }, { turns: [{ dtmf: '1' }] });
    expect(run.end).toMatchObject({ how: 'exit' });
  });

  it('a page that loops until its limit lets the others have their turns', async () => {
    let turns = 0;
    let over = false;
    const turn = (): void => {
      turns += 1;
      if (!over) setImmediate(turn);
    };
    setImmediate(turn);
    const run = await runText({ 'page.vxml': page('<form><block name="b"><clear namelist="b"/></block></form>') }, { turns: [] }, { limits: { steps: 10_000 } });
    over = true;
    expect(run.end).toMatchObject({ how: 'limit' });
    expect(turns).toBeGreaterThan(100);
  });

  it('ten dialogs that end by a limit leave no session behind', async () => {
    const runs = await Promise.all(Array.from({ length: 10 }, () => runText({ 'page.vxml': page('<form id="a"><block><goto next="#a"/></block></form>') })));
    expect(runs.map((r) => (typeof r.end === 'object' && 'how' in r.end ? r.end.how : r.end))).toEqual(Array(10).fill('limit'));
  });

  it('broken pages end in an error or run, and never crash', async () => {
    const good = page(`<var name="x" expr="1"/><form id="f"><field name="n" type="digits"><prompt>number <value expr="x"/></prompt><noinput count="2"><exit/></noinput><filled><if cond="n == '12'"><goto next="#g"/><else/><clear/></if></filled></field></form><form id="g"><block><prompt><audio src="none.wav">text</audio></prompt><exit namelist="x"/></block></form>`);
    const random = new SeededRandom(11);
    for (let i = 0; i < 300; i++) {
      const text = mutatePage(good, [good], random);
      const run = await runText({ 'page.vxml': text }, { turns: [{ dtmf: '3#' }, { silence: true }, { dtmf: '12#' }, { hangup: true }] });
      if (typeof run.end !== 'object') expect(['unexpected wait', 'time limit', text]).toContain(run.end === 'time limit' ? text : run.end);
      else if ('how' in run.end) expect(run.end.reason).not.toBe('internal error');
    }
  });

  it('100 MB that only begin like audio are given up at the limit of a fetch, the alternative is said, and the page goes on', async () => {
    let sent = 0;
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'audio/x-wav', 'content-length': 100 * 1024 * 1024 });
      response.on('error', () => undefined);
      const piece = Buffer.alloc(1024 * 1024);
      piece.write('RIFF');
      const more = (): void => {
        while (sent < 100 && !response.destroyed) {
          sent += 1;
          if (!response.write(piece)) return void response.once('drain', more);
        }
      };
      more();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const before = process.memoryUsage().arrayBuffers;
    const run = await runText({ 'page.vxml': page(`<form><block><prompt><audio src="http://127.0.0.1:${port}/long.wav">instead</audio></prompt><prompt>after</prompt></block></form>`) }, { turns: [] }, { allowedRanges: ['127.0.0.0/8'] });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(run).toMatchObject({ prompts: ['instead', 'after'], end: { how: 'exit' } });
    expect(sent).toBeLessThan(60);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
  });
});
