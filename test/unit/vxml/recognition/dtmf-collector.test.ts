import { DtmfCollector, type DtmfTiming } from '../../../../src/vxml/recognition/dtmf-collector.ts';
import type { DtmfMatcher } from '../../../../src/vxml/recognition/grammar-store.ts';

/** A matcher of a plain list of inputs. */
class ListMatcher implements DtmfMatcher {
  readonly #inputs: readonly string[];
  #keys = '';
  constructor(inputs: readonly string[]) {
    this.#inputs = inputs;
  }
  push(key: string): ReturnType<DtmfMatcher['push']> {
    this.#keys += key;
    const whole = this.#inputs.includes(this.#keys);
    const longer = this.#inputs.some((i) => i.startsWith(this.#keys) && i !== this.#keys);
    return whole ? (longer ? 'match-may-extend' : 'match-final') : longer ? 'partial' : 'nomatch';
  }
  result(): ReturnType<DtmfMatcher['result']> {
    return this.#inputs.includes(this.#keys) ? { index: 0, utterance: this.#keys, interpretation: this.#keys } : undefined;
  }
}

const collect = (inputs: readonly string[], keys: string, timing: Partial<DtmfTiming> = {}): DtmfCollector => {
  const collector = new DtmfCollector(new ListMatcher(inputs), { interdigitMs: 3000, termMs: 0, termchar: '#', ...timing });
  for (const key of keys) collector.key(key);
  return collector;
};

describe('collecting digits (VoiceXML 2.0 App. D)', () => {
  it('waits for nothing before the first key', () => {
    expect(collect(['1'], '').waitMs).toBeUndefined();
  });

  it('matches at once when nothing more can follow and termtimeout is 0', () => {
    expect(collect(['12'], '12').outcome).toMatchObject({ kind: 'match', match: { utterance: '12' } });
  });

  it('tells that the tags of what matched failed, and keeps the key that came after it', () => {
    const failing = new ListMatcher(['12']);
    failing.result = () => ({ problem: 'page.vxml:3:9: the tag failed' });
    const collector = new DtmfCollector(failing, { interdigitMs: 3000, termMs: 500, termchar: '#' });
    for (const key of '127') collector.key(key);
    expect(collector.outcome).toEqual({ kind: 'failed', problem: 'page.vxml:3:9: the tag failed', unread: '7' });
  });

  it('waits interdigittimeout while more may follow, and then takes what is whole', () => {
    const collector = collect(['1', '12'], '1');
    expect(collector.waitMs).toBe(3000);
    collector.expire();
    expect(collector.outcome).toMatchObject({ kind: 'match', match: { utterance: '1' } });
  });

  it('is a nomatch when time runs out on a mere beginning', () => {
    const collector = collect(['12'], '1');
    collector.expire();
    expect(collector.outcome).toMatchObject({ kind: 'nomatch' });
  });

  it('ends at the terminating key what could go on', () => {
    expect(collect(['1', '12'], '1#').outcome).toMatchObject({ kind: 'match', match: { utterance: '1' } });
  });

  it('is a nomatch when the terminating key comes too early', () => {
    expect(collect(['12'], '1#').outcome).toMatchObject({ kind: 'nomatch' });
  });

  it('takes the terminating key as an ordinary one where a grammar wants it', () => {
    expect(collect(['#1'], '#1').outcome).toMatchObject({ kind: 'match', match: { utterance: '#1' } });
  });

  it('waits termtimeout for the terminating key after a full input, and consumes it', () => {
    const collector = collect(['12'], '12', { termMs: 1000 });
    expect(collector.outcome).toBeUndefined();
    expect(collector.waitMs).toBe(1000);
    collector.key('#');
    expect(collector.outcome).toMatchObject({ kind: 'match', unread: '' });
  });

  it('gives another key than the terminating one back to the next input', () => {
    expect(collect(['12'], '123', { termMs: 1000 }).outcome).toMatchObject({ kind: 'match', unread: '3' });
  });

  it('takes a full input at once when there is no terminating key, whatever termtimeout says', () => {
    expect(collect(['12'], '12', { termMs: 1000, termchar: '' }).outcome).toMatchObject({ kind: 'match' });
  });

  it('makes one nomatch of a whole burst of wrong keys', () => {
    const collector = collect(['12'], '987');
    expect(collector.outcome).toBeUndefined();
    expect(collector.waitMs).toBe(700);
    collector.expire();
    expect(collector.outcome).toMatchObject({ kind: 'nomatch' });
  });
});
