import { HeaderStore, type HeaderField } from '../message/header-store.ts';
import { SipRequest } from '../message/sip-message.ts';

/** The CANCEL of an INVITE, without Via: same Request-URI, Call-ID, To, From, CSeq number and Route (RFC 3261 §9.1). */
export function cancelRequest(invite: SipRequest, headers: readonly (readonly [string, string])[] = []): SipRequest {
  const fields: HeaderField[] = invite.headers.fields.filter(({ key }) =>
    key === 'Route' || key === 'Max-Forwards' || key === 'From' || key === 'To' || key === 'Call-ID');
  const cancel = new SipRequest('CANCEL', invite.requestUri, { headers: new HeaderStore([...fields]), encoding: invite.encoding });
  cancel.append('CSeq', `${invite.cseq?.number ?? 1} CANCEL`);
  for (const [name, value] of headers) cancel.append(name, value);
  return cancel;
}
