import { createServer, type Server } from 'node:http';
import { dirname, join, resolve } from 'node:path';
import { AgentSocket } from './api/agent-socket.ts';
import { operatorApi } from './api/operator-api.ts';
import { createCcxmlServer, type RunningCcxmlServer, type SessionObserver, type TraceEntry } from './ccxml/index.ts';
import type { CcxmlServer } from './ccxml/platform.ts';
import { ccxmlSettings } from './config/ccxml-settings.ts';
import { campaignsOf, type Config } from './config/index.ts';
import { AgentDials } from './core/call-control/agent-dials.ts';
import { AgentDigits } from './core/call-control/agent-digits.ts';
import { AttemptRunner } from './core/call-control/attempt-runner.ts';
import { CallQualities } from './core/call-control/call-qualities.ts';
import { CallPlatform } from './core/call-control/call-platform.ts';
import type { LauncherMessage } from './core/call-control/call-platform-parts.ts';
import { MessageAttempts } from './core/messaging/message-attempts.ts';
import { SharedLines } from './core/call-control/shared-lines.ts';
import { Nailing } from './core/nailing/nailing.ts';
import { UndiciFetcher } from './fetch/undici/undici-fetcher.ts';
import { SystemClock } from './kernel/clock.ts';
import { RandomIds, type SessionId } from './kernel/ids.ts';
import type { Logger } from './kernel/logger.ts';
import { packageRoot } from './kernel/package-root.ts';
import { refused, type Reply } from './kernel/result.ts';
import { createEmbeddedMedia } from './media/embedded/index.ts';
import { AgentManager, DiallingAgents, StoredNails, checkPassword, type AgentChange } from './modules/agents/index.ts';
import { createCampaigns } from './modules/campaigns/index.ts';
import { mailAddress } from './modules/channels/index.ts';
import { DoNotCallList } from './modules/contacts/index.ts';
import { LegTaps } from './wiring/leg-taps.ts';
import { WireTrace } from './observe/wire-trace.ts';
import { EmbeddedSignalling } from './signalling/embedded/embedded-signalling.ts';
import { openStore, type Store } from './store/index.ts';
import { dialDesk, e164 } from './wiring/agent-dial-desk.ts';
import { campaignSettings } from './wiring/campaign-settings.ts';
import { closeParts, finishCalls } from './wiring/close-parts.ts';
import { createDialogs } from './wiring/dialogs.ts';
import { mediaOptions } from './wiring/media-options.ts';
import { InboundCalls, type InboundRoute } from './wiring/inbound-calls.ts';
import { agentLicences, dialledCampaigns } from './wiring/dialled-campaigns.ts';
import { Jobs, type DialledCampaign } from './wiring/jobs.ts';
import { SkillFigures } from './wiring/skill-figures.ts';
import { LeftCalls } from './wiring/left-calls.ts';
import { createSpeech, warnOfUnspoken } from './wiring/speech.ts';
import { pageUri } from './wiring/page-uri.ts';
import { sipOptions, type SipOptions } from './wiring/sip-options.ts';
import { OccupancyMeter } from './wiring/server-status.ts';
import { checkExposure, portError } from './wiring/listen-faults.ts';
import { ServerDoor } from './wiring/operator-door.ts';
import type { ServerParts } from './wiring/server-parts.ts';

export interface ServerOptions {
  readonly config: Config;
  /** Where the configuration came from: pages and the data directory are found relative to it. */
  readonly configFile: string | undefined;
  readonly logger: Logger;
}

const directorRoundMs = 500;
/** What `fetch.allowPrivateAddresses` opens: loopback and RFC 1918, RFC 4193. */
const privateRanges = ['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '::1/128', 'fc00::/7'];

/** The composition root: joins the house's parts and is the only place that names adapters. */
export class NailupServer {
  readonly #options: ServerOptions;
  readonly #log: Logger;
  /** Times and timers of calls, agents and attempts: 0 open ones when nothing is going on. */
  readonly #callClock = new SystemClock();
  /** Of the house itself: reconciliation rounds, SIP transactions. */
  readonly #houseClock = new SystemClock();
  readonly #ids = new RandomIds();
  readonly #legTaps: LegTaps;
  readonly #occupancy = new OccupancyMeter();
  #store: Store | undefined;
  #parts: ServerParts | undefined;
  #http: Server | undefined;
  #agentSocket: AgentSocket | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#log = options.logger;
    this.#legTaps = new LegTaps(options.logger);
  }

  /** Brings everything up, or nothing: what was started is stopped again when a later part fails. @throws NailupError */
  async start(): Promise<void> {
    try {
      await this.#start();
    } catch (error) {
      await this.#close(0);
      throw error;
    }
  }

  async #start(): Promise<void> {
    const { config } = this.#options;
    checkExposure(config);
    // Faults of the configuration come before anything is started.
    const pages = this.#pages();
    const sip = sipOptions(config, this.#options.configFile);
    const dataDirectory = resolve(config.database.directory);
    this.#store = await openStore({ databaseUrl: process.env['DATABASE_URL'] ?? config.database.url, dataDirectory, logger: this.#log });
    const parts = await this.#compose(this.#store, join(dirname(dataDirectory), 'dialogs'), pages, sip);
    this.#parts = parts;
    await this.#startCalls(parts);
    await parts.campaigns.presence.enter();
    // Before agents can log on, and before anybody is dialled: whatever a server that died here left at the far ends.
    await parts.leftCalls.endNails();
    const orphans = await parts.campaigns.recovery.recover(undefined);
    if (orphans.length > 0) this.#log.warn({ attempts: orphans.length }, 'attempts of an earlier server that died have been given their result');
    await this.#listen(this.#store, parts);
    for (const campaign of campaignsOf(config)) await parts.campaigns.director.define({ name: campaign.name, list: campaign.list, settings: campaignSettings(campaign) });
    for (const job of await parts.campaigns.director.jobs({ open: true })) parts.jobs.onState(job.id, job.state);
    parts.campaigns.director.start(directorRoundMs);
    this.#log.info({ sip: parts.signalling.addresses.map((a) => `${a.transport}:${a.text}`), http: `${config.http.host}:${this.httpPort}`, database: this.#store.address }, 'Nailup is up');
  }

  /** The port that the HTTP side listens on. */
  get httpPort(): number {
    const address = this.#http?.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** No new calls; running ones finish within the limit; then everything is closed. Idempotent. */
  stop(graceMs = this.#options.config.shutdownGraceMs): Promise<void> {
    this.#stopping ??= this.#close(graceMs);
    return this.#stopping;
  }

  /** Where the pages of the campaign and of inbound calls are, and the pacing. @throws NailupError PAGE_MISSING, PACING_INVALID */
  #pages(): Pages {
    const { config, configFile } = this.#options;
    const uriOf = (page: string): string => pageUri(page, configFile);
    return {
      nailerUri: uriOf(campaignsOf(config)[0]?.nailer ?? 'ccxml/nailer.ccxml'),
      campaigns: dialledCampaigns(config, uriOf),
      inbound: config.inbound.map(({ to, page, dialog, parameters }) => ({ to, pageUri: uriOf(page), dialogUri: dialog === undefined ? undefined : uriOf(dialog), parameters })),
    };
  }

  async #compose(store: Store, workFolder: string, pages: Pages, sip: SipOptions): Promise<ServerParts> {
    const { config, configFile } = this.#options;
    const log = this.#log;
    const clock = this.#callClock;
    const ids = this.#ids;
    const random = { next: () => Math.random() };
    const trace = new WireTrace({ clock: this.#houseClock, ...config.sip.trace });
    const signalling = new EmbeddedSignalling({
      ...sip, onWire: (direction, bytes, flow) => trace.record(direction, bytes, flow),
      clock: this.#houseClock, random, ids, log,
    });
    const media = createEmbeddedMedia(mediaOptions(config.media), { log, observe: (event) => this.#legTaps.onMedia(event) });
    const fetch = {
      allowedRanges: config.fetch.allowPrivateAddresses ? privateRanges : [],
      fileRoots: [join(packageRoot(), 'ccxml'), join(packageRoot(), 'vxml'), ...(configFile === undefined ? [] : [dirname(resolve(configFile))]), ...config.fetch.fileRoots],
      maxStreamedBytes: config.fetch.maxStreamedAudioMb * 1024 * 1024,
    };
    const fetcher = new UndiciFetcher({ clock: this.#houseClock, ...fetch });
    const speech = createSpeech(config.speech, { clock: this.#houseClock, logger: log, workFolder });
    await warnOfUnspoken(speech, campaignsOf(config).flatMap(({ callerName, message }) => [callerName, message]), 'en-US', log);
    const dialogs = await createDialogs({ media, logger: log, clock: this.#houseClock, ...speech, workFolder, vxml: { fetch } });
    const doNotCall = new DoNotCallList(store);
    const server = ids.next('server');
    const nails = new StoredNails({ store, clock: this.#houseClock, server });
    const campaigns = createCampaigns({
      store, clock: this.#houseClock, ids, logger: log, doNotCall, server,
      isOpenHere: (attempt) => runner.find(attempt) !== undefined || messageAttempts.has(attempt),
      endCalls: (orphans) => leftCalls.endAttempts(orphans),
      onState: (job, state) => jobs.onState(job, state),
      keepDecisionsMs: config.pacing.decisionDays * 86_400_000,
    });
    const agents = new AgentManager(
      {
        clock, logger: log,
        settings: { ...config.agentTimes, defaultCompletionCode: 'Answer_Human' },
        licences: agentLicences(config),
        nails: () => nailing,
        releaseCustomer: (attempt) => {
          dials.giveUp(attempt);
          runner.release(attempt);
        },
        lostCustomer: (attempt, reason) => {
          dials.giveUp(attempt);
          runner.agentLost(attempt, reason);
        },
        giveBack: (attempt) => dials.giveUp(attempt),
        changed: (change) => this.#agentChanged(change, runner, jobs),
      },
      config.agents.map(({ extension, passwordHash, address, name }) => ({ extension, passwordHash, address, ...(name === undefined ? {} : { name }) })),
    );
    const diallingAgents = new DiallingAgents(agents);
    const ccxml: { server: RunningCcxmlServer | undefined } = { server: undefined };
    const theCcxml = (): CcxmlServer => {
      if (ccxml.server === undefined) throw new Error('the CCXML server is not up yet');
      return ccxml.server;
    };
    const qualities = new CallQualities({ outcomes: campaigns.sink, platform: () => platform, legOf: (agent) => nailing.legOf(agent), logger: log });
    const runner = new AttemptRunner({
      ccxml: theCcxml, pool: agents, diallingAgents, outcomes: campaigns.sink, qualities, clock, ids, logger: log,
      observe: (event) => {
        if (event.name === 'attempt.finished') jobs.wake(event.attempt.job);
      },
    });
    const messageAttempts = new MessageAttempts({ outcomes: campaigns.sink, clock, ids, logger: log, finished: (job) => jobs.wake(job) });
    const [first] = campaignsOf(config);
    const trunk = first?.trunk ?? '';
    const nailing = new Nailing({
      ccxml: theCcxml, clock, ids, logger: log,
      settings: { nailerUri: pages.nailerUri, callerId: first?.callerId ?? '', trunk: '', ringTimeoutMs: config.agentTimes.ringTimeoutMs, retryDelaysMs: [500, 2_000, 5_000, 15_000], maxAttempts: 10 },
      record: nails,
      tell: (event) => agents.onNail(event),
    });
    const inbound = new InboundCalls({ routes: pages.inbound, ccxml: theCcxml, ids, logger: log });
    const agentDigits = new AgentDigits({ ccxml: theCcxml, attempts: runner, platform: () => platform, clock, logger: log });
    const platform: CallPlatform = new CallPlatform({
      signalling, media, dialogs, ids, clock, logger: log,
      clampPolicy: config.clamp,
      recordingFolder: config.media.recordingFolder === undefined ? undefined : resolve(config.media.recordingFolder),
      localAddress: `sip:nailup@${config.sip.publicAddress ?? config.sip.host}`,
      ownerOf: (id) => theCcxml().ownerOf(id),
      toLauncher: (message) => inbound.onLauncher(message) ?? agentDigits.onLauncher(message) ?? launched(message, runner, nailing),
      identify: (call) => runner.identify(call) ?? nailing.identify(call),
      incoming: (call) => inbound.take(call),
    });
    const leftCalls = new LeftCalls({
      calls: platform.orphans, nails, living: () => campaigns.presence.living(), clock: this.#houseClock, logger: log, limits: config.recovery,
      campaign: { ...(first?.callerId ? { from: first.callerId } : {}), ...(trunk === '' ? {} : { trunk }) },
    });
    const unbound = { lines: Number.MAX_SAFE_INTEGER, invites: Number.MAX_SAFE_INTEGER };
    const skills = new SkillFigures(clock);
    const lines = new SharedLines({
      clock, ports: config.licences.outboundPorts ?? Number.POSITIVE_INFINITY,
      trunkRoom: (name) => signalling.trunkRoom(name) ?? unbound,
      windowMs: (name) => Math.max(1_000, ...config.trunks.filter((t) => t.name === name || t.group === name).map((t) => t.windowMs)),
    });
    const dials: AgentDials = new AgentDials({ source: campaigns.source, gate: campaigns.gate, runner, agents: diallingAgents, lines, clock, ids, logger: log, terms: (job) => jobs.dialTerms(job) });
    const jobs: Jobs = new Jobs({
      logger: log, agents, dials, lines, runner, messageAttempts, campaigns: pages.campaigns, country: config.contacts.defaultCountry,
      find: (job) => campaigns.director.job(job),
      ledgerHistory: (campaign) => campaigns.ledgerHistory(campaign),
      record: (job, decision) => campaigns.decisions.record(job, decision),
      busy: (busy) => (busy ? this.#occupancy.start(clock.monotonic()) : this.#occupancy.stop(clock.monotonic())),
      dialler: { source: campaigns.source, gate: campaigns.gate, clock },
      skills,
    });
    return { signalling, trace, media, platform, dialogs, campaigns, agents, runner, qualities, nailing, inbound, leftCalls, dials, agentDigits, messageAttempts, jobs, skills, ccxml, fetcher, doNotCall };
  }

  async #startCalls(parts: ServerParts): Promise<void> {
    const { config } = this.#options;
    const { platform, runner, qualities, nailing, ccxml } = parts;
    ccxml.server = await createCcxmlServer(
      platform,
      ccxmlSettings(config),
      { clock: this.#houseClock, ids: this.#ids, logger: this.#log, fetcher: parts.fetcher, observe: this.#sessionObserver() },
    ).catch((error: unknown) => {
      throw portError(error, `${config.ccxml.http?.host ?? ''}:${config.ccxml.http?.port ?? ''}`, 'ccxml.http.port');
    });
    const server = ccxml.server;
    try {
      await platform.start(
        (event, session) => {
          runner.onPlatform(event, session);
          nailing.onPlatform(event, session);
          server.deliver(event);
        },
        (event, connection) => {
          runner.onMedia(event, connection);
          qualities.onMedia(event, connection);
        },
      );
    } catch (error) {
      throw portError(error, `${config.sip.host}:${config.sip.port}`, 'sip.port');
    }
  }

  /** Pages' own log lines, and at level debug every step of every session. */
  #sessionObserver(): SessionObserver {
    const log = this.#log;
    return {
      log: (session, _level, message, place) => log.info({ session, place }, `page: ${message}`),
      ...(this.#options.config.log.level === 'debug' ? { trace: (session: SessionId, entry: TraceEntry) => log.debug({ session, ...entry }, 'ccxml') } : {}),
    };
  }

  async #listen(store: Store, parts: ServerParts): Promise<void> {
    const { config } = this.#options;
    const tokenHash = config.http.apiTokenHash;
    const door = new ServerDoor({ store, parts, callClock: this.#callClock, occupancy: this.#occupancy, legTaps: this.#legTaps, logger: this.#log, stopping: () => this.#stopping !== undefined });
    const app = operatorApi({ door, logger: this.#log, ...(tokenHash === undefined ? {} : { authorised: (token: string) => checkPassword(token, tokenHash) }) });
    const http = createServer(app);
    await new Promise<void>((done, failed) => {
      http.once('error', (error) => failed(portError(error, `${config.http.host}:${config.http.port}`, 'http.port')));
      http.listen(config.http.port, config.http.host, done);
    });
    this.#http = http;
    this.#agentSocket = new AgentSocket(http, {
      manager: parts.agents, clock: this.#callClock,
      digits: parts.agentDigits,
      dials: dialDesk(parts.dials, parts.jobs, config.contacts.defaultCountry),
      completionCodes: (job) => parts.jobs.completionCodes(job).map((code) => ({ codeID: code, codeValue: code })),
      wrapupExtensions: config.agentTimes.wrapupExtensions,
      doNotCall: { addressOf: (text) => e164(text, config.contacts.defaultCountry) ?? (mailAddress(text) || undefined), add: (address, source) => parts.doNotCall.add({ address, source, at: Date.now() }) },
    }, this.#log);
  }

  async #close(graceMs: number): Promise<void> {
    const parts = this.#parts;
    if (parts !== undefined) await finishCalls(parts, graceMs, this.#log);
    await this.#agentSocket?.close();
    const http = this.#http;
    if (http !== undefined) {
      http.closeAllConnections();
      await new Promise((done) => http.close(done));
    }
    if (parts !== undefined) await closeParts(parts);
    await this.#store?.close();
  }

  #agentChanged(change: AgentChange, runner: AttemptRunner, jobs: Jobs): void {
    const { agents } = this.#parts ?? {};
    if (agents !== undefined) {
      const staffed = agents.all().filter((a) => a.staffed);
      this.#occupancy.set(staffed.length, staffed.filter((a) => a.state === 'talking' || a.state === 'wrapup').length, this.#callClock.monotonic());
    }
    if (change.job === undefined) return;
    if (change.what === 'wrapped') runner.fact(change.job, { what: 'wrapEnded', wrapMs: change.wrapMs });
    else if (change.what === 'on' || change.what === 'off') runner.fact(change.job, { what: change.what === 'on' ? 'agentOn' : 'agentOff' });
    if (change.what === 'idle') jobs.wake(change.job);
  }
}

interface Pages {
  readonly nailerUri: string;
  readonly campaigns: ReadonlyMap<string, DialledCampaign>;
  readonly inbound: readonly InboundRoute[];
}

function launched(message: LauncherMessage, runner: AttemptRunner, nailing: Nailing): Reply {
  if (runner.owns(message.session)) return runner.onLauncher(message);
  if (nailing.owns(message.session)) return nailing.onLauncher(message);
  return refused('unknown-id', `session ${message.session} was launched by nobody here`);
}
