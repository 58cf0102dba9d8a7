import type { ConnectionFacts } from '../../ccxml/platform.ts';
import type { SignallingEventMap } from '../../signalling/signalling.ts';
import { redirectingNumbers } from './redirecting-numbers.ts';

/** What an INVITE tells of the connection it makes (CCXML 1.0 §10.2). */
export function incomingFacts(event: SignallingEventMap['call.incoming']): ConnectionFacts {
  return {
    local: event.to,
    remote: event.from,
    originator: 'remote',
    protocol: { name: 'sip', version: '2.0' },
    ...(event.uui === undefined ? {} : { aai: event.uui }),
    ...(event.redirections === undefined ? {} : { redirect: redirectingNumbers(event.redirections) }),
    sip: { headers: event.headers, requesturi: event.requestUri, ...(event.assertedIdentity === undefined ? {} : { assertedidentity: event.assertedIdentity }) },
  };
}
