import type { NameAddr } from './name-addr.ts';
import type { SipMessage } from './sip-message.ts';

/** One address that a call was sent on from. */
export interface Redirection {
  readonly uri: string;
  /** `user-busy`, `no-answer` …: Diversion's word, or the status of History-Info (`486`). */
  readonly reason?: string;
  /** The address is not to be shown (Privacy inside History-Info, `privacy=full` of Diversion). */
  readonly private: boolean;
}

/**
 * The way of a call before it came here, first number first: History-Info (RFC 7044), whose last entry is this very request and left
 * out, else Diversion (RFC 5806), whose first entry is the last one. Unreadable values are skipped.
 */
export function redirections(message: SipMessage): readonly Redirection[] {
  const history = readable(message, 'History-Info').toSorted((a, b) => byIndex(a.params.get('index'), b.params.get('index')));
  if (history.length > 0) return history.slice(0, -1).map(ofHistory);
  return readable(message, 'Diversion').map(ofDiversion).toReversed();
}

function readable(message: SipMessage, name: string): readonly NameAddr[] {
  return message.has(name) ? (message.addresses(name) ?? []) : [];
}

/** Its Reason and Privacy stand as escaped headers of the URI (RFC 7044 §5). */
function ofHistory({ uri }: NameAddr): Redirection {
  const headers = uri.kind === 'sip' ? uri.headers : new Map<string, string>();
  const reason = headers.get('reason')?.match(/;\s*cause\s*=\s*(\d{1,3})/i)?.[1];
  return {
    uri: uri.kind === 'sip' && headers.size > 0 ? uri.with({ headers: new Map() }).raw : uri.raw,
    ...(reason === undefined ? {} : { reason }), private: /\b(history|header|user|id|session)\b/i.test(headers.get('privacy') ?? ''),
  };
}

function ofDiversion({ uri, params }: NameAddr): Redirection {
  const reason = params.get('reason');
  const privacy = params.get('privacy')?.toLowerCase();
  return { uri: uri.raw, ...(reason === undefined || reason === null ? {} : { reason }), private: privacy !== undefined && privacy !== 'off' };
}

/** `1.2.1` by its numbers; one without an index keeps its place. */
function byIndex(a: string | null | undefined, b: string | null | undefined): number {
  if (a === undefined || a === null || b === undefined || b === null) return 0;
  const [left, right] = [a.split('.'), b.split('.')];
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const difference = Number(left[i] ?? -1) - Number(right[i] ?? -1);
    if (difference !== 0) return difference || 0;
  }
  return 0;
}
