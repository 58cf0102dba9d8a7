import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UndiciFetcher } from '../../../../src/fetch/undici/undici-fetcher.ts';
import { checkPage } from '../../../../src/vxml/check/check-page.ts';
import { page } from '../run-text.ts';

async function check(text: string): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'nailup-vxml-check-'));
  writeFileSync(join(folder, 'page.vxml'), text);
  const fetcher = new UndiciFetcher({ fileRoots: [folder] });
  const { problems } = await checkPage(pathToFileURL(join(folder, 'page.vxml')).href, fetcher);
  await fetcher.close();
  rmSync(folder, { recursive: true, force: true });
  return problems.map((p) => `${p.place.line}:${p.place.column} ${p.severity} ${p.message}`);
}

describe('checking a page', () => {
  it('says nothing about a good one', async () => {
    expect(await check(page('<var name="x" expr="[1].map(function (n) { return n; })"/><form><block><prompt><value expr="x.length"/></prompt></block></form>'))).toEqual([]);
  });

  it('names line and column of text that is not well-formed', async () => {
    expect((await check('<vxml version="2.1"\n  xmlns="http://www.w3.org/2001/vxml"><form></vxml>'))[0]).toMatch(/^2:\d+ error /);
  });

  const cases: readonly [string, string, RegExp][] = [
    ['an element that VoiceXML does not have', '\n<form><blok/></form>', /^3:7 error <blok> is no element/],
    ['an element in the wrong place', '\n<form><choice next="#a"/></form>', /^3:7 error <choice> may not stand in <form>/],
    ['attributes that exclude each other', '\n<form><block><goto next="a" expr="b"/></block></form>', /error <goto> has next and expr/],
    ['an expression that does not compile', '\n<form><block><assign name="session" expr="1 +"/></block></form>', /error <assign> expr="1 \+" does not compile/],
    ['a variable that nothing declares', '\n<form><block><if cond="foo == 1"><exit/></if></block></form>', /error <if> cond="foo == 1" uses foo/],
    ['a dialog that is not there', '\n<form><block><goto next="#none"/></block></form>', /error <goto> to "#none"/],
    ['a form that nothing leads to', '\n<form><block/></form><form id="b"><block/></form>', /warning nothing on this page leads to the form "b"/],
    ['audio that is missing', '\n<form><block><audio src="none.wav">text</audio></block></form>', /warning <audio> none\.wav cannot be had/],
    ['a grammar whose rule is missing', '\n<form><field name="f"><grammar mode="dtmf" version="1.0" root="r"><rule id="q">1</rule></grammar></field></form>', /error <grammar>/],
    ['a field type that is no built-in', '\n<form><field name="f" type="colour"/></form>', /error <field type="colour">/],
    ['two dialogs of one name', '\n<form id="a"/><form id="a"/>', /error two dialogs have the id "a"/],
  ];
  it.each(cases)('finds %s', async (_name, content, expected) => {
    expect((await check(page(content))).find((p) => expected.test(p)) ?? (await check(page(content)))).toMatch(expected);
  });
});
