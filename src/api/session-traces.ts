import type { Request, Response } from 'express';
import type { RunningSession, SessionFollower } from '../ccxml/index.ts';
import type { SessionId } from '../kernel/ids.ts';
import { NailupError } from '../kernel/nailup-error.ts';

/** What the server lets its operator see of the CCXML sessions. */
export interface SessionDoor {
  running(): readonly RunningSession[];
  /** Undefined: no such session. */
  trace(session: SessionId, follower: SessionFollower): (() => void) | undefined;
}

/** Octets that may wait for a reader that does not keep up; then it loses the trace. */
const mostWaiting = 1024 * 1024;

/** One JSON object a line for each step of a session, `{"what": "end", …}` the last. @throws NailupError SESSION_UNKNOWN */
export function streamSession(door: SessionDoor, request: Request, response: Response): void {
  const session = String(request.params['id']);
  const line = (entry: object): void => {
    if (response.writableLength > mostWaiting) return void response.destroy();
    response.write(`${JSON.stringify({ at: Date.now(), ...entry })}\n`);
  };
  const stop = door.trace(session as SessionId, {
    step: line,
    ended: (end) => {
      line({ what: 'end', ...end });
      response.end();
    },
  });
  if (stop === undefined) throw new NailupError('SESSION_UNKNOWN', `no CCXML session ${session} runs`, { mend: 'nailup ccxml sessions lists them.' });
  response.once('close', stop);
  response.status(200).type('application/x-ndjson').flushHeaders();
}
