import { isIP } from 'node:net';
import { z } from 'zod';

/**
 * `nailup.yaml`. Everything has a default that is safe: loopback addresses, no trunk, no agents, no password.
 * Durations end in their unit (`Ms`, `Seconds`). docs/configuration.md lists the keys.
 */
const isNetwork = (text: string): boolean => {
  const [address = '', bits] = text.split('/');
  const family = isIP(address);
  return family !== 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)));
};
const port = z.number().int().min(0).max(65_535);
const ms = z.number().int().min(0).max(86_400_000);
const seconds = z.number().int().min(0).max(86_400);
const host = z.string().min(1);
const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'must be a time of day, HH:MM');

const trunk = z.strictObject({
  name: z.string().min(1),
  group: z.string().min(1).optional(),
  address: z.string().min(1),
  username: z.string().optional(),
  password: z.string().optional(),
  callerId: z.string().optional(),
  callsPerSecond: z.number().positive().max(10_000).default(10),
  windowMs: ms.default(5_000),
  maxConcurrentCalls: z.number().int().positive().max(100_000).default(100),
  priority: z.number().int().min(0).default(0),
  weight: z.number().int().min(0).default(1),
  pingMs: ms.default(30_000),
  register: z.boolean().default(false),
  expiresSeconds: z.number().int().min(60).max(86_400).default(600),
  assertedIdentity: z.string().min(1).optional(),
  headers: z.record(z.string().regex(/^[A-Za-z0-9-]+$/, 'must be the name of a header'), z.string()).default({}),
});

const agent = z.strictObject({
  extension: z.string().regex(/^[\w.+-]+$/, 'letters, digits, . + - _ only'),
  passwordHash: z.string().startsWith('scrypt$', 'must be a hash as `nailup password` prints it, never the password'),
  address: z.string().regex(/^sips?:/, 'must be a sip: or sips: URI'),
  name: z.string().optional(),
  sipPasswordHa1: z.string().regex(/^ha1\$[0-9a-f]{32}\$[0-9a-f]{64}$/, 'must be as `nailup password --sip` prints it, never the password').optional(),
});

const listen = z.strictObject({
  transport: z.enum(['udp', 'tcp', 'tls', 'ws', 'wss']),
  host: host.optional(),
  port,
  publicAddress: z.string().optional(),
  publicPort: port.optional(),
  clientCertificates: z.boolean().default(false),
});

const failure = z.strictObject({
  failure: z.enum(['busy', 'noanswer', 'noroute', 'networkbusy', 'reject', 'timeout', 'unreachable', 'cancelled', 'unknown']).optional(),
  completionCode: z.string().min(1).optional(),
});
const prefix = z.string().regex(/^\+?[0-9]+$/, 'must be digits, with + where numbers are dialled with one');
const source = z.string().refine(isNetwork, 'must be an IP address or a network such as 192.0.2.0/24');

const retry = z.strictObject({ count: z.number().int().min(0).max(100), delayMs: z.number().int().min(0).max(30 * 86_400_000) });

const count = z.number().int().min(0);
const promise = z.strictObject({
  targetRate: z.number().gt(0).max(0.5).optional(), thresholdMs: ms.max(60_000).default(2_000),
  from: z.enum(['answer', 'greetingStart', 'greetingEnd']).default('greetingEnd'), windowMs: ms.min(3_600_000).default(86_400_000),
});
const sharing = z.strictObject({
  priority: z.number().int().min(1).max(10).default(5), minAgents: count.max(10_000).default(0), maxAgents: count.max(10_000).optional(),
  minPorts: count.max(100_000).default(0), allocation: z.enum(['reserved', 'dynamic']).default('dynamic'),
}).refine((s) => s.maxAgents === undefined || s.maxAgents >= s.minAgents, { message: 'must not be below minAgents', path: ['maxAgents'] });

/** In order of preference; without an audio codec nobody could speak. */
const codecs = z.array(z.enum(['PCMU', 'PCMA', 'G722', 'opus', 'L16/16000', 'L16/8000', 'CN', 'telephone-event', 'red'])).default(['PCMU', 'PCMA', 'telephone-event'])
  .refine((names) => names.some((name) => name !== 'CN' && name !== 'telephone-event' && name !== 'red'), 'must name a codec for speech');

const campaign = z.strictObject({
  name: z.string().min(1),
  list: z.string().min(1),
  trunk: z.string().default(''),
  callerId: z.string().default(''),
  callerName: z.string().default(''),
  callbackNumber: z.string().default(''),
  message: z.string().default(''),
  mode: z.enum(['agent', 'dialog']).default('agent'),
  driver: z.string().default('ccxml/driver.ccxml'),
  nailer: z.string().default('ccxml/nailer.ccxml'),
  humanDialog: z.string().optional(),
  machineDialog: z.string().default('vxml/voicemail.vxml'),
  leaveMessage: z.boolean().default(true),
  classify: z.boolean().default(true),
  classifyEarlyMedia: z.boolean().default(false),
  pacing: z.string().default('progressive'),
  promise: promise.optional(),
  floor: count.optional(),
  ceiling: count.optional(),
  channel: z.enum(['voice', 'sms', 'mail']).default('voice'),
  sms: z.strictObject({ from: z.string().default(''), text: z.string().min(1), deliveryReportMs: ms.max(3_000_000).default(0) }).optional(),
  mail: z.strictObject({
    address: z.string().min(1).default('email'), from: z.string().min(3), replyTo: z.string().min(3).optional(), subject: z.string().min(1), text: z.string().min(1), html: z.string().min(1).optional(),
    deliveryReportMs: ms.max(3_000_000).default(0),
  }).optional(),
  preview: z.strictObject({ canCancel: z.boolean().default(true), numbers: z.array(z.string().min(1)).default([]) }).prefault({}),
  sharing: sharing.prefault({}),
  ringTimeoutMs: ms.min(3_000).default(25_000),
  verdictMs: ms.min(600).default(1_800),
  sovTimeoutMs: ms.default(4_000),
  liveVoiceTimeoutMs: ms.default(3_500),
  safeHarbourMs: ms.default(2_000),
  maxConcurrentCalls: z.number().int().positive().default(100),
  guardTimes: z.strictObject({ from: clock.default('08:00'), to: clock.default('21:00'), unknownZone: z.enum(['block', 'allow']).default('block') }).prefault({}),
  frequency: z.strictObject({ perAddressIn24Hours: z.number().int().min(0).default(3), minIntervalMs: z.number().int().min(0).default(0) }).prefault({}),
  nuisanceHours: z.number().min(0).default(72),
  machineHours: z.number().min(0).default(24),
  maxAttempts: z.number().int().positive().max(100).default(3),
  retries: z.record(z.string(), retry).default({
    Call_Busy: { count: 2, delayMs: 900_000 }, Ring_No_Answer: { count: 2, delayMs: 3_600_000 }, Network_Refusal: { count: 2, delayMs: 900_000 },
    Reorder_Tone: { count: 1, delayMs: 900_000 }, Disconnected_By_System: { count: 1, delayMs: 60_000 }, Preview_Cancelled: { count: 1, delayMs: 3_600_000 },
    'SMS Failed': { count: 2, delayMs: 900_000 }, 'Email Failed': { count: 2, delayMs: 900_000 },
  }),
  completionCodes: z.array(z.string().min(1)).default(['Sale', 'No_Interest', 'Call_Back_Later', 'Wrong_Number']),
});

const sms = z.strictObject({
  url: z.url({ protocol: /^https?$/ }), format: z.enum(['json', 'form']).default('json'), headers: z.record(z.string().regex(/^[A-Za-z0-9-]+$/, 'must be the name of a header'), z.string()).default({}),
  fields: z.strictObject({ to: z.string().min(1).default('to'), from: z.string().min(1).default('from'), text: z.string().min(1).default('text'), id: z.string().min(1).default('id') }).prefault({}),
  more: z.record(z.string(), z.string()).default({}), timeoutMs: ms.min(100).default(15_000),
});

const mail = z.strictObject({
  host, port: port.default(587), security: z.enum(['starttls', 'tls', 'none']).default('starttls'), user: z.string().min(1).optional(), password: z.string().optional(),
  verifyServer: z.boolean().default(true), timeoutMs: ms.min(100).default(30_000),
});

const inbound = z.strictObject({
  to: z.string().min(1),
  page: z.string().default('ccxml/inbound.ccxml'),
  dialog: z.string().optional(),
  parameters: z.record(z.string(), z.string()).default({}),
});

/** Every campaign: `campaign` first, then those of `campaigns`. */
export function campaignsOf(config: Config): readonly CampaignConfig[] {
  return [...(config.campaign === undefined ? [] : [config.campaign]), ...config.campaigns];
}

const amount = z.number().int().min(0).max(1_000_000);
const ccxml = z.strictObject({
  workers: z.number().int().min(1).max(64).default(1),
  workerMemoryBytes: z.number().int().min(64 * 1024 * 1024).max(4 * 1024 * 1024 * 1024).default(1024 * 1024 * 1024),
  stuckAfterMs: z.number().int().min(100).max(10_000).default(750),
  maxSessions: amount.min(1).default(10_000),
  limits: z.strictObject({
    memoryBytes: z.number().int().min(512 * 1024).max(1024 * 1024 * 1024).default(4 * 1024 * 1024), evaluationMs: z.number().int().min(10).max(5_000).default(500),
    cpuBurstMs: z.number().int().min(50).max(60_000).default(800), cpuRefillPerSecondMs: z.number().int().min(1).max(1_000).default(250),
    queuedEvents: amount.min(10).default(1_000), timers: amount.default(500), childSessions: amount.default(50), fetches: amount.min(1).default(20), objects: amount.min(1).default(500),
  }).prefault({}),
  http: z.strictObject({
    host: host.default('127.0.0.1'), port: port.default(8081), user: z.string().min(1).optional(), password: z.string().min(8, 'must have 8 characters or more').optional(),
    maxBodyBytes: z.number().int().min(1).max(16 * 1024 * 1024).default(64 * 1024), publicAddress: z.url().optional(),
  }).refine((door) => (door.user === undefined) === (door.password === undefined), 'user and password go together')
    .refine((door) => door.password !== undefined || door.host === 'localhost' || door.host === '::1' || door.host.startsWith('127.'), 'only on a loopback address may it be without user and password').optional(),
}).prefault({});

export const configSchema = z.strictObject({
  log: z.strictObject({ level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info') }).prefault({}),
  database: z.strictObject({ url: z.string().optional(), directory: z.string().default('data/postgres') }).prefault({}),
  sip: z.strictObject({
    host: host.default('127.0.0.1'), port: port.default(5060), transports: z.array(z.enum(['udp', 'tcp'])).min(1).default(['udp', 'tcp']),
    publicAddress: z.string().optional(), userAgent: z.string().default('Nailup'),
    allowedPrefixes: z.array(prefix).optional(), blockedPrefixes: z.array(prefix).default([]),
    allowedSources: z.array(source).optional(), strangers: z.enum(['drop', 'answer']).default('drop'),
    requestsPerSecond: z.number().positive().max(100_000).default(50), banMs: ms.default(600_000),
    listen: z.array(listen).default([]),
    tls: z.strictObject({ certificateFile: z.string().optional(), keyFile: z.string().optional(), authorityFile: z.string().optional(), verifyServers: z.boolean().default(true) }).prefault({}),
    registrar: z.strictObject({
      realm: z.string().min(1), algorithms: z.array(z.enum(['SHA-256', 'MD5'])).min(1).default(['SHA-256', 'MD5']),
      minimumExpiresSeconds: seconds.min(1).default(30), maximumExpiresSeconds: seconds.min(60).default(3_600), maxContacts: z.number().int().min(1).max(100).default(10),
    }).optional(),
    sessionTimer: z.strictObject({
      intervalSeconds: seconds.refine((value) => value === 0 || value >= 90, 'must be 0 (we ask for none) or at least 90 (RFC 4028 §4)').default(1_800),
      minimumSeconds: seconds.min(90).default(90),
    }).prefault({}),
    reliableProvisionals: z.boolean().default(true), udpLimitBytes: z.number().int().min(0).max(65_535).default(1_300), keepAliveMs: ms.default(30_000),
    dscp: z.number().int().min(0).max(63).default(24),
    redirects: z.strictObject({ max: z.number().int().min(0).max(10).default(3), otherNumbers: z.boolean().default(false) }).prefault({}),
    scanners: z.array(z.string().min(3)).optional(),
    failures: z.record(z.string().regex(/^([3-6]\d\d|[3-6]xx|Q\.850\/\d{1,3})$/, 'must be a status (486), a class (5xx) or a cause (Q.850/17)'), failure).default({}),
    trace: z.strictObject({ messages: z.number().int().min(0).max(1_000_000).default(10_000), bytes: z.number().int().min(0).max(1_073_741_824).default(16_777_216) }).prefault({}),
  }).prefault({}),
  media: z.strictObject({ host: host.default('127.0.0.1'), publicAddress: z.string().optional(), portFrom: port.default(20_000), portTo: port.default(29_999), packetIo: z.enum(['auto', 'io_uring', 'koffi', 'dgram']).default('auto'), workers: z.number().int().min(1).max(16).default(1), maxLegsPerWorker: z.number().int().min(1).max(10_000).default(2_000), admissionTickMs: z.number().min(1).max(20).default(12), codecs, srtp: z.enum(['never', 'allow', 'require']).default('never'), recordingFolder: z.string().min(1).optional(), recordingKey: z.string().regex(/^[0-9a-fA-F]{64}$/, 'must be 64 hexadecimal digits').optional() }).prefault({}),
  http: z.strictObject({
    host: host.default('127.0.0.1'), port: port.default(8080),
    apiTokenHash: z.string().startsWith('scrypt$', 'must be a hash as `nailup password` prints it').optional(),
  }).prefault({}),
  ccxml,
  fetch: z.strictObject({ allowPrivateAddresses: z.boolean().default(false), fileRoots: z.array(z.string()).default([]), maxStreamedAudioMb: z.number().int().min(32).max(65_536).default(512) }).prefault({}),
  speech: z.strictObject({
    synthesizers: z.array(z.enum(['vocabulary', 'espeak', 'flite', 'http'])).default(['vocabulary', 'espeak']),
    synthesizerUrl: z.url().optional(), recognizer: z.enum(['none', 'http', 'pocketsphinx']).default('none'), recognizerUrl: z.url().optional(), languages: z.array(z.string()).default(['en-US']),
  }).prefault({}),
  contacts: z.strictObject({ defaultCountry: z.string().length(2).default('US') }).prefault({}),
  trunks: z.array(trunk).default([]),
  agents: z.array(agent).default([]),
  agentTimes: z.strictObject({
    pendingNailMs: ms.default(30_000), nailingMs: ms.default(180_000), reservedMs: ms.default(15_000), previewMs: ms.min(1_000).default(300_000), diallingMs: ms.min(10_000).default(120_000), maxTalkMs: ms.default(3_600_000), wrapupMs: ms.default(30_000),
    wrapupExtensions: z.number().int().min(0).max(20).default(2), breakNailedMs: ms.default(900_000), unnailDelayMs: ms.default(10_000), ringTimeoutMs: ms.min(10_000).default(30_000),
  }).prefault({}),
  clamp: z.strictObject({ customerToAgent: z.enum(['page', 'always']).default('always'), replaceBy: z.enum(['mute', 'silence', 'tone']).default('silence') }).prefault({}),
  recovery: z.strictObject({ callEndMs: ms.default(4_000), retryAfterUnknownMs: ms.default(120_000) }).prefault({}),
  pacing: z.strictObject({ decisionDays: z.number().positive().max(400).default(7) }).prefault({}),
  licences: z.strictObject({ outboundPorts: count.optional(), predictiveAgents: count.optional(), previewAgents: count.optional(), manualAgents: count.optional() }).prefault({}),
  sms: sms.optional(),
  mail: mail.optional(),
  campaign: campaign.optional(),
  campaigns: z.array(campaign).default([]),
  inbound: z.array(inbound).default([]),
  shutdownGraceMs: ms.default(30_000),
}).superRefine((config, context) => {
  const all = [...(config.campaign === undefined ? [] : [{ of: config.campaign, path: ['campaign'] }]), ...config.campaigns.map((of, i) => ({ of, path: ['campaigns', i] }))];
  for (const { of, path } of all) {
    const { channel } = of;
    if (channel === 'voice') continue;
    if (of[channel] === undefined) context.addIssue({ code: 'custom', path: [...path, 'channel'], message: `needs "${channel}" beside it: what is sent` });
    if (config[channel] === undefined) context.addIssue({ code: 'custom', path: [...path, 'channel'], message: `needs "${channel}" at the top level: how it is sent` });
  }
  const names = [...(config.campaign === undefined ? [] : [config.campaign.name]), ...config.campaigns.map((c) => c.name)];
  for (const [i, { name }] of config.campaigns.entries()) {
    if (names.indexOf(name) < names.length - config.campaigns.length + i) context.addIssue({ code: 'custom', path: ['campaigns', i, 'name'], message: `another campaign is called "${name}" too` });
  }
});

export type Config = z.infer<typeof configSchema>;
export type CampaignConfig = NonNullable<Config['campaign']>;
