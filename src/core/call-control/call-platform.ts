import type { BridgeId, CcxmlPlatform, ConnectionFacts, MediaPath, PlatformEvent } from '../../ccxml/platform.ts';
import type { CallId, ConnectionId, DialogId, MediaId, SessionId } from '../../kernel/ids.ts';
import { accepted, refused, type Reply } from '../../kernel/result.ts';
import type { ClassifyHints, MediaEvent } from '../../media/media.ts';
import type { SignallingEvent, SignallingEventMap } from '../../signalling/signalling.ts';
import type { PartyRole } from '../clamping/clamp-policy.ts';
import type { ClampChange } from '../clamping/clamp-change.ts';
import { CallRecordings } from './call-recordings.ts';
import { ClampedPaths } from './clamped-paths.ts';
import { ConferenceRooms } from './conference-rooms.ts';
import { ConnectionLeg, type LegDeps } from './connection-leg.ts';
import { LegDirectory, type LegCall } from './leg-directory.ts';
import { OrphanCalls } from './orphan-calls.ts';
import { PlatformDialogs } from './platform-dialogs.ts';
import { incomingFacts } from './incoming-facts.ts';
import { infoDigit } from './info-digit.ts';
import { classifyHints, placeHints } from './platform-hints.ts';
import { PlatformSends } from './platform-sends.ts';
import type { CallPlatformDeps, PlatformListener, LegObserver } from './call-platform-parts.ts';

/** The last event of a connection: dialogs on it hear of the hang-up. */
const lastWords: ReadonlySet<PlatformEvent['name']> = new Set(['connection.disconnected', 'connection.failed', 'connection.redirected', 'connection.merged']);

/** The CCXML platform on real signalling and media: routes commands down and events up, keyed by id. */
export class CallPlatform implements CcxmlPlatform {
  readonly #deps: CallPlatformDeps;
  /** Calls that servers before this one left behind. */
  readonly orphans: OrphanCalls;
  readonly #legDeps: LegDeps;
  readonly #legs = new Map<ConnectionId, ConnectionLeg>();
  readonly #byCall = new Map<CallId, ConnectionLeg>();
  readonly #byNode = new Map<MediaId, ConnectionLeg>();
  /** Of legs that are over, whose media is being closed: its last word is still to come. */
  readonly #closing = new Map<MediaId, ConnectionId>();
  readonly #conferences: ConferenceRooms;
  readonly #recordings: CallRecordings;
  readonly #dialogs: PlatformDialogs;
  readonly #paths: ClampedPaths;
  readonly #sends: PlatformSends;
  readonly #directory = new LegDirectory();
  readonly #sessions = new Map<ConnectionId, SessionId>();
  #listener: PlatformListener = () => undefined;
  #observe: LegObserver = () => undefined;

  constructor(deps: CallPlatformDeps) {
    this.#deps = deps;
    this.orphans = new OrphanCalls(deps);
    this.#conferences = new ConferenceRooms({ media: deps.media, ids: deps.ids, isLeg: (node) => this.#byNode.has(node) });
    const legNode = (connection: ConnectionId): MediaId | undefined => this.#legs.get(connection)?.node;
    this.#recordings = new CallRecordings({
      media: deps.media, logger: deps.logger, folder: deps.recordingFolder,
      nodeOf: legNode,
      ended: (connection, info) => {
        if (this.#legs.has(connection)) this.#tell({ name: 'connection.signal', connection, info });
      },
    });
    this.#dialogs = new PlatformDialogs({ media: deps.media, dialogs: deps.dialogs, ids: deps.ids, factsOf: (connection) => this.#legs.get(connection)?.facts });
    this.#paths = new ClampedPaths({ media: deps.media, clampPolicy: deps.clampPolicy, conferences: this.#conferences, dialogs: this.#dialogs, legNode });
    this.#sends = new PlatformSends({ media: deps.media, logger: deps.logger, recordings: this.#recordings, dialogs: this.#dialogs, paths: this.#paths, toLauncher: deps.toLauncher, ownerOf: deps.ownerOf, legNode });
    this.#legDeps = {
      signalling: deps.signalling,
      media: deps.media,
      logger: deps.logger,
      now: () => deps.clock.monotonic(),
      tell: (event) => this.#legEvent(event),
      early: (leg) => this.#classify(leg.id, 'progress'),
      closed: (leg) => this.#forget(leg),
    };
  }

  async start(listener: PlatformListener, observe: LegObserver = () => undefined): Promise<void> {
    this.#listener = listener;
    this.#observe = observe;
    this.#deps.dialogs.start((event) => this.#dialogEvent(event));
    await this.#deps.media.start((event) => this.#mediaEvent(event));
    await this.#deps.signalling.start((event) => this.#signallingEvent(event));
  }

  get openConnections(): number {
    return this.#legs.size;
  }

  /** The role of a connection decides what it may hear (`core/clamping`). */
  setRole(connection: ConnectionId, role: PartyRole): void {
    this.#paths.setRole(connection, role);
  }

  nodeOf(id: BridgeId): MediaId | undefined {
    return this.#paths.nodeOf(id);
  }

  /** Whose leg a media node is or was. */
  legCall(node: MediaId): LegCall | undefined {
    return this.#directory.of(node);
  }

  callOf(connection: ConnectionId): CallId | undefined {
    return this.#legs.get(connection)?.call;
  }

  /** Card mode is on for the connection: its digits are nobody's but a dialog's. */
  keepsSecret(connection: ConnectionId): boolean {
    return this.#paths.isSecret(connection);
  }

  /** Otherwise than the page asked, until it joins anew; the house's own rule still stands. */
  clamp(connection: ConnectionId, change: ClampChange): Reply {
    return this.#withLeg(connection, () => this.#paths.change(connection, change));
  }

  /** To one leg alone, wherever it is joined, as it negotiated: as events, or in band. */
  sendDigits(connection: ConnectionId, digits: string): Reply {
    return this.#sends.digits({ connectionid: connection, digits });
  }

  /** Measures how the connection sounds apart from what was before. → `measure.done` to the observer at `endMeasure`, or when its media is over. */
  measure(connection: ConnectionId, measure: string): Reply {
    return this.#withLeg(connection, ({ node }) => this.#deps.media.measure?.({ node, measure }) ?? refused('unsupported', 'the media plane does not measure parts of a leg\'s life'));
  }

  endMeasure(connection: ConnectionId, measure: string): Reply {
    return this.#withLeg(connection, ({ node }) => this.#deps.media.endMeasure?.({ node, measure }) ?? accepted);
  }

  createCall(command: Parameters<CcxmlPlatform['createCall']>[0]): Reply {
    const { connection, dest, hints } = command;
    const callerId = command.callerId === '' ? undefined : command.callerId;
    const { refused, ...place } = placeHints(hints);
    if (refused.length > 0) this.#deps.logger.warn({ session: command.session, connection, hints: refused }, 'hints of <createcall> are left out: these headers are not a page\'s to set');
    const identity = this.#deps.identify?.({
      session: command.session, connection,
      placed: {
        to: dest,
        ...(callerId === undefined ? {} : { from: callerId }), ...(place.trunk === undefined ? {} : { trunk: place.trunk }),
        ...(place.fromDisplayName === undefined ? {} : { fromDisplayName: place.fromDisplayName }),
      },
    });
    const facts: ConnectionFacts = {
      local: callerId ?? this.#deps.localAddress,
      remote: dest,
      originator: 'local',
      protocol: { name: 'sip', version: '2.0' },
      ...(command.aai === undefined ? {} : { aai: command.aai }),
    };
    const leg = new ConnectionLeg(this.#legDeps, { connection, call: this.#deps.ids.next('call'), node: this.#deps.ids.next('media') }, facts, {
      outbound: {
        hints,
        place: {
          to: dest,
          timeoutMs: command.timeoutMs,
          ...(identity === undefined ? {} : { identity }),
          ...(callerId === undefined ? {} : { from: callerId }),
          ...(command.aai === undefined || command.aai === '' ? {} : { uui: command.aai }),
          ...place,
        },
      },
    });
    this.#keep(leg, command.session);
    this.#sessions.set(connection, command.session);
    const role = hints['nailup.role'];
    if (role === 'agent' || role === 'customer') this.#paths.setRole(connection, role);
    leg.dial();
    return accepted;
  }

  accept(command: Parameters<CcxmlPlatform['accept']>[0]): Reply {
    return this.#withLeg(command.connection, (leg) => (leg.accept(command.hints) ? accepted : refused('bad-state', `connection ${leg.id} is ${leg.state}, not alerting`)));
  }

  reject(command: Parameters<CcxmlPlatform['reject']>[0]): Reply {
    return this.#withLeg(command.connection, (leg) =>
      leg.state === 'alerting' && leg.hangUp(command.reason) ? accepted : refused('bad-state', `connection ${leg.id} is ${leg.state}, not alerting`));
  }

  redirect(command: Parameters<CcxmlPlatform['redirect']>[0]): Reply {
    return this.#withLeg(command.connection, (leg) => leg.redirect(command.dest, command.reason ?? ''));
  }

  disconnect(command: Parameters<CcxmlPlatform['disconnect']>[0]): Reply {
    return this.#withLeg(command.connection, (leg) => (leg.hangUp(command.reason) ? accepted : refused('bad-state', `connection ${leg.id} is ${leg.state}`)));
  }

  merge(command: Parameters<CcxmlPlatform['merge']>[0]): Reply {
    const one = this.#legs.get(command.connection1);
    const two = this.#legs.get(command.connection2);
    if (one === undefined || two === undefined) return refused('unknown-id', `no connection ${one === undefined ? command.connection1 : command.connection2}`);
    return one.mergeWith(two);
  }

  createConference(command: Parameters<CcxmlPlatform['createConference']>[0]): Reply {
    const reply = this.#conferences.open(command);
    if (reply.accepted) this.#tell({ name: 'conference.created', conference: command.conference });
    return reply;
  }

  destroyConference(command: Parameters<CcxmlPlatform['destroyConference']>[0]): Reply {
    const reply = this.#conferences.destroy(command.conference);
    if (reply.accepted) this.#tell({ name: 'conference.destroyed', conference: command.conference, reason: 'destroyed' });
    return reply;
  }

  connectPath(path: MediaPath): Reply {
    return this.#paths.connect(path);
  }

  disconnectPath(command: { from: BridgeId; to: BridgeId }): Reply {
    return this.#paths.disconnect(command);
  }

  prepareDialog(command: Parameters<CcxmlPlatform['prepareDialog']>[0]): Reply {
    return this.#dialogs.prepare(command);
  }

  startDialog(command: Parameters<CcxmlPlatform['startDialog']>[0]): Reply {
    return this.#dialogs.start(command);
  }

  terminateDialog(command: Parameters<CcxmlPlatform['terminateDialog']>[0]): Reply {
    return this.#dialogs.terminate(command);
  }

  sendToDialog(command: Parameters<CcxmlPlatform['sendToDialog']>[0]): Reply {
    return this.#deps.dialogs.deliver({ dialog: command.dialog, event: command.event, data: command.data });
  }

  transferResult(command: Parameters<CcxmlPlatform['transferResult']>[0]): Reply {
    return this.#deps.dialogs.transferResult(command);
  }

  sendToLauncher(command: Parameters<CcxmlPlatform['sendToLauncher']>[0]): Reply {
    return this.#sends.ofPage(command);
  }

  /** Events follow the command that caused them, also when the outcome was known at once. */
  #tell(event: PlatformEvent): void {
    const session = 'connection' in event ? this.#sessions.get(event.connection) : undefined;
    queueMicrotask(() => this.#listener(event, session));
  }

  #keep(leg: ConnectionLeg, session?: SessionId): void {
    this.#directory.add(leg, session);
    this.#legs.set(leg.id, leg);
    this.#byCall.set(leg.call, leg);
    this.#byNode.set(leg.node, leg);
  }

  #forget(leg: ConnectionLeg): void {
    this.#conferences.forget(leg.node);
    this.#legs.delete(leg.id);
    this.#byCall.delete(leg.call);
    this.#byNode.delete(leg.node);
    this.#directory.ended(leg.node, leg.hasMedia);
    if (leg.hasMedia) this.#closing.set(leg.node, leg.id);
    this.#paths.forget(leg.id);
    this.#sessions.delete(leg.id);
  }

  #withLeg(connection: ConnectionId, act: (leg: ConnectionLeg) => Reply): Reply {
    const leg = this.#legs.get(connection);
    return leg === undefined ? refused('unknown-id', `no connection ${connection}`) : act(leg);
  }

  #signallingEvent(event: SignallingEvent): void {
    if (event.name === 'call.incoming') return this.#incoming(event);
    if (!('call' in event)) return;
    if (event.name === 'orphan.ended') return this.orphans.ended(event);
    const leg = this.#byCall.get(event.call);
    if (leg === undefined) return;
    if (event.name === 'call.info') {
      const digit = infoDigit(event);
      if (digit !== undefined) this.#deps.media.injectDigit({ node: leg.node, ...digit });
      return;
    }
    if (event.name === 'call.message') return this.#tell({ name: 'connection.signal', connection: leg.id, info: { message: { contenttype: event.contentType, body: event.body } } });
    leg.onSignalling(event);
  }

  #incoming(event: SignallingEventMap['call.incoming']): void {
    const facts = incomingFacts(event);
    this.#deps.incoming({
      to: event.to,
      from: event.from,
      requestUri: event.requestUri,
      facts,
      refuse: (status) => void this.#deps.signalling.reject({ call: event.call, status }),
      take: () => {
        const connection = this.#deps.ids.next('connection');
        const leg = new ConnectionLeg(this.#legDeps, { connection, call: event.call, node: this.#deps.ids.next('media') }, facts, event.sdp === undefined ? {} : { remoteSdp: event.sdp });
        this.#keep(leg);
        this.#deps.signalling.progress({ call: event.call, status: 180 });
        leg.ring({});
        return connection;
      },
    });
  }

  #mediaEvent(event: MediaEvent): void {
    if (!('node' in event)) {
      const leg = this.#byNode.get(event.from);
      if (leg !== undefined) this.#observe(event, leg.id);
      return;
    }
    if (event.name === 'record.done' && this.#recordings.onDone(event)) return;
    const leg = this.#byNode.get(event.node);
    if (leg === undefined) {
      const over = this.#closing.get(event.node);
      if (over === undefined) return this.#dialogs.onMedia(event.node, event);
      if (event.name !== 'node.closed' && event.name !== 'measure.done') return;
      if (event.name === 'node.closed') this.#closing.delete(event.node);
      return this.#observe(event, over);
    }
    this.#observe(event, leg.id);
    if (event.name === 'callprogress') {
      this.#tell({ name: 'connection.signal', connection: leg.id, info: { callprogress: event.progress, callprogresstime: event.offsetMs, confidence: event.confidence, final: event.final } });
      return;
    }
    if (event.name === 'digits.sent') {
      this.#tell({ name: 'connection.signal', connection: leg.id, info: { digitssent: event.digits.length } });
      return;
    }
    leg.onMedia(event);
  }

  #legEvent(event: PlatformEvent): void {
    if (event.name === 'connection.connected') this.#classify(event.connection, 'connected');
    if (lastWords.has(event.name) && 'connection' in event) {
      this.#paths.ended(event.connection);
      this.#dialogs.hangUp(event.connection, event.name === 'connection.redirected' || event.name === 'connection.merged');
    }
    this.#tell(event);
  }

  #classify(connection: ConnectionId, phase: ClassifyHints['phase']): void {
    const leg = this.#legs.get(connection);
    const hints = leg === undefined ? undefined : classifyHints(leg.hints, phase);
    if (leg === undefined || hints === undefined) return;
    const reply = this.#deps.media.classify({ node: leg.node, hints });
    if (!reply.accepted) this.#tell({ name: 'connection.signal', connection, info: { callprogress: 'error', reason: reply.refusal.reason } });
  }

  #dialogEvent(event: PlatformEvent & { dialog: DialogId }): void {
    const over = event.name === 'dialog.exit' || event.name === 'dialog.failed';
    // A dialog that ends keeps nothing secret any more.
    if (over) this.#paths.keepSecret(event.dialog, false);
    else if (event.name === 'dialog.user') this.#sends.ofDialog(event);
    if (over) this.#dialogs.close(event.dialog);
    this.#tell(event);
  }
}
