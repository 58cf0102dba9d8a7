import { ended, type Completion } from '../fia/completion.ts';
import { runApplication } from '../fia/run-application.ts';
import { placeText } from '../document/node.ts';
import type { LoadedDocument } from '../document/loaded-document.ts';
import { playQueued } from '../prompts/play-queued.ts';
import type { VxmlEvent } from '../events/vxml-event.ts';
import type { Session } from './session.ts';

/** How a dialog ended. */
export interface DialogEnd {
  /**
   * `exit`: by `<exit>` or with no item left; `disconnect`: after the caller or the page hung up, or was transferred; `error`: by an event
   * that no handler of the page took; `limit`: a limit of the sandbox; `terminated`: from outside; `load`: the first document could not be had.
   */
  readonly how: 'exit' | 'disconnect' | 'error' | 'limit' | 'terminated' | 'load';
  /** The variables of `<exit namelist>`. */
  readonly values: Readonly<{ [name: string]: unknown }>;
  /** The value of `<exit expr>`; absent without one. */
  readonly value?: unknown;
  /** The event that nobody took, or the limit, in words. */
  readonly event?: string;
  readonly reason?: string;
}

/** Runs a session whose first document is there, to its end. What is queued is heard before the end (§5.3.9). */
export async function runSession(session: Session, document: LoadedDocument, dialog: string | undefined): Promise<DialogEnd> {
  const completion = await runApplication(session, { document, dialog, parameters: new Map() }, false);
  if (session.budget.passed === undefined && !session.inbox.terminated && !session.call.hungUp) await playQueued(session);
  return endOf(session, completion);
}

function endOf(session: Session, completion: Completion): DialogEnd {
  const end = describe(session, session.inbox.terminated ? ended : completion);
  session.observe({ kind: 'step', step: 'end', detail: end.how + (end.event === undefined ? '' : ` ${end.event}`) + (end.reason === undefined ? '' : `: ${end.reason}`) });
  return end;
}

function describe(session: Session, completion: Completion): DialogEnd {
  const { passed } = session.budget;
  if (passed !== undefined) return { how: 'limit', values: {}, reason: passed };
  if (session.inbox.terminated) return { how: 'terminated', values: {} };
  const { unhandled } = session.call;
  if (unhandled !== undefined && !['exit', 'cancel'].includes(unhandled.name) && !unhandled.name.startsWith('connection.disconnect')) return { how: 'error', values: {}, ...eventText(unhandled) };
  const values = completion.kind === 'exit' ? completion.values : { values: {} };
  return { how: session.call.hungUp ? 'disconnect' : 'exit', ...values };
}

const eventText = (event: VxmlEvent): { event: string; reason?: string } => {
  const where = event.place === undefined ? '' : ` (${placeText(event.place)})`;
  return event.message === undefined && where === '' ? { event: event.name } : { event: event.name, reason: `${event.message ?? ''}${where}`.trim() };
};
