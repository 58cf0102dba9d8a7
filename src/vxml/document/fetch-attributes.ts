import { duration, expression, integer, names, optional, uri, withDefault, word, text } from './attribute.ts';

/** §6.1: what every element that names a resource may say about fetching it. */
export const fetchAttributes = {
  fetchhint: optional(word('prefetch', 'safe')),
  fetchtimeout: optional(duration),
  /** Seconds. */
  maxage: optional(integer),
  maxstale: optional(integer),
} as const;

/** §6.1.5: elements that leave the document also say what is heard meanwhile. */
export const documentFetchAttributes = { ...fetchAttributes, fetchaudio: optional(uri) } as const;

/** §5.3.8 and its kin: what is sent with the request. */
export const submitAttributes = {
  method: withDefault(word('get', 'post'), 'get'),
  enctype: withDefault(text, 'application/x-www-form-urlencoded'),
  namelist: optional(names),
} as const;

/** Of links and choices (§2.2, §2.5). */
export const eventAttributes = {
  event: optional(text),
  eventexpr: optional(expression),
  message: optional(text),
  messageexpr: optional(expression),
} as const;
