import { HeaderStore } from './header-store.ts';
import { reasonPhrase } from './reason-phrases.ts';
import { SipResponse, type SipRequest } from './sip-message.ts';

/**
 * A response with the Via lines, From, To, Call-ID and CSeq of its request (RFC 3261 §8.2.6.2), Timestamp in a 100
 * (§8.2.6.1), and Record-Route in what may make a dialog (§12.1.1). `toTag` is added when the To has no tag and the
 * status is not 100.
 */
export function createResponse(
  request: SipRequest,
  status: number,
  options: { readonly reason?: string | undefined; readonly toTag?: string | undefined } = {},
): SipResponse {
  const dialogForming = status > 100 && status < 300 && (request.method === 'INVITE' || request.method === 'SUBSCRIBE' || request.method === 'REFER' || request.method === 'NOTIFY');
  const fields = request.headers.fields.filter(
    ({ key }) =>
      key === 'Via' || key === 'From' || key === 'To' || key === 'Call-ID' || key === 'CSeq' ||
      (key === 'Record-Route' && dialogForming) || (key === 'Timestamp' && status === 100),
  );
  const response = new SipResponse(status, options.reason ?? reasonPhrase(status), { headers: new HeaderStore(fields), encoding: request.encoding });
  if (status > 100 && options.toTag !== undefined && !hasTag(request)) {
    const to = response.get('To');
    if (to !== undefined) response.set('To', `${to};tag=${options.toTag}`);
  }
  return response;
}

/** A To that does not parse counts as tagged when the text says so: it is copied, never guessed at. */
function hasTag(request: SipRequest): boolean {
  const to = request.to;
  return to === undefined ? /;\s*tag\s*=/i.test(request.get('To') ?? '') : to.params.has('tag');
}
