import { childrenOf } from '../document/node.ts';
import type { LoadedDocument } from '../document/loaded-document.ts';
import { dialogNamed, type VxmlDocument } from '../document/vxml-document.ts';
import { handleEvent } from '../events/handle-event.ts';
import type { ApplicationContext, DocumentContext } from '../scope/document-context.ts';
import type { Frame, SubdialogCall } from '../session/frame.ts';
import { isOver, type Session } from '../session/session.ts';
import { ended, normal, type CarriedInput, type Completion } from './completion.ts';
import { executeContent } from './execute-content.ts';
import { runDialog } from './run-dialog.ts';

/**
 * Runs dialog after dialog and document after document of one execution context (the session's, or a subdialog's) until it ends.
 * Application and document scopes live and die here (§1.5.2, §5.1.2).
 */
export async function runApplication(session: Session, call: SubdialogCall, subdialog: boolean): Promise<Completion> {
  const contexts = new Contexts(session, subdialog);
  let { dialog, parameters } = call;
  let carried: CarriedInput | undefined;
  let completion = await contexts.enter(call.document, false);
  for (;;) {
    if (completion.kind === 'transition') {
      const { to } = completion;
      dialog = to.dialog;
      carried = to.carried;
      parameters = new Map();
      completion = to.document === undefined ? normal : await contexts.enter(to.document, to.bySubmit);
      if (completion.kind === 'transition' && session.budget.transition()) continue;
    }
    if (completion.kind !== 'normal') break;
    const context = contexts.active;
    const node = carried === undefined ? dialogNamed(context.document, dialog) : carried.dialog;
    if (node === undefined || isOver(session) || !session.budget.transition()) break;
    completion = await runDialog({ session, context, node, parameters, carried, execute: executeContent, call: callFrom });
    if (completion.kind !== 'transition') break;
  }
  contexts.close();
  if (isOver(session)) return ended;
  // No item was left (App. C): the session ends as by <exit/>.
  return completion.kind === 'normal' ? { kind: 'exit', values: { values: {} } } : completion;
}

const callFrom: Frame['call'] = (session, call) => runApplication(session, call, true);

class Contexts {
  readonly #session: Session;
  readonly #subdialog: boolean;
  #application: ApplicationContext | undefined;
  #document: DocumentContext | undefined;

  constructor(session: Session, subdialog: boolean) {
    this.#session = session;
    this.#subdialog = subdialog;
  }

  get active(): DocumentContext {
    if (this.#document === undefined) throw new Error('no document was entered');
    return this.#document;
  }

  /** §1.5.2: the application's variables stay while the root is the same; a root entered by `<submit>`, or again by its address, starts afresh. */
  async enter({ document, root }: LoadedDocument, bySubmit: boolean): Promise<Completion> {
    const { scripts } = this.#session;
    this.#session.observe({ kind: 'step', step: 'document', detail: document.uri });
    const wanted = root ?? document;
    const fromRoot = this.#document !== undefined && this.#document.document === this.#application?.root;
    const sameApplication = this.#application !== undefined && this.#application.root.uri === wanted.uri;
    const keep = sameApplication && (root !== undefined || (!bySubmit && !fromRoot));
    this.#closeDocument();
    if (!keep) {
      if (this.#application !== undefined) scripts.context.closeScope(this.#application.scope);
      // While the root itself is active, `document.x` and `application.x` mean the same variable.
      this.#application = { root: wanted, scope: scripts.context.openScope(scripts.session, 'application', { named: true, alias: 'document' }) };
      // §5.1.5: undefined until something was heard.
      scripts.set(this.#application.scope, 'lastresult$', undefined);
      const started = await this.#initialise(wanted, this.#contextOf(wanted));
      if (started.kind !== 'normal') return started;
    }
    if (root === undefined) {
      this.#document = this.#contextOf(wanted);
      return normal;
    }
    this.#document = { ...this.#contextOf(document), scope: scripts.context.openScope((this.#application as ApplicationContext).scope, 'document', { named: true }) };
    return this.#initialise(document, this.#document);
  }

  close(): void {
    const { scripts } = this.#session;
    this.#closeDocument();
    if (this.#application !== undefined) scripts.context.closeScope(this.#application.scope);
  }

  #contextOf(document: VxmlDocument): DocumentContext {
    const application = this.#application as ApplicationContext;
    return { document, application, scope: application.scope, subdialog: this.#subdialog };
  }

  #closeDocument(): void {
    if (this.#document !== undefined && this.#document.scope !== this.#application?.scope) this.#session.scripts.context.closeScope(this.#document.scope);
    this.#document = undefined;
  }

  /** Document variables, scripts and data in document order. An event meets the document's own handlers. */
  async #initialise(document: VxmlDocument, context: DocumentContext): Promise<Completion> {
    const frame: Frame = { session: this.#session, context, dialog: undefined, item: undefined, scope: context.scope, depth: 0, execute: executeContent, call: callFrom };
    const completion = await executeContent(childrenOf(document.root, 'var', 'script', 'data'), frame);
    if (completion.kind !== 'throw') return completion;
    const handled = await handleEvent(completion.event, frame);
    return handled;
  }
}
