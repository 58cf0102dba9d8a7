import { redirectingNumbers } from '../../../../src/core/call-control/redirecting-numbers.ts';

describe('the numbers that a call was sent on from', () => {
  it('have the words of VoiceXML for presentation and reason', () => {
    expect(redirectingNumbers([
      { uri: 'sip:a@b', reason: 'user-busy', private: false }, { uri: 'sip:c@d', reason: '408', private: true }, { uri: 'sip:e@f', reason: 'time-of-day', private: false }, { uri: 'sip:g@h', private: false },
    ])).toEqual([
      { uri: 'sip:a@b', pi: 'allowed', si: 'unknown', reason: 'user busy' }, { uri: 'sip:c@d', pi: 'restricted', si: 'unknown', reason: 'no reply' },
      { uri: 'sip:e@f', pi: 'allowed', si: 'unknown', reason: 'unknown' }, { uri: 'sip:g@h', pi: 'allowed', si: 'unknown', reason: 'unknown' },
    ]);
  });
});
