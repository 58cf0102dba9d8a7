import { parseDuration } from '../document/duration.ts';
import { fetchEvent } from '../document/fetch-event.ts';
import type { VxmlNode } from '../document/node.ts';
import { resolveAt } from '../document/resolve-at.ts';
import { badFetch } from '../events/vxml-event.ts';
import { playWhile } from '../prompts/fetch-audio.ts';
import type { AudioOutcome, ResourceOutcome, ResourceRequest, SubmitField } from '../resources.ts';
import { durationProperty, propertyOf, secondsProperty } from '../scope/properties.ts';
import { inheritedFrom } from '../scope/document-context.ts';
import type { Evaluated } from '../scope/scripts.ts';
import type { Frame } from '../session/frame.ts';
import { isOver } from '../session/session.ts';
import { ended, thrown } from './completion.ts';

export type ResourceKind = 'audio' | 'document' | 'grammar' | 'object' | 'script' | 'data';

export interface Submission {
  readonly method: 'get' | 'post';
  readonly enctype: string;
  readonly fields: readonly SubmitField[];
}

interface FetchGiven {
  readonly fetchtimeout?: number | undefined;
  readonly maxage?: number | undefined;
  readonly maxstale?: number | undefined;
  readonly fetchaudio?: string | undefined;
}

/** The request that a node's attributes and the properties in force make of a reference (§6.1). */
export function requestFor(frame: Frame, node: VxmlNode, reference: string, kind: ResourceKind, submit: Submission | undefined): Evaluated<ResourceRequest> {
  const given = node.attributes as FetchGiven;
  const uri = resolveAt(node, reference, baseFor(frame, node));
  if (uri === undefined) return { ok: false, completion: thrown(badFetch(`"${reference}" is no address`)) };
  const maxAge = given.maxage ?? secondsProperty(frame, `${kind}maxage`);
  const maxStale = given.maxstale ?? secondsProperty(frame, `${kind}maxstale`);
  return {
    ok: true,
    value: {
      uri, method: submit?.method ?? 'get', enctype: submit?.enctype ?? 'application/x-www-form-urlencoded', fields: submit?.fields ?? [],
      timeoutMs: given.fetchtimeout ?? durationProperty(frame, 'fetchtimeout'), referrer: frame.context.document.uri,
      ...(maxAge === undefined ? {} : { maxAgeSeconds: maxAge }), ...(maxStale === undefined ? {} : { maxStaleSeconds: maxStale }),
    },
  };
}

/**
 * The document that a node's references are relative to: its own; for what stands in a handler the active one, into which the handler
 * is copied (§5.2.4).
 */
export function baseFor({ context }: Frame, node: VxmlNode): string {
  return inheritedFrom(context, node)?.uri ?? context.document.uri;
}

/** Fetches a script, a grammar or data; a failure is error.badfetch. Documents have `leaveFor`. */
export async function fetchFor(
  frame: Frame, node: VxmlNode, reference: string, kind: ResourceKind, options: { readonly submit?: Submission },
): Promise<Evaluated<Extract<ResourceOutcome, { ok: true }>>> {
  const request = requestFor(frame, node, reference, kind, options.submit);
  if (!request.ok) return request;
  const { session } = frame;
  session.observe({ kind: 'step', step: 'fetch', detail: `${kind} ${request.value.uri}` });
  const outcome = await withFetchAudio(frame, node, () => session.resources.fetch(request.value, session.signal));
  if (isOver(session)) return { ok: false, completion: ended };
  return outcome.ok ? { ok: true, value: outcome } : { ok: false, completion: thrown(fetchEvent(outcome, request.value.uri)) };
}

export async function fetchAudio(frame: Frame, node: VxmlNode, reference: string): Promise<AudioOutcome & { readonly uri: string }> {
  const request = requestFor(frame, node, reference, 'audio', undefined);
  if (!request.ok) return { ok: false, kind: 'scheme', message: `"${reference}" is no address`, uri: reference };
  const outcome = await frame.session.resources.audio(request.value, frame.session.signal);
  return { ...outcome, uri: request.value.uri };
}

/** §6.1.5: where fetchaudio is given, what is queued is heard first, and then the audio while the fetch takes long. */
export async function withFetchAudio<T>(frame: Frame, node: VxmlNode, fetch: () => Promise<T>): Promise<T> {
  const { fetchaudio } = node.attributes as FetchGiven;
  const leaving = 'fetchaudio' in (node.attributes as object);
  const reference = fetchaudio ?? (leaving ? propertyOf(frame, 'fetchaudio') : undefined);
  if (reference === undefined || reference === '' || frame.session.call.hungUp) return fetch();
  const audio = await fetchAudio(frame, node, reference);
  if (!audio.ok) return fetch();
  const delayMs = parseDuration(propertyOf(frame, 'fetchaudiodelay') ?? '') ?? 0;
  const minimumMs = parseDuration(propertyOf(frame, 'fetchaudiominimum') ?? '') ?? 0;
  return playWhile(frame.session, { kind: 'audio', uri: audio.uri, path: audio.path }, { delayMs, minimumMs }, fetch);
}
