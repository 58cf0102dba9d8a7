import { Renegotiation } from '../../../../src/core/call-control/renegotiation.ts';
import { accepted, refused, type Reply } from '../../../../src/kernel/result.ts';

/** A renegotiation, and what it asks of media and signalling, in order. */
function parts(media: Reply): { readonly renegotiation: Renegotiation; readonly asked: unknown[] } {
  const asked: unknown[] = [];
  const ask = (verb: string) => (command: object): Reply => (asked.push({ verb, ...command }), media);
  const deps = { media: { makeOffer: ask('makeOffer'), applyOffer: ask('applyOffer') }, signalling: { answerOffer: (command: object) => (asked.push({ verb: 'answerOffer', ...command }), accepted) } };
  return { renegotiation: new Renegotiation(deps as never, 'call' as never, 'node' as never), asked };
}

test('the far end\'s offer goes to the media plane, and its answer back, once', () => {
  const { renegotiation, asked } = parts(accepted);
  renegotiation.begin('offer');
  expect([renegotiation.ready('answer'), renegotiation.ready('another'), renegotiation.failed()]).toEqual([true, false, false]);
  expect(asked).toEqual([{ verb: 'applyOffer', node: 'node', sdp: 'offer' }, { verb: 'answerOffer', call: 'call', sdp: 'answer' }]);
});

test('where the far end offers nothing the media plane makes the offer', () => {
  const { renegotiation, asked } = parts(accepted);
  renegotiation.begin(undefined);
  expect(renegotiation.ready('ours')).toBe(true);
  expect(asked).toEqual([{ verb: 'makeOffer', node: 'node', direction: 'sendrecv' }, { verb: 'answerOffer', call: 'call', sdp: 'ours' }]);
});

test('what the media plane cannot take, now or later, is refused', () => {
  for (const reply of [accepted, refused('unknown-id', 'gone')]) {
    const { renegotiation, asked } = parts(reply);
    renegotiation.begin('offer');
    expect(renegotiation.failed()).toBe(reply.accepted);
    expect(asked.slice(1)).toEqual([{ verb: 'answerOffer', call: 'call' }]);
  }
});
