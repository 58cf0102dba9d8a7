import type { AgentId, AttemptId, ContactId, JobId } from '../kernel/ids.ts';

/** What plugs in around the core. All four are implemented by modules and handed in by the composition root. */

/** A contact, leased for one attempt. Nobody else has it until the lease is given back or its deadline passes. */
export interface LeasedContact {
  readonly contact: ContactId;
  readonly job: JobId;
  /** E.164, e.g. `+4930901820`; of a contact that gets mail, its mail address, or empty. */
  readonly address: string;
  /** IANA zone derived from the number or given with the contact. */
  readonly timeZone: string;
  /** Every zone the number may lie in, when there are several; empty when unknown (`timeZone` is then `Etc/Unknown`). */
  readonly timeZones?: readonly string[];
  /** 1 for the first attempt of this contact in this job. */
  readonly attemptNumber: number;
  readonly attributes: Readonly<Record<string, string>>;
  readonly leaseExpiresAt: number;
  /** When the contact was to be dialled; in the future only for one that an agent asked for. */
  readonly dueAt?: number;
}

export interface AttemptSource {
  /** Leases up to `count` contacts that are due now, best first. */
  lease(job: JobId, count: number): Promise<readonly LeasedContact[]>;
  /** Leases the job's contact with that number, whenever it is due. `unknown`: the job has none; `taken`: somebody else has it, or it is done with. */
  leaseNumber(job: JobId, address: string): Promise<LeasedContact | 'unknown' | 'taken'>;
  /** A new deadline for a lease that is still held; undefined: it is not held any more. */
  keep(contact: LeasedContact): Promise<LeasedContact | undefined>;
  /** Gives a lease back unused: the contact is due again at `notBefore` (default: when it was due, or now). */
  giveBack(contact: LeasedContact, notBefore?: number): Promise<void>;
  /** Nobody was dialled, and `code` says why: the contact is due again as the job's retry rule for the code says, or finished in this job. */
  decline(contact: LeasedContact, code: string, reason: string): Promise<void>;
  /** Takes the gate's refusal: the contact is due again at its `retryAt`, or finished in this job without one. */
  refuse(contact: LeasedContact, verdict: Extract<GateVerdict, { allowed: false }>): Promise<void>;
  /** Contacts not finished in this job: due now, due later, and leased. */
  left(job: JobId): Promise<{ due: number; later: number; leased: number }>;
}

/** Who asks for an attempt. Every channel and every asker passes the same gate. */
export type AttemptAsker = 'pacer' | 'agent' | 'callback' | 'api';

export type AttemptChannel = 'voice' | 'sms' | 'email';

export type GateVerdict =
  | { readonly allowed: true }
  /** `code` is a completion code (`DNC`, `Restricted`, `Sys_No_Callable_Address` …); `retryAt` when it is only too early. */
  | { readonly allowed: false; readonly code: string; readonly reason: string; readonly retryAt?: number };

export interface AttemptGate {
  /** The one choke point: authorises every attempt on every channel. */
  authorise(request: { contact: LeasedContact; asker: AttemptAsker; channel: AttemptChannel; now: number }): Promise<GateVerdict>;
}

/** An attempt's one terminal result. */
export interface AttemptResult {
  readonly attempt: AttemptId;
  readonly contact: ContactId;
  readonly job: JobId;
  /** A completion code: `Answer_Human`, `Call_Busy`, … or an agent's own code. */
  readonly completionCode: string;
  readonly startedAt: number;
  readonly answeredAt?: number;
  readonly endedAt: number;
  readonly agent?: AgentId;
  /** The person answered and no agent came in time: the safe-harbour message was played (or could not be). */
  readonly nuisance: boolean;
  /** Known to be a person, whatever the completion code says. */
  readonly person?: boolean;
  readonly sipStatus?: number;
  readonly times: Readonly<Record<string, number>>;
  readonly exit: Readonly<Record<string, unknown>>;
}

/** How a leg of an attempt sounded here: a call to the contact over its whole life, an agent's leg from the join to the end of the conversation. */
export interface CallQuality {
  /** The call's identity: the attempt's id, with `.2` and so on for its further calls; with `.agent` for the agent's leg. */
  readonly call: string;
  readonly leg: 'customer' | 'agent';
  /** Of an agent's leg: whose it is, and how long it was measured. */
  readonly agent?: AgentId;
  readonly durationMs?: number;
  readonly codec: string;
  readonly packetsReceived: number;
  readonly packetsSent: number;
  readonly packetsLost: number;
  readonly jitterMs: number;
  /** By the E-model, 1–4.5; null when nothing was heard of the far end. */
  readonly mos: number | null;
}

export interface OutcomeSink {
  /** Records that an attempt has begun, before anything is dialled or sent. Rejects when the contact has an unfinished attempt. */
  begin(attempt: { attempt: AttemptId; contact: LeasedContact; startedAt: number; facts?: Readonly<Record<string, unknown>> }): Promise<void>;
  /** Facts worth surviving a crash, e.g. the SIP dialog's ids. */
  note(attempt: AttemptId, facts: Readonly<Record<string, unknown>>): Promise<void>;
  /** A call's media is over, or a conversation is: before the attempt's result or after it. */
  heard(attempt: AttemptId, quality: CallQuality): Promise<void>;
  /** Exactly once per attempt; a second call for the same attempt changes nothing and answers false. */
  finish(result: AttemptResult): Promise<boolean>;
  /** The opt-out key and the agent's AGTAddToDNC end here. */
  addToDoNotCall(entry: { address: string; contact?: ContactId; source: string; at: number }): Promise<void>;
}

/** A call as it was placed, and the token by which a later server can end it. Plain data: it is noted in the store. */
export interface PlacedCall {
  readonly identity: string;
  readonly to: string;
  readonly from?: string;
  readonly fromDisplayName?: string;
  readonly trunk?: string;
}

/** Keeps in mind which agents' phones are called, so that a server that takes over can end what is left of them. */
export interface NailRecord {
  /** Resolves when it is stored: before the phone is called. */
  begin(leg: { identity: string; agent: AgentId; address: string }): Promise<void>;
  note(identity: string, facts: Readonly<Record<string, unknown>>): Promise<void>;
  /** The call is over. */
  end(identity: string): Promise<void>;
}

export interface ChosenAgent {
  readonly agent: AgentId;
  /** The name of the conference in which the agent's nailed leg sits. */
  readonly conference: string;
}

export interface AgentPool {
  /** Takes an idle, nailed agent of the job for this attempt (Ready → Busy), or undefined. Longest idle first. */
  acquire(job: JobId, attempt: AttemptId): ChosenAgent | undefined;
  /** Waits for one, first come first served, until `deadline` (monotonic ms). The waiting ends at once when `signal` aborts. */
  waitFor(job: JobId, attempt: AttemptId, deadlineMs: number, signal: AbortSignal): Promise<ChosenAgent | undefined>;
  /** Tells the agent's desktop about the contact (AGTCallNotify) and marks it Talking. */
  connected(agent: AgentId, attempt: AttemptId, contact: LeasedContact): void;
  /** The customer's leg is gone or released: wrap-up begins. Resolves with the agent's completion code, or the default at the deadline. */
  customerLeft(agent: AgentId, attempt: AttemptId): Promise<{ completionCode?: string }>;
  /** The attempt ended before the agent talked: back to idle without wrap-up. */
  release(agent: AgentId, attempt: AttemptId): void;
  snapshot(job: JobId, now: number): PoolSnapshot;
  /** How many agents the job could use now, and how many calls on their way count on its idle ones. */
  setNeed(job: JobId, need: number, out: number): void;
}

/** A number at which a contact may be reached. */
export interface ContactNumber {
  readonly name: string;
  readonly number: string;
  readonly isDefault: boolean;
}

/** What an agent is shown of a contact before it is dialled. */
export interface ContactOffer {
  readonly contactType: 'Preview' | 'Manual';
  readonly numbers: readonly ContactNumber[];
  /** It is dialled by itself after so long. */
  readonly dialsAfterMs?: number;
}

/** Why an agent's dialling came to nothing: a completion code, and words for the desktop. */
export interface DialFailure {
  readonly completionCode: string;
  readonly reason: string;
}

/** Agents who dial themselves. `session` is the attempt's id, from the first sight of the contact on. */
export interface DiallingAgents {
  /** Shows the contact to an idle agent of the job, longest idle first (AGTCallNotify, contact type Preview). */
  show(job: JobId, session: AttemptId, contact: LeasedContact, offer: ContactOffer): ChosenAgent | undefined;
  /** An idle agent has asked for this contact and dials it now. Undefined when the agent is not idle in that job. */
  dialByHand(agent: AgentId, job: JobId, session: AttemptId, contact: LeasedContact, offer: ContactOffer): ChosenAgent | undefined;
  /** The contact that the agent sees is dialled. False when it is not on the agent's screen any more. */
  dialling(agent: AgentId, session: AttemptId): boolean;
  /** The dial did not come about, and the agent has the contact on the screen again. */
  previewAgain(agent: AgentId, session: AttemptId, failure: DialFailure): void;
  /** The call ended before anybody was joined: the agent is told why (AGTDialFailed), and is idle. */
  dialFailed(agent: AgentId, session: AttemptId, failure: DialFailure): void;
  /** The contact leaves the screen undialled. */
  previewOver(agent: AgentId, session: AttemptId): void;
}

/** What pacing needs to know of the agents of a job; elapsed milliseconds of each. */
export interface PoolSnapshot {
  readonly idle: number;
  readonly talking: readonly number[];
  readonly wrapping: readonly number[];
  /** With a contact of their own on the screen or on its way. */
  readonly dialling: number;
  readonly staffed: number;
}

/** Keeps an agent's leg up. Implemented by the core (nailing), used by the agents module. */
export interface NailControl {
  /** Calls the agent's phone and keeps it. `nail.*` events tell the rest. */
  nailUp(request: { agent: AgentId; address: string; job: JobId }): void;
  /** Hangs up after `delayMs` unless nailed for another job before. */
  unnail(agent: AgentId, delayMs: number): void;
}

export interface NailEventMap {
  'nail.up': { agent: AgentId; conference: string };
  'nail.lost': { agent: AgentId; reason: string };
  'nail.failed': { agent: AgentId; reason: string; attempts: number };
  'nail.down': { agent: AgentId };
  /** The agent's phone holds the nailed call (SDP direction or silence of RTP): not usable until it is over. */
  'nail.held': { agent: AgentId; held: boolean };
}
export type NailEvent = { [N in keyof NailEventMap]: { readonly name: N } & Readonly<NailEventMap[N]> }[keyof NailEventMap];
