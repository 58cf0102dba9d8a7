import { HeaderStore, type HeaderField } from '../message/header-store.ts';
import { SipRequest, type SipResponse } from '../message/sip-message.ts';

/** The ACK that an INVITE client transaction makes for a 300–699 response (RFC 3261 §17.1.1.3). */
export function nonSuccessAck(invite: SipRequest, response: SipResponse): SipRequest {
  const fields: HeaderField[] = [];
  let via = false;
  for (const field of invite.headers.fields) {
    switch (field.key) {
      case 'Via':
        if (!via) fields.push(field); // the top one alone
        via = true;
        break;
      case 'Max-Forwards': case 'From': case 'Call-ID': case 'Route':
        fields.push(field);
        break;
      default:
    }
  }
  const ack = new SipRequest('ACK', invite.requestUri, { headers: new HeaderStore(fields), encoding: invite.encoding });
  ack.append('To', response.get('To') ?? invite.get('To') ?? '');
  ack.append('CSeq', `${invite.cseq?.number ?? 1} ACK`);
  return ack;
}
