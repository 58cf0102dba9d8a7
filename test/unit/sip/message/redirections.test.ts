import { redirections } from '../../../../src/sip/message/redirections.ts';
import { SipRequest } from '../../../../src/sip/message/sip-message.ts';

const invite = (headers: readonly (readonly [string, string])[]): SipRequest => {
  const request = new SipRequest('INVITE', 'sip:now@here');
  for (const [name, value] of headers) request.append(name, value);
  return request;
};

describe('the redirections that a call came by', () => {
  it('are none without a header that tells them', () => {
    expect(redirections(invite([]))).toEqual([]);
  });

  it('follow the indices of History-Info, without the entry of the request itself', () => {
    const request = invite([
      ['History-Info', '<sip:bob@example.com?Reason=SIP%3Bcause%3D302>;index=1.1;mp=1, <sip:office@example.com?Reason=SIP%3bcause%3d486%3Btext%3D%22Busy%22&Privacy=history>;index=1.2'],
      ['History-Info', '<sip:now@here>;index=1.10'], ['History-Info', '<sip:first@example.com>;index=1'],
    ]);
    expect(redirections(request)).toEqual([
      { uri: 'sip:first@example.com', private: false }, { uri: 'sip:bob@example.com', reason: '302', private: false }, { uri: 'sip:office@example.com', reason: '486', private: true },
    ]);
  });

  it('are those of Diversion in the order in which they happened', () => {
    const request = invite([['Diversion', '"Office" <tel:+4989>;reason=no-answer;privacy=full;counter=1, <sip:+4930@carrier>;reason=user-busy;privacy=off']]);
    expect(redirections(request)).toEqual([{ uri: 'sip:+4930@carrier', reason: 'user-busy', private: false }, { uri: 'tel:+4989', reason: 'no-answer', private: true }]);
  });

  it('are none where the header cannot be read', () => {
    expect(redirections(invite([['History-Info', '<sip:'], ['Diversion', 'nonsense']]))).toEqual([]);
  });
});
