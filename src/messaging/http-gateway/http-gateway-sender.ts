import type { MessageSender, OutgoingMessage, SendOutcome } from '../messaging.ts';

export interface HttpGatewaySettings {
  readonly url: string;
  /** `json`: an object; `form`: application/x-www-form-urlencoded. */
  readonly format: 'json' | 'form';
  readonly headers: Readonly<Record<string, string>>;
  /** What the gateway calls each part. */
  readonly fields: { readonly to: string; readonly from: string; readonly text: string; readonly id: string };
  /** Further fields, the same in every message. */
  readonly more: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** The request never left: nobody was there to take it. */
const unsent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT', 'CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'ERR_TLS_CERT_ALTNAME_INVALID']);
const longestDetail = 300;

/** Text messages by the HTTP interface of a gateway: one POST each. A 2xx answer means that the gateway has taken it over. */
export class HttpGatewaySender implements MessageSender {
  readonly #settings: HttpGatewaySettings;

  constructor(settings: HttpGatewaySettings) {
    this.#settings = settings;
  }

  async send(message: OutgoingMessage): Promise<SendOutcome> {
    const { url, format, headers, fields, more, timeoutMs } = this.#settings;
    const body = { ...more, [fields.to]: message.to, [fields.from]: message.from, [fields.text]: message.text, [fields.id]: message.id };
    try {
      const response = await fetch(url, {
        method: 'POST', redirect: 'manual', signal: AbortSignal.timeout(timeoutMs),
        headers: { 'content-type': format === 'json' ? 'application/json' : 'application/x-www-form-urlencoded', ...headers },
        body: format === 'json' ? JSON.stringify(body) : new URLSearchParams(body).toString(),
      });
      // The status alone decides; an answer that breaks off after it changes nothing.
      const detail = `${response.status} ${(await response.text().catch(() => '')).slice(0, longestDetail)}`.trim();
      if (response.ok) return { how: 'sent', detail };
      // RFC 9110 §15.6.5: a gateway that got no answer in time does not know either.
      if (response.status === 504) return { how: 'unknown', reason: detail };
      return { how: 'failed', reason: detail };
    } catch (error) {
      const { message: words, cause } = error as Error;
      const code = (cause as { code?: string } | undefined)?.code ?? '';
      return { how: unsent.has(code) ? 'failed' : 'unknown', reason: code === '' ? words : `${words}: ${code}` };
    }
  }
}
