import type { VxmlNode } from '../document/node.ts';
import { dialogNamed } from '../document/vxml-document.ts';
import { badFetch } from '../events/vxml-event.ts';
import { inheritedFrom } from '../scope/document-context.ts';
import type { Frame } from '../session/frame.ts';
import { isOver } from '../session/session.ts';
import { ended, thrown, type Completion } from './completion.ts';
import { requestFor, withFetchAudio, type Submission } from './fetch-for.ts';

/**
 * To another dialog or document (§5.3.7, §5.3.8, §2.2, §2.5). The document is fetched and checked while the old one is still active,
 * so that an error is an event for the old one's handlers.
 */
export async function leaveFor(frame: Frame, node: VxmlNode, reference: string, options: { readonly submit?: Submission }): Promise<Completion> {
  const { session, context } = frame;
  const hash = reference.indexOf('#');
  const dialog = hash < 0 ? undefined : fragmentOf(reference.slice(hash + 1));
  if (hash === 0 && options.submit === undefined) {
    const root = inheritedFrom(context, node);
    const document = root ?? context.document;
    if (dialogNamed(document, dialog) === undefined) return thrown(badFetch(`there is no dialog "${dialog}" in ${document.uri}`));
    return { kind: 'transition', to: { bySubmit: false, ...(root === undefined ? {} : { document: { document: root, root: undefined } }), ...(dialog === undefined ? {} : { dialog }) } };
  }
  const request = requestFor(frame, node, reference, 'document', options.submit);
  if (!request.ok) return request.completion;
  session.observe({ kind: 'step', step: 'fetch', detail: `document ${request.value.uri}` });
  const bySubmit = options.submit !== undefined;
  const loaded = await withFetchAudio(frame, node, () => session.loader.load(request.value, session.signal, context.application.root));
  if (isOver(session)) return ended;
  if (!loaded.ok) return thrown(loaded.error);
  if (dialog !== undefined && dialogNamed(loaded.value.document, dialog) === undefined) {
    return thrown(badFetch(`there is no dialog "${dialog}" in ${loaded.value.document.uri}`));
  }
  return { kind: 'transition', to: { document: loaded.value, bySubmit, ...(dialog === undefined ? {} : { dialog }) } };
}

function fragmentOf(text: string): string | undefined {
  if (text === '') return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
