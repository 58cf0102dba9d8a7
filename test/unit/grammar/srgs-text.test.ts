import { builtinGrammar, compileGrammar, linkGrammar, parseGrammar, srgsText, stateOfText, type GrammarLoader, type LinkedGrammar } from '../../../src/grammar/index.ts';
import { fail, ok } from '../../../src/kernel/result.ts';

const documents: Readonly<Record<string, string>> = {
  'http://h/city.gram': '#ABNF 1.0;\nlanguage en-US; root $city;\npublic $city = (/2/ paris | "new york") {out="x";} | $state; $state = texas;',
  'http://h/state.grxml': '<grammar xmlns="http://www.w3.org/2001/06/grammar" version="1.0" root="state"><rule id="state" scope="public"><item repeat="0-1">old</item> maine</rule></grammar>',
};
const load: GrammarLoader = (uri) => Promise.resolve(documents[uri] === undefined ? fail({ message: 'not there' }) : ok({ text: documents[uri], contentType: '', uri }));

async function linked(text: string): Promise<LinkedGrammar> {
  const parsed = parseGrammar(text, '', 'http://h/main.grxml');
  if (!parsed.ok) throw new Error(parsed.error.message);
  const found = await linkGrammar(parsed.value, load);
  if (!found.ok) throw new Error(found.error.message);
  return found.value;
}

describe('srgsText', () => {
  it('brings rules of other documents and forms into one document that takes the same words', async () => {
    const original = await linked('#ABNF 1.0;\nlanguage en-US; root $main;\n$main = to ($<city.gram> | $<state.grxml>) [please] $GARBAGE; $unused = never;');
    const text = srgsText(original, 'main');
    expect(text).toContain('xml:lang="en-US" root="main"');
    expect(text).not.toMatch(/unused|never|<tag|uri="[^#]/);
    const again = await linked(text);
    for (const [words, takes] of [['to paris', true], ['to new york please', true], ['to texas', true], ['to old maine and so on', true], ['to old', false], ['paris', false]] as const) {
      for (const grammar of [original, again]) {
        const compiled = compileGrammar(grammar);
        expect([words, compiled.ok && stateOfText(compiled.value, words).startsWith('match')]).toEqual([words, takes]);
      }
    }
  });

  it('begins with the rule that is asked for', async () => {
    const text = srgsText(await linked('#ABNF 1.0;\nroot $a; $a = one; public $b = two <3->;'), 'b');
    expect(text).toContain('root="b"><rule id="b" scope="public"><item repeat="3-"><token>two</token></item></rule></grammar>');
    expect(text).not.toContain('one');
  });

  it('writes a built-in grammar out', () => {
    const built = builtinGrammar('builtin:grammar/digits?length=2', 'voice');
    if (!built.ok) throw new Error(built.error.message);
    expect(srgsText({ main: built.value, documents: new Map() }, 'digits')).toMatch(/<item repeat="2-2"><one-of><item><token>zero<\/token>/);
  });
});
