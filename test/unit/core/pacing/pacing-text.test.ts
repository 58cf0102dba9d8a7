import { createPacer } from '../../../../src/core/pacing/create-pacer.ts';
import { pacingOfText } from '../../../../src/core/pacing/pacing-text.ts';

describe('the short form of a pacing', () => {
  test.each([
    ['manual', { kind: 'manual' }],
    ['preview', { kind: 'preview' }],
    ['preview:20', { kind: 'preview', autoDialMs: 20_000 }],
    ['progressive:1.2', { kind: 'progressive', ratio: 1.2 }],
    ['ratio:1.5', { kind: 'ratio', ratio: 1.5 }],
    ['ratio:1:update', { kind: 'ratio', ratio: 1, watch: 'update' }],
    ['ratio:1:work:0.2', { kind: 'ratio', ratio: 1, watch: 'work', minHitRate: 0.2 }],
    ['rate:5', { kind: 'rate', rate: { count: 5, perMs: 1_000 } }],
    ['rate:300/m', { kind: 'rate', rate: { count: 300, perMs: 60_000 } }],
    ['rate:2000/h', { kind: 'rate', rate: { count: 2_000, perMs: 3_600_000 } }],
    ['skill:sales:queue:5', { kind: 'skill', skill: { name: 'sales', measure: 'queue', keep: 5 } }],
    ['skill:sales:freeAgents:1:1.5', { kind: 'skill', skill: { name: 'sales', measure: 'freeAgents', keep: 1, ratio: 1.5 } }],
    ['cruise:0.02', { kind: 'cruise', promise: { targetRate: 0.02, thresholdMs: 2_000, from: 'greetingEnd', windowMs: 86_400_000 } }],
  ])('reads %s', (text, options) => {
    expect(pacingOfText(text)).toEqual(options);
    expect(typeof createPacer(pacingOfText(text) as never)).toBe('object');
  });

  test.each([
    ['psychic', 'kind "psychic" is unknown'], ['', 'kind "" is unknown'], ['ratio:lots', '"lots" is not a number'], ['ratio:', '"" is not a number'], ['ratio:1:sleep', 'update or work'],
    ['ratio:1:work:some', 'least hit rate "some"'], ['ratio:1:work:0.1:9', 'update or work'], ['cruise:0.03:2', '"2" is too much'], ['manual:3', 'takes no number'], ['rate:5/d', 'per second, minute or hour'],
    ['rate:many', 'per second, minute or hour'], ['skill:sales', 'NAME:queue'], ['skill:sales:mood:5', 'NAME:queue'], ['skill:sales:queue:', 'NAME:queue'], ['skill:sales:queue:5:-1', 'ratio "-1"'],
  ])('says what is wrong with %s', (text, sentence) => {
    expect(pacingOfText(text)).toContain(sentence);
  });

  test.each([
    ['preview:0', 'autoDialMs'], ['preview:9999', 'autoDialMs'], ['ratio:11', 'ratio 11'], ['progressive:0.5', 'over-dials by 1 to 10'], ['ratio:1:work:2', 'minHitRate 2'], ['cruise:0.9', 'targetRate 0.9'], ['cruise:-1', 'targetRate -1'], ['rate:0', 'rate missing'],
  ])('the pacer refuses %s', (text, sentence) => {
    expect(createPacer(pacingOfText(text) as never)).toContain(sentence);
  });
});
