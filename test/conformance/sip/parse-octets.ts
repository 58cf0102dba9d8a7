import { parseDatagram } from '../../../src/sip/message/parse-message.ts';
import type { MalformedMessage } from '../../../src/sip/message/malformed-message.ts';
import type { SipMessage } from '../../../src/sip/message/sip-message.ts';
import { validateRequest, validateResponse } from '../../../src/sip/message/validate-request.ts';
import { touchEverything } from './message-view.ts';

export interface Parsed {
  readonly message: SipMessage | undefined;
  readonly malformed: MalformedMessage | undefined;
  readonly milliseconds: number;
}

/**
 * Parses and, unless told not to, validates as the user agent does, and reads every accessor. An exception that escapes is
 * a crash.
 */
export function parseOctets(octets: Buffer, validate = true): Parsed {
  const start = performance.now();
  const parsed = parseDatagram(octets);
  const message = parsed.ok ? parsed.value : parsed.error.request;
  const malformed = !parsed.ok ? parsed.error : validate ? fault(parsed.value) : undefined;
  if (message !== undefined) touchEverything(message);
  return { message: malformed === undefined ? message : undefined, malformed, milliseconds: performance.now() - start };
}

const fault = (message: SipMessage): MalformedMessage | undefined => (message.kind === 'request' ? validateRequest(message) : validateResponse(message));
