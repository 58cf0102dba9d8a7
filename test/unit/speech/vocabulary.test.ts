import { join } from 'node:path';
import { packageRoot } from '../../../src/kernel/package-root.ts';
import { english } from '../../../src/speech/vocabulary/english.ts';
import { VocabularySynthesizer } from '../../../src/speech/vocabulary/vocabulary-synthesizer.ts';

const say = (words: readonly string[] | undefined): string => (words ?? ['?']).join(' ');

describe('English say-as', () => {
  it.each([
    ['0', 'zero'], ['7', 'seven'], ['40', 'forty'], ['105', 'one hundred and five'], ['1,234', 'one thousand two hundred and thirty four'], ['2000001', 'two million and one'],
    ['-3.05', 'minus three point zero five'], ['007', 'zero zero seven'], ['.5', 'zero point five'], ['twelve', '?'], ['1,23', '?'],
  ])('number %s is %s', (text, said) => expect(say(english.number(text))).toBe(said));

  it.each([[1, 'first'], [12, 'twelfth'], [20, 'twentieth'], [21, 'twenty first'], [90, 'ninetieth'], [0, '?'], [1.5, '?']])('ordinal %s is %s', (value, said) => expect(say(english.ordinal(value))).toBe(said));

  it.each([
    ['20261121', '', 'november twenty first , twenty twenty six'], ['????1225', '', 'december twenty fifth'], ['2005????', '', 'two thousand and five'], ['3/14/1907', 'mdy', 'march fourteenth , nineteen oh seven'],
    ['14.3.2026', 'dmy', 'march fourteenth , twenty twenty six'], ['2026-02-01', '', 'february first , twenty twenty six'], ['13/40/2020', 'mdy', '?'], ['soon', '', '?'],
  ])('date %s %s is %s', (text, format, said) => expect(say(english.date(text, format))).toBe(said));

  it.each([
    ['0930a', 'nine thirty am'], ['1200p', 'twelve pm'], ['1430h', 'two thirty pm'], ['0005h', 'twelve oh five am'], ['0300?', "three o'clock"], ['3:30 pm', 'three thirty pm'], ['9:05', 'nine oh five'], ['2561h', '?'],
  ])('time %s is %s', (text, said) => expect(say(english.time(text))).toBe(said));

  it.each([
    ['USD12.50', 'twelve dollars and fifty cents'], ['$1', 'one dollar'], ['EUR0.01', 'one cent'], ['GBP1234.01', 'one thousand two hundred and thirty four pounds and one penny'], ['JPY500', 'five hundred yen'], ['-$5', '?'], ['XYZ5', '?'], ['$', '?'],
  ])('currency %s is %s', (text, said) => expect(say(english.currency(text))).toBe(said));

  it.each([
    ['+1 212 555 0100', 'plus one , two one two , five five five , zero one zero zero'], ['2125550100x12', 'two one two , five five five , zero one zero zero , extension one two'], ['abc', '?'],
  ])('telephone %s is %s', (text, said) => expect(say(english.telephone(text))).toBe(said));

  it('spells letters, digits and signs', () => expect(say(english.characters('A1-b'))).toBe('letter-a one dash letter-b'));
});

describe('the vocabulary synthesiser', () => {
  const engine = new VocabularySynthesizer(join(packageRoot(), 'vxml', 'audio'));
  const speak = (text: string, ssml = false, language = 'en-US') => engine.synthesize({ text, ssml, language });
  const seconds = async (text: string, ssml = false): Promise<number> => {
    const outcome = await speak(text, ssml);
    if (!outcome.ok) throw new Error(outcome.reason);
    return outcome.samples.length / outcome.sampleRate;
  };
  const ssml = (body: string): string => `<?xml version="1.0"?><speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang="en">${body}</speak>`;

  it('has a recording of every word that say-as may use', async () => {
    const said: string[] = [];
    for (let n = 0; n <= 99; n++) said.push(ssml(`<say-as interpret-as="number">${n}</say-as>`), ...(n === 0 ? [] : [ssml(`<say-as interpret-as="ordinal">${n}</say-as>`)]));
    for (let m = 1; m <= 12; m++) said.push(ssml(`<say-as interpret-as="vxml:date">2026${String(m).padStart(2, '0')}${String(m * 2).padStart(2, '0')}</say-as>`));
    for (const c of ['USD', 'CAD', 'EUR', 'GBP', 'CHF', 'JPY', 'CNY', 'KRW', 'INR', 'MXN', 'BRL', 'RUB']) said.push(ssml(`<say-as interpret-as="vxml:currency">${c}1.01</say-as>`), ssml(`<say-as interpret-as="vxml:currency">${c}2.02</say-as>`));
    for (const c of 'abcdefghijklmnopqrstuvwxyz0123456789*#.-/+@') said.push(ssml(`<say-as interpret-as="characters">${c}</say-as>`));
    said.push(ssml('<say-as interpret-as="vxml:time">1100a</say-as><say-as interpret-as="vxml:time">1200p</say-as><say-as interpret-as="vxml:time">0400?</say-as>'));
    said.push(ssml('<say-as interpret-as="vxml:phone">+15550100x7</say-as><say-as interpret-as="vxml:boolean">true</say-as><say-as interpret-as="vxml:digits">12*#</say-as><say-as interpret-as="number">5000000000</say-as>'));
    for (const text of said) expect(await speak(text, true)).toMatchObject({ ok: true });
  });

  it('speaks the prompts of the shipped pages as whole recordings', async () => {
    expect(await seconds('Thank you. Your number has been removed from our calling list.')).toBeGreaterThan(2.5);
    expect(await seconds('thank you,  your number has been removed from our calling list')).toBeGreaterThan(2.5);
  });

  it('joins words, numbers, money and times in plain text', async () => {
    for (const text of ['Your balance is $12.50.', 'Your appointment is on Monday, at 3:30 pm', 'press 1 or 2', 'you have 21 new messages', 'the 3rd of May', '50% of 1,000', 'IBM']) expect(await seconds(text)).toBeGreaterThan(0.5);
  });

  it('says what it has no recording of, and speaks nothing then', async () => {
    const outcome = await speak('Dear Mr. Zaphod, your balance is $5');
    expect(outcome).toMatchObject({ ok: false, kind: 'unspoken' });
    expect(!outcome.ok && outcome.reason).toMatch(/"Zaphod"/);
    expect(await speak('Guten Tag', false, 'de')).toMatchObject({ ok: false, kind: 'unspoken' });
  });

  it('puts breaks and marks where they belong', async () => {
    const plain = await seconds('one two');
    expect(await seconds(ssml('one <break time="500ms"/> two'), true)).toBeCloseTo(plain + 0.5, 1);
    const outcome = await speak(ssml('<mark name="a"/>one<break time="1s"/><mark name="b"/>two'), true);
    expect(outcome.ok && outcome.marks.map((m) => m.name)).toEqual(['a', 'b']);
    expect(outcome.ok && outcome.marks[1]!.atMs).toBeGreaterThan(1200);
  });

  it('takes aliases for <sub>, and refuses markup that is not well-formed', async () => {
    expect(await speak(ssml('<sub alias="hello">Zaphod</sub>'), true)).toMatchObject({ ok: true });
    expect(await speak('<speak>one', true)).toMatchObject({ ok: false, kind: 'failed' });
  });

  it('is silent about a folder that is not there', async () => {
    const none = new VocabularySynthesizer('/nonexistent');
    expect(none.languages).toEqual([]);
    expect(await none.synthesize({ text: 'one', ssml: false, language: 'en' })).toMatchObject({ ok: false, kind: 'unspoken' });
  });
});
