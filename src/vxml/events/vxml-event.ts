import type { Place } from '../document/node.ts';

/** A thrown event (§5.2). `message` is what `_message` holds; undefined when the thrower gave none. */
export interface VxmlEvent {
  readonly name: string;
  readonly message: string | undefined;
  readonly place?: Place;
}

/** The predefined events (§5.2.6) and those of VoiceXML 2.1, and when they arise. Every `error.*` of the interpreter is made here. */
export const eventCatalogue = {
  'cancel': 'the caller asked to cancel the prompt',
  'connection.disconnect.hangup': 'the caller hung up',
  'connection.disconnect.transfer': 'the caller was transferred unconditionally',
  'exit': 'the caller asked to exit',
  'help': 'the caller asked for help',
  'noinput': 'no input within the timeout',
  'nomatch': 'input that no active grammar matched',
  'maxspeechtimeout': 'input longer than the maxspeechtimeout property',
  'error.badfetch': 'a resource could not be had, or was no valid document',
  'error.badfetch.http': 'the HTTP status, as its last part',
  'error.semantic': 'a run-time error: undeclared variable, failed expression, illegal use',
  'error.noauthorization': 'not allowed, e.g. by the access control of a <data> document',
  'error.noresource': 'a platform resource is not there now',
  'error.unsupported.builtin': 'a built-in grammar that does not exist',
  'error.unsupported.format': 'a grammar or audio format that is not supported',
  'error.unsupported.language': 'a language that is not supported',
  'error.unsupported.objectname': 'an object that does not exist',
  'error.unsupported.transfer.blind': 'the platform has no blind transfer',
  'error.unsupported.transfer.bridge': 'the platform has no bridged transfer',
  'error.unsupported.transfer.consultation': 'the platform has no consultation transfer',
  'error.unsupported.uri': 'an address form that transfer does not support',
  'error.connection.noauthorization': 'the caller may not call the destination',
  'error.connection.baddestination': 'the destination is malformed',
  'error.connection.noroute': 'the destination cannot be reached',
  'error.connection.noresource': 'no line for the call',
  'error.connection.protocol': 'the protocol stack failed; its code is the last part',
} as const;

export const eventOf = (name: string, message?: string, place?: Place): VxmlEvent =>
  place === undefined ? { name, message } : { name, message, place };

export const badFetch = (message: string, httpStatus?: number): VxmlEvent =>
  eventOf(httpStatus === undefined ? 'error.badfetch' : `error.badfetch.http.${httpStatus}`, message);
export const semantic = (message: string, place?: Place): VxmlEvent => eventOf('error.semantic', message, place);

/** The prefixes of an event name that a catch may give, longest first; the empty one catches all (§5.2.4). */
export function prefixesOf(name: string): readonly string[] {
  const parts = name.split('.');
  return [...parts.map((_, i) => parts.slice(0, parts.length - i).join('.')), ''];
}
