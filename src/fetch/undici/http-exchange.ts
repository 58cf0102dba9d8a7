import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';
import { request, type Dispatcher } from 'undici';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { FetchError, Rest, Streaming } from '../fetch.ts';
import { ForbiddenAddress } from './guarded-agent.ts';
import { HandingOn, restOf, type RestLimits } from './handing-on.ts';

export interface HttpRequest {
  readonly uri: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'HEAD';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
  readonly maxBytes: number;
  readonly streaming?: Streaming & RestLimits;
  readonly signal: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly setCookie: readonly string[];
  readonly body: Uint8Array;
  /** What comes after `body`, where it was handed on. */
  readonly rest?: Rest;
}

/** One request and its whole, decoded response, or with `streaming` the beginning of a long one; no redirects, no cache. */
export async function httpExchange(agent: Dispatcher, wanted: HttpRequest): Promise<Result<HttpResponse, FetchError>> {
  const refuse = (kind: FetchError['kind'], message: string): Result<HttpResponse, FetchError> => fail({ kind, uri: wanted.uri, message: `${wanted.uri}: ${message}` });
  try {
    const response = await request(wanted.uri, {
      dispatcher: agent, method: wanted.method, headers: { 'accept-encoding': 'gzip, deflate, br', ...wanted.headers },
      body: wanted.body ?? null, signal: wanted.signal,
    });
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(response.headers)) {
      if (value !== undefined) headers[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
    }
    const cookies = response.headers['set-cookie'] ?? [];
    const setCookie = Array.isArray(cookies) ? cookies : [cookies];
    const status = response.statusCode;
    const streams = status >= 200 && status <= 299 && headers['content-encoding'] === undefined && wanted.streaming !== undefined;
    const handing = streams ? new HandingOn(wanted.streaming, wanted.uri, headers) : undefined;
    const reading = response.body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    const pieces: Uint8Array[] = [];
    let length = 0;
    try {
      for (let next = reading.next(); ; ) {
        const got = await (handing?.late === false ? Promise.race([next, handing.due]) : next);
        if (got !== 'due') {
          if (got.done === true) break;
          length += got.value.byteLength;
          pieces.push(got.value);
          next = reading.next();
          // Whoever goes on awaits it; whoever gives up does not.
          next.catch(() => undefined);
        }
        if (handing?.ready(pieces, length) === true) {
          const close = (): void => void response.body.destroy();
          wanted.signal.addEventListener('abort', close, { once: true });
          const said = Number(headers['content-length'] ?? 0);
          if (said > handing.limits.maxBytes) {
            close();
            return refuse('too-large', `is larger than ${handing.limits.maxBytes} octets`);
          }
          const rest = restOf({ uri: wanted.uri, next, reading, pieces: [...pieces], length, close, limits: handing.limits });
          return ok({ status, headers, setCookie, body: Buffer.concat(pieces), rest });
        }
        if (length > wanted.maxBytes) {
          response.body.destroy();
          return refuse('too-large', `is larger than ${wanted.maxBytes} octets`);
        }
      }
    } finally {
      handing?.end();
    }
    const decoded = await decoding(Buffer.concat(pieces), headers['content-encoding'], wanted.maxBytes);
    if (!decoded.ok) return refuse(decoded.error.kind, decoded.error.message);
    if (headers['content-encoding'] !== undefined) {
      delete headers['content-encoding'];
      delete headers['content-length'];
    }
    return ok({ status, headers, setCookie, body: decoded.value });
  } catch (error) {
    const cause = causeOf(error);
    if (wanted.signal.aborted) return refuse('aborted', 'the fetch was given up');
    if (cause instanceof ForbiddenAddress || cause.name === 'ForbiddenAddress') return refuse('forbidden', cause.message);
    return refuse('network', cause.message === '' ? (cause as NodeJS.ErrnoException).code ?? cause.name : cause.message);
  }
}

function causeOf(error: unknown): Error {
  let cause: unknown = error;
  for (let i = 0; i < 5 && cause instanceof Error; i++) {
    if (cause.name === 'ForbiddenAddress') return cause;
    const inner: unknown = (cause as { errors?: unknown[] }).errors?.[0] ?? cause.cause;
    if (inner === undefined) break;
    cause = inner;
  }
  return cause instanceof Error ? cause : new Error(String(cause));
}

type Decompress = (data: Uint8Array, options: { maxOutputLength: number }) => Promise<Buffer>;
const decoders: Readonly<Record<string, Decompress>> = {
  gzip: promisify(gunzip) as Decompress, 'x-gzip': promisify(gunzip) as Decompress, br: promisify(brotliDecompress) as Decompress,
};

async function decoding(body: Buffer, encoding: string | undefined, maxBytes: number): Promise<Result<Uint8Array, { kind: 'content' | 'too-large'; message: string }>> {
  let data: Uint8Array = body;
  for (const name of (encoding ?? '').toLowerCase().split(',').map((n) => n.trim()).filter((n) => n !== '' && n !== 'identity').reverse()) {
    if (data.byteLength === 0) return ok(data);
    const decoder = name === 'deflate' ? deflateOf(data) : decoders[name];
    if (decoder === undefined) return fail({ kind: 'content', message: `has the unknown encoding ${name}` });
    try {
      data = await decoder(data, { maxOutputLength: maxBytes });
    } catch (error) {
      const large = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
      return fail(large ? { kind: 'too-large', message: `is larger than ${maxBytes} octets` } : { kind: 'content', message: `is no ${name} data` });
    }
  }
  return ok(data);
}

/** "deflate" is sent with and without the zlib header. */
function deflateOf(data: Uint8Array): Decompress {
  return promisify(((data[0] ?? 0) & 0x0f) === 8 ? inflate : inflateRaw) as Decompress;
}
