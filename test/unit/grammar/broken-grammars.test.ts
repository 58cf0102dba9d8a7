import { compileGrammar, DtmfMatcher, linkGrammar, matchText, parseGrammar } from '../../../src/grammar/index.ts';
import { SeededRandom } from '../../../src/kernel/random.ts';
import { fail } from '../../../src/kernel/result.ts';

const xml = '<?xml version="1.0"?><grammar xmlns="http://www.w3.org/2001/06/grammar" version="1.0" xml:lang="en-US" mode="dtmf" root="pin" tag-format="semantics/1.0-literals"><rule id="digit"><one-of><item weight="2">0<tag>zero</tag></item><item>1</item></one-of></rule><rule id="pin" scope="public"><item repeat="2-4"><ruleref uri="#digit"/></item><item repeat="0-1">#</item><ruleref special="GARBAGE"/></rule></grammar>';
const abnf = '#ABNF 1.0 UTF-8;\nmode dtmf; root $pin; tag-format <semantics/1.0-literals>;\n/* c */ $digit = /2/ 0 {zero} | 1; // d\npublic $pin = $digit<2-4> ["#"] $GARBAGE ($pin | $NULL)<0-1 /0.5/> !en;\n';

describe('broken grammars', () => {
  it.each([['XML', xml], ['ABNF', abnf]])('are refused with a place, or match in bounded time: 3,000 of the form %s', async (_form, source) => {
    const random = new SeededRandom(11);
    const pick = (n: number): number => Math.floor(random.next() * n);
    let accepted = 0;
    for (let i = 0; i < 3000; i++) {
      let text = source;
      for (let k = 0; k <= pick(3); k++) {
        const from = pick(text.length);
        const kind = pick(3);
        if (kind === 0) text = text.slice(0, from) + text.slice(from + 1 + pick(8));
        else if (kind === 1) text = text.slice(0, from) + source.slice(pick(source.length), pick(source.length)) + text.slice(from);
        else text = text.slice(0, from) + '$<>|;()[]{}!/"-0159#*'[pick(21)] + text.slice(from);
      }
      const parsed = parseGrammar(text, '', 'http://h/g');
      const linked = parsed.ok ? await linkGrammar(parsed.value, () => Promise.resolve(fail({ message: 'no' }))) : parsed;
      const compiled = linked.ok ? compileGrammar(linked.value) : linked;
      if (!compiled.ok) {
        if (compiled.error.message === '' || compiled.error.line < 1 || compiled.error.column < 1) throw new Error(`no message or place for ${text}`);
        continue;
      }
      accepted += 1;
      if (compiled.value.mode === 'voice') matchText(compiled.value, '0 1 0 #');
      else {
        const matcher = new DtmfMatcher(compiled.value);
        for (const key of '0101#') matcher.push(key);
        matcher.result();
      }
    }
    expect(accepted).toBeGreaterThan(20);
  });
});
