import type { ScriptEngine } from '../../ecmascript/ecmascript.ts';
import type { Clock, Timer } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { DocumentLoader } from '../document/document-loader.ts';
import type { LoadedDocument } from '../document/loaded-document.ts';
import type { PromptItem, VxmlCommand, VxmlPlatformEvent } from '../platform.ts';
import { Marks } from '../prompts/marks.ts';
import { PromptQueue } from '../prompts/prompt-queue.ts';
import { SrgsGrammarStore, type GrammarCache } from '../recognition/srgs-grammar-store.ts';
import type { Resources } from '../resources.ts';
import { Scripts } from '../scope/scripts.ts';
import { Inbox } from './inbox.ts';
import { Budget, type VxmlLimits } from './limits.ts';
import { Recordings } from './recordings.ts';
import { runSession, type DialogEnd } from './run-session.ts';
import { setSessionValues, type SessionInput } from './session-values.ts';
import type { Session } from './session.ts';
import type { Observe } from './trace.ts';

/** What every session of a host shares. */
export interface SessionParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly scripts: ScriptEngine;
  readonly loader: DocumentLoader;
  readonly resources: Resources;
  readonly grammars: GrammarCache;
  readonly limits: VxmlLimits;
  readonly properties: Readonly<{ [name: string]: string }>;
}

/** One running dialog and its two ends: events in, commands out. */
export class VxmlSession {
  readonly #session: Session;
  readonly #abort = new AbortController();
  readonly #inbox = new Inbox();
  readonly #scripts: Scripts;
  readonly #playing = new Map<string, readonly PromptItem[]>();
  #lifetime: Timer | undefined;
  #closed = false;

  constructor(id: string, parts: SessionParts, input: SessionInput, send: (command: VxmlCommand) => void, observe: Observe) {
    const budget = new Budget(parts.limits);
    const context = parts.scripts.createContext({ memoryBytes: parts.limits.scriptBytes, evaluationMs: parts.limits.evaluationMs });
    this.#scripts = new Scripts(context, budget);
    setSessionValues(this.#scripts, input);
    const counts = new Map<string, number>();
    this.#session = {
      id, clock: parts.clock, logger: parts.logger, observe, scripts: this.#scripts, inbox: this.#inbox, prompts: new PromptQueue(), marks: new Marks(), loader: parts.loader,
      resources: parts.resources, grammars: new SrgsGrammarStore(parts.grammars, context), recordings: new Recordings(), budget, properties: parts.properties, signal: this.#abort.signal,
      send: (command) => {
        if (command.name === 'play') this.#playing.set(command.play, command.items);
        send(command);
      },
      nextId: (kind) => {
        const n = (counts.get(kind) ?? 0) + 1;
        counts.set(kind, n);
        return `${kind}-${n}`;
      },
      call: { hungUp: false, unhandled: undefined, subdialogDepth: 0 },
    };
  }

  async run(document: LoadedDocument, dialog: string | undefined): Promise<DialogEnd> {
    const { clock, budget } = this.#session;
    const { sessionMs } = budget.limits;
    if (sessionMs > 0) {
      this.#lifetime = clock.after(sessionMs, () => {
        budget.exceed(`the session lasted longer than ${sessionMs} ms`);
        this.terminate();
      });
    }
    const end = await runSession(this.#session, document, dialog);
    this.#close();
    return end;
  }

  deliver(event: VxmlPlatformEvent): void {
    if (this.#closed) return;
    if (event.name === 'play.done') this.#release(event.play);
    if (event.name === 'play.mark') this.#session.marks.reached(event.mark, this.#session.clock.monotonic());
    else this.#inbox.post(event);
  }

  /** Ends the session where it stands. */
  terminate(): void {
    this.#inbox.post({ name: 'terminate' });
    this.#abort.abort();
  }

  /** Files of recorded audio; whoever owns the session's files may delete them after its end. */
  get recordings(): readonly string[] {
    return this.#session.recordings.paths;
  }

  memoryBytes(): number {
    return this.#closed ? 0 : this.#scripts.context.memoryBytes();
  }

  /** Audio of a play that is over need not be fetched to its end. */
  #release(play: string): void {
    for (const item of this.#playing.get(play) ?? []) if (item.kind === 'audio') this.#session.resources.release?.(item.path, this.#session.signal);
    this.#playing.delete(play);
  }

  #close(): void {
    this.#closed = true;
    this.#lifetime?.cancel();
    this.#abort.abort();
    this.#scripts.context.dispose();
  }
}
