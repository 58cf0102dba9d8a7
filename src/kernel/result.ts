/** An expected outcome: a value, or a failure that the caller must look at. Exceptions are for bugs. */
export type Result<T, E> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };

export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });
export const fail = <E>(error: E): { readonly ok: false; readonly error: E } => ({ ok: false, error });

/** What a command through a port answers. The outcome itself comes back later as an event. */
export type Reply = { readonly accepted: true } | { readonly accepted: false; readonly refusal: Refusal };

/** Why a port refused a command, before anything was done. */
export interface Refusal {
  /** `unsupported`: the adapter cannot do it at all; `noresource`: not now; `unknown-id`: no such object; `bad-state`: not in this state. */
  readonly kind: 'unsupported' | 'noresource' | 'unknown-id' | 'bad-state' | 'bad-argument';
  /** One sentence for a log: names the thing and the mend. */
  readonly reason: string;
}

export const accepted: Reply = { accepted: true };
export const refused = (kind: Refusal['kind'], reason: string): Reply => ({ accepted: false, refusal: { kind, reason } });
