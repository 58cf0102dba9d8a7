import { HeaderStore, type HeaderField } from './header-store.ts';
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
  const fields: HeaderField[] = [];
  const tag = status > 100 && options.toTag !== undefined && !hasTag(request) ? options.toTag : undefined;
  for (const field of request.headers.fields) {
    switch (field.key) {
      case 'To':
        fields.push(tag === undefined ? field : { name: field.name, key: field.key, value: `${field.value};tag=${tag}` });
        break;
      case 'Via': case 'From': case 'Call-ID': case 'CSeq':
        fields.push(field);
        break;
      case 'Record-Route':
        if (dialogForming) fields.push(field);
        break;
      case 'Timestamp':
        if (status === 100) fields.push(field);
        break;
      default:
    }
  }
  return new SipResponse(status, options.reason ?? reasonPhrase(status), { headers: new HeaderStore(fields), encoding: request.encoding });
}

/** A To that does not parse counts as tagged when the text says so: it is copied, never guessed at. */
function hasTag(request: SipRequest): boolean {
  const to = request.to;
  return to === undefined ? /;\s*tag\s*=/i.test(request.get('To') ?? '') : to.params.has('tag');
}
