import { z } from 'zod';
import { NailupError } from '../kernel/nailup-error.ts';

const count = z.number().int().min(0).max(100_000);

const sharing = {
  priority: z.number().int().min(1).max(10), minAgents: count, maxAgents: count.nullable(), minPorts: count, allocation: z.enum(['reserved', 'dynamic']),
};

const pacing = {
  /** The short form of docs/pacing.md. */
  pacing: z.string().min(1),
  promise: z.strictObject({
    targetRate: z.number().gt(0).max(0.5), thresholdMs: z.number().min(0).max(60_000),
    from: z.enum(['answer', 'greetingStart', 'greetingEnd']), windowMs: z.number().min(3_600_000).max(86_400_000),
  }).partial(),
  floor: count.nullable(),
  ceiling: count.nullable(),
};

const sharingSchema = z.strictObject(sharing).partial();
const pacingSchema = z.strictObject(pacing).partial();
const startSchema = z.strictObject({ campaign: z.string().min(1), ...pacingSchema.shape, ...sharingSchema.shape });
const skillSchema = z.strictObject({ queued: count, longestWaitMs: z.number().min(0), freeAgents: count });

const deliverySchema = z.strictObject({ state: z.enum(['delivered', 'failed', 'bounced']), reason: z.string().max(500).default('') });

const clampSchema = z.strictObject({ to: z.string().min(1), dtmfclamp: z.boolean(), toneclamp: z.boolean(), secret: z.boolean() }).partial();

/** What is to be different; null takes a bound away. */
export type PacingChange = z.infer<typeof pacingSchema>;
export type SharingChange = z.infer<typeof sharingSchema>;
export type DeliveryReport = z.infer<typeof deliverySchema>;
export type ClampRequest = z.infer<typeof clampSchema>;
export type SkillReport = z.infer<typeof skillSchema>;

export interface JobStart {
  readonly campaign: string;
  readonly pacing: PacingChange;
  readonly sharing: SharingChange;
}

/** @throws NailupError API_BAD_FIELD */
export function jobStart(body: unknown): JobStart {
  const { campaign, pacing: kind, promise, floor, ceiling, ...shared } = read(startSchema, body);
  return { campaign, pacing: defined({ pacing: kind, promise, floor, ceiling }), sharing: defined(shared) };
}

/** @throws NailupError API_BAD_FIELD */
export function pacingChange(body: unknown): PacingChange {
  return some(read(pacingSchema, body), Object.keys(pacing));
}

/** @throws NailupError API_BAD_FIELD */
export function sharingChange(body: unknown): SharingChange {
  return some(read(sharingSchema, body), Object.keys(sharing));
}

/** @throws NailupError API_BAD_FIELD */
export function skillReport(body: unknown): SkillReport {
  return read(skillSchema, body);
}

/** @throws NailupError API_BAD_FIELD */
export function deliveryReport(body: unknown): DeliveryReport {
  return read(deliverySchema, body);
}

/** @throws NailupError API_BAD_FIELD */
export function clampRequest(body: unknown): ClampRequest {
  const { to, ...changes } = read(clampSchema, body);
  return { ...(to === undefined ? {} : { to }), ...some(defined(changes), ['dtmfclamp', 'toneclamp', 'secret']) };
}

/** An instant in ISO 8601 or as milliseconds since 1970. @throws NailupError API_BAD_FIELD */
export function instantOf(text: string | undefined, field: string): number {
  const at = text === undefined ? Number.NaN : /^\d{11,}$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isNaN(at) || Math.abs(at) > 8.64e15) throw new NailupError('API_BAD_FIELD', `"${field}" is ${text === undefined ? 'missing' : `no time: ${text}`}`, { place: field, mend: 'Write it as 2026-11-29T14:05:00Z, or in milliseconds since 1970.' });
  return at;
}

function read<T>(schema: z.ZodType<T>, body: unknown): T {
  const checked = schema.safeParse(body ?? {});
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const field = unknown ?? issue?.path.join('.') ?? '';
  throw new NailupError('API_BAD_FIELD', unknown === undefined ? `"${field}": ${issue?.message ?? 'not understood'}` : `"${field}" is no field of this request`, { place: field, mend: 'docs/api.md lists the fields.' });
}

function some<T extends object>(change: T, fields: readonly string[]): T {
  if (Object.keys(change).length === 0) throw new NailupError('API_BAD_FIELD', `nothing to change: give one of ${fields.join(', ')}`, { mend: 'docs/api.md lists the fields.' });
  return change;
}

function defined<T extends object>(of: T): T {
  return Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined)) as T;
}
