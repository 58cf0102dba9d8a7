import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CcxmlPlatform } from '../../../src/ccxml/platform.ts';
import { CallPlatform } from '../../../src/core/call-control/call-platform.ts';
import type { CallPlatformDeps, IncomingCall, LegObserver, PlatformListener } from '../../../src/core/call-control/call-platform-parts.ts';
import type { DialogRunner } from '../../../src/core/call-control/dialog-runner.ts';
import { SystemClock } from '../../../src/kernel/clock.ts';
import { RandomIds, type ConnectionId, type SessionId } from '../../../src/kernel/ids.ts';
import { silentLogger, type Logger } from '../../../src/kernel/logger.ts';
import { accepted, type Reply } from '../../../src/kernel/result.ts';
import type { Media } from '../../../src/media/media.ts';
import { EmbeddedSignalling } from '../../../src/signalling/embedded/embedded-signalling.ts';
import type { DnsResolver } from '../../../src/sip/transport/server-locator.ts';
import type { Recognizer } from '../../../src/speech/recognizer.ts';
import { createDialogs, type DialogsObserver } from '../../../src/wiring/dialogs.ts';
import type { FetchConfiguration } from '../../../src/vxml/index.ts';
import { briefSynthesizer } from './brief-synthesizer.ts';

export interface CallStackOptions {
  readonly media: Media;
  readonly resolver: DnsResolver;
  readonly fetch: FetchConfiguration;
  readonly recognizer?: Recognizer;
  readonly observe?: DialogsObserver;
  readonly logger?: Logger;
  readonly recordingFolder?: string;
  /** Of the CCXML server that stands on it, if there is one. */
  readonly ownerOf?: CallPlatformDeps['ownerOf'];
}

/** The product from SIP to dialogs, as the server composes it, on an address of its own: one per test that runs at a time. */
export class CallStack {
  readonly clock = new SystemClock();
  readonly ids = new RandomIds();
  readonly platform: WatchedPlatform;
  readonly signalling: EmbeddedSignalling;
  readonly dialogs: DialogRunner;
  readonly #workFolder: string;
  /** INVITE messages as they crossed the wire, repetitions and re-INVITEs included. */
  readonly invites = { sent: 0, received: 0 };
  /** Who gets the next inbound calls. */
  incoming: (call: IncomingCall) => void = (call) => call.refuse(480);

  private constructor(options: CallStackOptions, dialogs: DialogRunner, workFolder: string) {
    const logger = options.logger ?? silentLogger;
    this.dialogs = dialogs;
    this.#workFolder = workFolder;
    this.signalling = new EmbeddedSignalling({
      listen: [{ transport: 'udp', host: '127.0.0.1', port: 0 }],
      clock: this.clock, random: { next: () => Math.random() }, ids: this.ids, log: logger, resolver: options.resolver,
      onWire: (direction, bytes) => {
        if (bytes.toString('latin1', 0, 7) === 'INVITE ') this.invites[direction === 'out' ? 'sent' : 'received'] += 1;
      },
    });
    this.platform = new WatchedPlatform({
      signalling: this.signalling, media: options.media, dialogs, ids: this.ids, clock: this.clock, logger,
      clampPolicy: { customerToAgent: 'page', replaceBy: 'silence' },
      recordingFolder: options.recordingFolder,
      localAddress: 'sip:nailup@127.0.0.1',
      toLauncher: () => accepted,
      ...(options.ownerOf === undefined ? {} : { ownerOf: options.ownerOf }),
      incoming: (call) => this.incoming(call),
    });
  }

  static async open(options: CallStackOptions, listen: PlatformListener, observe?: LegObserver): Promise<CallStack> {
    const workFolder = await mkdtemp(join(tmpdir(), 'nailup-conformance-'));
    const dialogs = await createDialogs({
      media: options.media, logger: options.logger ?? silentLogger, clock: new SystemClock(), synthesizer: briefSynthesizer, recognizer: options.recognizer, workFolder,
      vxml: { workers: 0, fetch: options.fetch },
      ...(options.observe === undefined ? {} : { observe: options.observe }),
    });
    const stack = new CallStack(options, dialogs, workFolder);
    await stack.platform.start(listen, observe);
    return stack;
  }

  /** `host:port` where it takes calls. */
  get address(): string {
    return this.signalling.addresses[0]?.text ?? '';
  }

  /** Objects that are still open: none between tests. */
  get open(): number {
    return this.platform.openConnections + this.signalling.stats().openCalls;
  }

  /** Audio and recordings that dialogs have on disk. */
  files(): string[] {
    return readdirSync(this.#workFolder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map(({ name }) => name);
  }

  async close(): Promise<void> {
    await this.signalling.stop(500);
    await this.dialogs.stop();
    await rm(this.#workFolder, { recursive: true, force: true });
  }
}

/** The call platform, with an account of the connections that sessions made. */
export class WatchedPlatform extends CallPlatform {
  readonly #created = new Map<SessionId, ConnectionId[]>();

  override createCall(command: Parameters<CcxmlPlatform['createCall']>[0]): Reply {
    this.note(command.session, command.connection);
    return super.createCall(command);
  }

  note(session: SessionId, connection: ConnectionId): void {
    this.#created.set(session, [...(this.#created.get(session) ?? []), connection]);
  }

  connectionsOf(session: SessionId): readonly ConnectionId[] {
    return this.#created.get(session) ?? [];
  }

  forget(): void {
    this.#created.clear();
  }
}
