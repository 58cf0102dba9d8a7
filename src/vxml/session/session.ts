import type { Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { DocumentLoader } from '../document/document-loader.ts';
import type { VxmlEvent } from '../events/vxml-event.ts';
import type { VxmlCommand } from '../platform.ts';
import type { PromptQueue } from '../prompts/prompt-queue.ts';
import type { Marks } from '../prompts/marks.ts';
import type { GrammarStore } from '../recognition/grammar-store.ts';
import type { Resources } from '../resources.ts';
import type { Scripts } from '../scope/scripts.ts';
import type { Inbox } from './inbox.ts';
import type { Budget } from './limits.ts';
import type { Recordings } from './recordings.ts';
import type { Observe } from './trace.ts';

/** One running dialog: it holds parts and does nothing itself. */
export interface Session {
  readonly id: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly observe: Observe;
  readonly scripts: Scripts;
  readonly inbox: Inbox;
  readonly prompts: PromptQueue;
  readonly marks: Marks;
  readonly loader: DocumentLoader;
  readonly resources: Resources;
  readonly grammars: GrammarStore;
  readonly recordings: Recordings;
  readonly budget: Budget;
  /** Platform defaults of properties (§6.3), over those of the specification. */
  readonly properties: Readonly<{ [name: string]: string }>;
  /** Aborted when the session ends: every fetch with it. */
  readonly signal: AbortSignal;
  readonly send: (command: VxmlCommand) => void;
  /** `play-1`, `listen-2` …, unique in the session. */
  readonly nextId: (kind: string) => string;
  readonly call: CallState;
}

/** What is left of the call. */
export interface CallState {
  /** Final processing state (§1.5.4): the next wait ends the session. */
  hungUp: boolean;
  /** The event that a default handler ended the session for. */
  unhandled: VxmlEvent | undefined;
  subdialogDepth: number;
}

/** True when everything must unwind: terminated from outside, or a limit was passed. */
export const isOver = (session: Session): boolean => session.inbox.terminated || session.budget.passed !== undefined;
