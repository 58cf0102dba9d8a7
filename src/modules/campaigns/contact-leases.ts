import type { AttemptSource, GateVerdict, LeasedContact } from '../../core/ports.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { ContactId, JobId } from '../../kernel/ids.ts';
import { instant, one, type SqlValue, type Store } from '../../store/index.ts';
import { countLeft, declineContact, giveBackContact, keepContact, leaseContacts, leaseNumber, refuseContact } from './attempt-statements.ts';
import type { JobSettings } from './job-settings.ts';

/** The CLDR's word for it. */
export const unknownTimeZone = 'Etc/Unknown';

/** Hands contacts out, each to one server until a deadline. */
export class ContactLeases implements AttemptSource {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #server: string;
  readonly #settings: JobSettings;

  constructor(deps: { store: Store; clock: Clock; server: string; settings: JobSettings }) {
    this.#store = deps.store;
    this.#clock = deps.clock;
    this.#server = deps.server;
    this.#settings = deps.settings;
  }

  async lease(job: JobId, count: number): Promise<readonly LeasedContact[]> {
    if (count < 1) return [];
    const { leaseMs } = await this.#settings.of(job);
    const now = this.#clock.now();
    const leaseExpiresAt = now + leaseMs;
    const rows = await this.#store.query(leaseContacts, [job, instant(now), Math.floor(count), instant(leaseExpiresAt), this.#server]);
    rows.sort((a, b) => b.priority - a.priority || a.due_at - b.due_at || a.contact_id - b.contact_id);
    return rows.map((row) => ({
      contact: String(row.contact_id) as ContactId,
      job,
      address: row.phone,
      timeZone: row.time_zones[0] ?? unknownTimeZone,
      timeZones: row.time_zones,
      attemptNumber: row.attempts + 1,
      attributes: row.attributes,
      leaseExpiresAt,
      dueAt: row.due_at,
    }));
  }

  async leaseNumber(job: JobId, address: string): Promise<LeasedContact | 'unknown' | 'taken'> {
    const leaseExpiresAt = this.#clock.now() + (await this.#settings.of(job)).leaseMs;
    const [row] = await this.#store.query(leaseNumber, [job, address, instant(leaseExpiresAt), this.#server]);
    if (row === undefined) return 'unknown';
    if (!row.leased) return 'taken';
    return {
      contact: String(row.contact_id) as ContactId, job, address, timeZone: row.time_zones[0] ?? unknownTimeZone, timeZones: row.time_zones,
      attemptNumber: row.attempts + 1, attributes: row.attributes, leaseExpiresAt, dueAt: row.due_at,
    };
  }

  async keep(contact: LeasedContact): Promise<LeasedContact | undefined> {
    const leaseExpiresAt = this.#clock.now() + (await this.#settings.of(contact.job)).leaseMs;
    const rows = await this.#store.query(keepContact, [...this.#held(contact), instant(leaseExpiresAt)]);
    return rows.length === 0 ? undefined : { ...contact, leaseExpiresAt };
  }

  async giveBack(contact: LeasedContact, notBefore?: number): Promise<void> {
    const dueAt = notBefore ?? Math.max(this.#clock.now(), contact.dueAt ?? 0);
    await this.#store.query(giveBackContact, [...this.#held(contact), instant(dueAt)]);
  }

  async decline(contact: LeasedContact, code: string, reason: string): Promise<void> {
    const retry = (await this.#settings.of(contact.job)).retries.byCode[code];
    const now = this.#clock.now();
    await this.#store.query(declineContact, [...this.#held(contact), code, reason, retry?.count ?? 0, instant(now), instant(now + (retry?.delayMs ?? 0))]);
  }

  async refuse(contact: LeasedContact, verdict: Extract<GateVerdict, { allowed: false }>): Promise<void> {
    const retryAt = verdict.retryAt === undefined ? null : instant(verdict.retryAt);
    await this.#store.query(refuseContact, [...this.#held(contact), verdict.code, verdict.reason, retryAt, instant(this.#clock.now())]);
  }

  async left(job: JobId): Promise<{ due: number; later: number; leased: number; attempting: number }> {
    return one(this.#store, countLeft, [job, instant(this.#clock.now())]);
  }

  /** The lease itself is the token: held by this server until exactly that instant. */
  #held(contact: LeasedContact): SqlValue[] {
    return [contact.job, contact.contact, this.#server, instant(contact.leaseExpiresAt)];
  }
}
