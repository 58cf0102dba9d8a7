import type { ScriptEngine } from '../../ecmascript/ecmascript.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { SessionId } from '../../kernel/ids.ts';
import { DocumentCache } from '../document/document-cache.ts';
import { CcxmlSession } from '../session/ccxml-session.ts';
import type { SessionRequest } from '../session/session-protocol.ts';
import { noRoom, type RunnerFactory } from './session-runner.ts';

/** Sessions on the caller's own thread: for tests and simulated time. There is no watchdog over a built-in that never returns. */
export function inProcessRunner(parts: { readonly scripts: ScriptEngine; readonly clock: Clock; readonly documents?: DocumentCache; readonly defer?: (task: () => void) => void }): RunnerFactory {
  return (events) => {
    const sessions = new Map<SessionId, CcxmlSession>();
    const documents = parts.documents ?? new DocumentCache();
    const defer = parts.defer ?? ((task: () => void) => void setImmediate(task));
    // A request never runs inside the element that makes it: as over a thread boundary, the transition goes on first.
    let outbox: (() => void)[] = [];
    let flushing = false;
    const flush = (): void => {
      if (flushing) return;
      flushing = true;
      queueMicrotask(() => {
        flushing = false;
        const tasks = outbox;
        outbox = [];
        for (const task of tasks) task();
      });
    };
    return {
      launch: (start) => {
        const id = start.session;
        const toHost = (request: SessionRequest): void => {
          if (request.do === 'end') sessions.delete(id);
          outbox.push(() => events.request(id, request));
          flush();
        };
        try {
          const session = new CcxmlSession(start, { scripts: parts.scripts, documents, clock: parts.clock, cpuNow: () => performance.now(), defer, toHost });
          if (!session.ended) sessions.set(id, session);
        } catch (error) {
          toHost({ do: 'end', end: noRoom(error) });
        }
      },
      post: (id, message) => {
        outbox.push(() => sessions.get(id)?.post(message));
        flush();
      },
      close: async () => {
        for (const session of sessions.values()) session.dispose();
        sessions.clear();
        return Promise.resolve();
      },
    };
  };
}
