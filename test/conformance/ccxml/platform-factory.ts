import type { CcxmlServer, ConnectionFacts } from '../../../src/ccxml/platform.ts';
import type { ConnectionId, SessionId } from '../../../src/kernel/ids.ts';
import type { TestCase } from './test-case.ts';

/** One test's world: a CCXML server on a platform, callers at the far end, and a clock to live by. */
export interface TestWorld {
  readonly server: CcxmlServer;
  /** Runs `task` at `ms` after now, on the world's clock. */
  after(ms: number, task: () => void): void;
  /** A caller rings; the session that is started by the call is told of it by `start`. */
  call(from: string, to: string): Promise<{ readonly connection: ConnectionId; readonly facts: ConnectionFacts }>;
  /** A caller rings for a session that runs. */
  ring(session: SessionId, from: string, to: string): Promise<ConnectionId>;
  farEnd(connection: ConnectionId, action: { readonly do: 'hangup' | 'cancel' | 'dtmf'; readonly digits?: string }): void;
  /** Identifiers of the session's connections in order of creation. */
  connections(session: SessionId): readonly string[];
  newSession(): SessionId;
  /** Lives until `over` says so or `limitMs` of the world's time have passed. */
  live(limitMs: number, over: () => boolean): Promise<void>;
  close(): Promise<void>;
}

export interface TestWorldFactory {
  create(testCase: TestCase): Promise<TestWorld>;
  close(): Promise<void>;
  /** Said at the end, before `close`. */
  notes?(): Promise<readonly string[]>;
  /** Tests that may run at the same time. */
  readonly parallel: number;
}
