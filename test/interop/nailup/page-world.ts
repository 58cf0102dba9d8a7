import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCcxmlServer, type RunningCcxmlServer } from '../../../src/ccxml/index.ts';
import type { ConnectionFacts } from '../../../src/ccxml/platform.ts';
import { UndiciFetcher } from '../../../src/fetch/undici/undici-fetcher.ts';
import { SystemClock } from '../../../src/kernel/clock.ts';
import type { ConnectionId, SessionId } from '../../../src/kernel/ids.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { packageRoot } from '../../../src/kernel/package-root.ts';
import { createEmbeddedMedia } from '../../../src/media/embedded/index.ts';
import type { TestWorld } from '../../conformance/ccxml/platform-factory.ts';
import { runTestCase, type Verdict } from '../../conformance/ccxml/run-test-case.ts';
import { readTestCase } from '../../conformance/ccxml/test-case.ts';
import { CallStack } from '../../conformance/over-sip/call-stack.ts';
import { host, nailupMediaPorts, pause, until, type Scope } from '../scope.ts';

/** Lets a telephone of the peer ring at `target` (`host:port`) as the caller `from`. */
export type Ringer = (from: string, target: string) => void;

/** The CCXML suite's documents on the product's own SIP, RTP, dialogs and CCXML server, with telephones of others as the far ends. */
export class PageWorld implements TestWorld {
  readonly server: RunningCcxmlServer;
  readonly #folder: string;
  readonly #stack: CallStack;
  readonly #ring: Ringer;

  private constructor(folder: string, stack: CallStack, server: RunningCcxmlServer, ring: Ringer) {
    this.#folder = folder;
    this.#stack = stack;
    this.server = server;
    this.#ring = ring;
  }

  /** `calleeOf`: who stands for the callee of that user part, as `user@host:port`; for one that a page makes up as it goes the user is empty. */
  static async start(scope: Scope, calleeOf: (user: string) => string, ring: Ringer): Promise<PageWorld> {
    const folder = scope.file('pages');
    cpSync(join(packageRoot(), 'test', 'conformance', 'suites', 'ccxml'), folder, { recursive: true });
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(ccxml|vxml)$/.test(name))) {
      const text = readFileSync(join(folder, file), 'utf8');
      writeFileSync(join(folder, file), text.replace(/(sip:)?([\w-]*)@sim\b/g, (whole, scheme: string | undefined, user: string) => (scheme === undefined && user !== '' ? whole : `${scheme ?? ''}${calleeOf(user)}`)));
    }
    const media = createEmbeddedMedia({ address: host, ports: { from: nailupMediaPorts.from, to: nailupMediaPorts.to } }, { log: silentLogger });
    scope.defer(() => media.stop());
    const fetch = { allowedRanges: ['127.0.0.0/8'], fileRoots: [folder] };
    const parts: { server?: RunningCcxmlServer } = {};
    const resolver = { naptr: () => Promise.resolve([]), srv: () => Promise.resolve([]), addresses: () => Promise.resolve([]) };
    const stack = await CallStack.open({ media, resolver, fetch }, (event) => parts.server?.deliver(event));
    scope.defer(() => stack.close());
    const fetcher = new UndiciFetcher({ clock: new SystemClock(), ...fetch });
    scope.defer(() => fetcher.close());
    const server = await createCcxmlServer(stack.platform, {}, { clock: stack.clock, ids: stack.ids, logger: silentLogger, fetcher });
    scope.defer(() => server.stop());
    parts.server = server;
    const world = new PageWorld(folder, stack, server, ring);
    // The limits of a page begin when the server can run it, not while its threads start.
    await world.run('6.2.10-exit-ends-transition');
    return world;
  }

  /** Runs one document of the suite and judges it as the suite does. */
  run(name: string): Promise<Verdict> {
    return runTestCase(readTestCase(join(this.#folder, `${name}.ccxml`)), this);
  }

  /** INVITE messages that crossed the wire. */
  get invites(): { readonly sent: number; readonly received: number } {
    return this.#stack.invites;
  }

  after(ms: number, task: () => void): void {
    this.#stack.clock.after(ms, task);
  }

  call(from: string): Promise<{ readonly connection: ConnectionId; readonly facts: ConnectionFacts }> {
    return new Promise((resolve) => {
      this.#stack.incoming = (call) => resolve({ connection: call.take(), facts: call.facts });
      this.#ring(from, this.#stack.address);
    });
  }

  async ring(session: SessionId, from: string): Promise<ConnectionId> {
    const { connection, facts } = await this.call(from);
    this.#stack.platform.note(session, connection);
    this.server.deliver({ name: 'connection.alerting', connection, facts, session });
    return connection;
  }

  farEnd(): void {
    throw new Error('the scenario pages leave hanging up to the peer');
  }

  connections(session: SessionId): readonly string[] {
    return this.#stack.platform.connectionsOf(session);
  }

  newSession(): SessionId {
    return this.#stack.ids.next('session');
  }

  async live(limitMs: number, over: () => boolean): Promise<void> {
    for (const end = performance.now() + limitMs; !over() && performance.now() < end; ) await pause(10);
  }

  /** Between two documents: everything of the last one is over. */
  async close(): Promise<void> {
    this.#stack.incoming = (call) => call.refuse(480);
    for (const { session } of this.server.running()) this.server.kill(session, true);
    await until('the calls of the page end', 8_000, () => this.server.sessionCount === 0 && this.#stack.open === 0);
    this.#stack.platform.forget();
  }
}
