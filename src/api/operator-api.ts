import express, { type NextFunction, type Request, type Response } from 'express';
import { NailupError } from '../kernel/nailup-error.ts';
import type { Logger } from '../kernel/logger.ts';
import { clampRequest, deliveryReport, instantOf, jobStart, pacingChange, sharingChange, skillReport, type ClampRequest, type DeliveryReport, type JobStart, type PacingChange, type SharingChange, type SkillReport } from './job-requests.ts';
import { streamSession, type SessionDoor } from './session-traces.ts';

/** What the operator's HTTP API asks of the server; implemented by `wiring/operator-door.ts`. */
export interface OperatorDoor {
  health(): { readonly ok: boolean; readonly parts: Readonly<Record<string, string>> };
  status(): Promise<unknown>;
  stats(): Promise<unknown>;
  /** Throws CAMPAIGN_UNKNOWN, PACING_INVALID, SHARING_INVALID. */
  createJob(start: JobStart): Promise<string>;
  jobs(): Promise<readonly unknown[]>;
  pauseJob(id: string): Promise<boolean>;
  resumeJob(id: string): Promise<boolean>;
  stopJob(id: string): Promise<boolean>;
  report(id: string): Promise<unknown>;
  attempts(id: string): Promise<readonly unknown[]>;
  /** Throws JOB_UNKNOWN, PACING_INVALID. */
  setPacing(id: string, change: PacingChange): Promise<unknown>;
  /** Throws JOB_UNKNOWN, SHARING_INVALID. */
  setSharing(id: string, change: SharingChange): Promise<unknown>;
  /** Why the job's pacer decided as it did at an instant. Throws JOB_UNKNOWN, PACING_DECISION_UNKNOWN. */
  explain(id: string, at: number): Promise<unknown>;
  setSkill(name: string, report: SkillReport): Promise<void>;
  /** What became of a message that was sent. Throws MESSAGE_UNKNOWN when nobody waits for it. */
  setDelivery(attempt: string, report: DeliveryReport): Promise<void>;
  /** Who hears the digits and tones of a connection from now on. Throws CONNECTION_UNKNOWN. */
  clamp(connection: string, change: ClampRequest, who: string): void;
  mediaStats(leg: string | undefined): Promise<unknown>;
  /** Hands on what a leg's phone says until the returned function is called; `ended` when the leg is gone. Throws MEDIA_LEG_UNKNOWN. */
  tapLeg(leg: string, who: string, hear: (samples: Int16Array) => void, ended: () => void): Promise<() => void>;
  /** Messages on the wire, oldest first. */
  trace(query: TraceQuery): Promise<unknown>;
  callControlSessions(): SessionDoor;
}

export interface TraceQuery {
  /** A Call-ID, an attempt's id, or a number. Absent: every message held. */
  readonly call: string | undefined;
  /** Only messages with a greater serial. */
  readonly after: number;
}

export interface OperatorApiOptions {
  readonly door: OperatorDoor;
  readonly logger: Logger;
  /** Checks `Authorization: Bearer …`; absent: open (allowed on loopback addresses only, which the server sees to). */
  readonly authorised?: (token: string) => Promise<boolean>;
}

/** The HTTP API under `/api`, and `/health`. Bad requests get `{ error, code, mend }` and 4xx, what cannot be answered now the same and 503; bugs 500 without details. */
export function operatorApi(options: OperatorApiOptions): express.Express {
  const { door, logger } = options;
  const app = express();
  app.disable('x-powered-by');
  app.use(express.json({ limit: '64kb' }));
  app.get('/health', (_request, response) => {
    const health = door.health();
    response.status(health.ok ? 200 : 503).json(health);
  });
  app.use('/api', guard(options.authorised));
  app.get('/api/status', answer(() => door.status()));
  app.get('/api/stats', answer(() => door.stats()));
  app.get('/api/jobs', answer(() => door.jobs()));
  app.post('/api/jobs', answer(async (request) => ({ job: await door.createJob(jobStart(request.body)) }), 201));
  app.post('/api/jobs/:id/pause', answer(async (request) => moved(await door.pauseJob(id(request)), 'paused')));
  app.post('/api/jobs/:id/resume', answer(async (request) => moved(await door.resumeJob(id(request)), 'resumed')));
  app.post('/api/jobs/:id/stop', answer(async (request) => moved(await door.stopJob(id(request)), 'stopped')));
  app.post('/api/jobs/:id/pacing', answer((request) => door.setPacing(id(request), pacingChange(request.body))));
  app.post('/api/jobs/:id/sharing', answer((request) => door.setSharing(id(request), sharingChange(request.body))));
  app.get('/api/jobs/:id/decisions', answer((request) => door.explain(id(request), instantOf(queried(request, 'at'), 'at'))));
  app.post('/api/skills/:id', answer(async (request) => {
    await door.setSkill(id(request), skillReport(request.body));
    return { ok: true };
  }));
  app.post('/api/messages/:id/delivery', answer(async (request) => {
    await door.setDelivery(id(request), deliveryReport(request.body));
    return { ok: true };
  }));
  app.post('/api/connections/:id/clamp', answer(async (request) => {
    door.clamp(id(request), clampRequest(request.body), request.ip ?? '');
    return { ok: true };
  }));
  app.get('/api/media/stats', answer((request) => door.mediaStats(queried(request, 'leg'))));
  app.get('/api/media/legs/:id/audio', (request, response, next) => streamLeg(door, request, response).catch(next));
  app.get('/api/sip/trace', answer((request) => door.trace({ call: queried(request, 'call'), after: Number(queried(request, 'after') ?? 0) || 0 })));
  app.get('/api/ccxml/sessions', answer(() => Promise.resolve(door.callControlSessions().running())));
  app.get('/api/ccxml/sessions/:id/trace', (request, response) => streamSession(door.callControlSessions(), request, response));
  app.get('/api/jobs/:id/report', answer((request) => door.report(id(request))));
  app.get('/api/jobs/:id/attempts', answer((request) => door.attempts(id(request))));
  app.use((_request, response) => void response.status(404).json({ error: 'no such address', code: 'NOT_FOUND', mend: 'docs/api.md lists the addresses' }));
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    if (error instanceof NailupError) return void response.status(error.code.endsWith('_UNKNOWN') ? 404 : error.code === 'MEDIA_THREAD_FAILED' ? 503 : 400).json({ error: error.message, code: error.code, mend: error.mend });
    if (error instanceof SyntaxError) return void response.status(400).json({ error: 'the body is not JSON', code: 'BAD_JSON' });
    logger.error({ error: error instanceof Error ? error.stack : String(error) }, 'operator API');
    response.status(500).json({ error: 'internal error; see the log', code: 'INTERNAL' });
  });
  return app;
}

/** Streams a leg's audio; a reader that does not keep up for 10 seconds loses it. */
async function streamLeg(door: OperatorDoor, request: Request, response: Response): Promise<void> {
  const stop = await door.tapLeg(id(request), request.ip ?? '', (samples) => {
    if (response.writableLength > 160_000) return void response.destroy();
    response.write(Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength));
  }, () => void response.end());
  response.once('close', stop);
  response.status(200).type('audio/x-raw').flushHeaders();
}

function answer(work: (request: Request) => Promise<unknown>, status = 200) {
  return (request: Request, response: Response, next: NextFunction): void => {
    work(request).then((body) => void response.status(status).json(body), next);
  };
}

function guard(authorised: OperatorApiOptions['authorised']) {
  return (request: Request, response: Response, next: NextFunction): void => {
    // A page in somebody's browser must not reach a server that trusts loopback: browsers send Origin on such requests.
    if (request.headers.origin !== undefined) return void response.status(403).json({ error: 'requests from browsers are refused', code: 'ORIGIN' });
    if (authorised === undefined) return next();
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) return void response.status(401).json({ error: 'Authorization: Bearer is missing', code: 'UNAUTHORISED' });
    authorised(token).then((right) => (right ? next() : void response.status(401).json({ error: 'wrong token', code: 'UNAUTHORISED' })), next);
  };
}

function queried(request: Request, key: string): string | undefined {
  const value = request.query[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

const id = (request: Request): string => String(request.params['id']);

function moved(done: boolean, word: string): { ok: true } {
  if (!done) throw new NailupError('API_JOB_STATE', `the job cannot be ${word} in the state it is in, or is unknown`);
  return { ok: true };
}
