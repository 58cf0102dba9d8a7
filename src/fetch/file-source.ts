import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { extname, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../kernel/clock.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import type { FetchError, Resource, Streaming } from './fetch.ts';

const types: Readonly<Record<string, string>> = {
  '.vxml': 'application/voicexml+xml', '.ccxml': 'application/ccxml+xml', '.grxml': 'application/srgs+xml', '.gram': 'application/srgs', '.xml': 'text/xml',
  '.js': 'text/javascript', '.es': 'text/javascript', '.wav': 'audio/x-wav', '.au': 'audio/basic', '.ulaw': 'audio/basic', '.alaw': 'audio/x-alaw-basic',
  '.mp3': 'audio/mpeg', '.ogg': 'audio/ogg', '.ssml': 'application/ssml+xml', '.txt': 'text/plain', '.json': 'application/json',
};

/** The media type a file's ending stands for; empty when it stands for none. */
export function contentTypeOf(path: string): string {
  return types[extname(path).toLowerCase()] ?? '';
}

/** What was read, and of which state of the file. */
interface KeptFile {
  readonly stamp: string;
  readonly resource: Resource;
  lookedAt: number;
}

/** How long a file that was just looked at is taken as unchanged, ms: many sessions start on the same page in the same moment. */
const trustMs = 100;
/** Octets of files kept, all together; larger ones are read each time. */
const maxKept = 32 * 1024 * 1024;

/** Reads `file:` addresses below the given folders only, symbolic links followed and judged by where they lead. A file that did not change is not read again. */
export class FileSource {
  readonly #roots: readonly string[];
  readonly #clock: Clock;
  readonly #kept = new Map<string, KeptFile>();
  #keptBytes = 0;
  #resolved: Promise<readonly string[]> | undefined;

  constructor(roots: readonly string[], clock: Clock) {
    this.#roots = roots;
    this.#clock = clock;
  }

  /** With `streaming` a longer file, up to that `maxBytes`, is handed on by its beginning. */
  async read(uri: string, maxBytes: number, streaming?: Streaming & { readonly maxBytes: number }): Promise<Result<Resource, FetchError>> {
    const refuse = (kind: FetchError['kind'], message: string): Result<Resource, FetchError> => fail({ kind, uri, message: `${uri}: ${message}` });
    const kept = this.#kept.get(uri);
    if (kept !== undefined && kept.resource.body.length <= maxBytes && this.#clock.monotonic() - kept.lookedAt < trustMs) return ok(kept.resource);
    const path = pathOf(uri);
    if (path === undefined) return refuse('uri', 'is no address of a file');
    this.#resolved ??= Promise.all(this.#roots.map(async (root) => realpath(root).catch(() => root)));
    const roots = await this.#resolved;
    const below = (real: string): boolean => roots.some((root) => real === root || real.startsWith(root.endsWith(sep) ? root : root + sep));
    let real: string;
    try {
      real = await realpath(path);
    } catch {
      return below(path) ? refuse('missing', 'there is no such file') : refuse('forbidden', 'files outside the configured folders cannot be fetched');
    }
    if (!below(real)) return refuse('forbidden', 'files outside the configured folders cannot be fetched');
    try {
      const handle = await open(real, 'r');
      try {
        const about = await handle.stat();
        if (!about.isFile()) return refuse('missing', 'is not a file');
        if (about.size > maxBytes && streaming !== undefined && about.size <= streaming.maxBytes) {
          const { bytesRead, buffer } = await handle.read(Buffer.alloc(streaming.headBytes), 0, streaming.headBytes, 0);
          const head = buffer.subarray(0, bytesRead);
          if (streaming.accepts(head, contentTypeOf(real), uri)) return ok(beginning(uri, real, head));
        }
        if (about.size > maxBytes) return refuse('too-large', `has ${about.size} octets; at most ${maxBytes} are taken`);
        const stamp = `${real} ${about.dev} ${about.ino} ${about.mtimeMs} ${about.ctimeMs} ${about.size}`;
        if (kept?.stamp === stamp) {
          kept.lookedAt = this.#clock.monotonic();
          return ok(kept.resource);
        }
        const body = await handle.readFile();
        const version = createHash('sha1').update(uri).update('\n').update(body).digest('base64url');
        const resource: Resource = { uri, status: 200, contentType: contentTypeOf(real), headers: {}, body, fromCache: false, version };
        this.#keep(uri, { stamp, resource, lookedAt: this.#clock.monotonic() });
        return ok(resource);
      } finally {
        await handle.close();
      }
    } catch (error) {
      return refuse('missing', `cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown error'}`);
    }
  }

  #keep(uri: string, file: KeptFile): void {
    this.#forget(uri);
    if (file.resource.body.length > maxKept / 8) return;
    this.#kept.set(uri, file);
    this.#keptBytes += file.resource.body.length;
    for (const oldest of this.#kept.keys()) {
      if (this.#keptBytes <= maxKept) break;
      this.#forget(oldest);
    }
  }

  #forget(uri: string): void {
    this.#keptBytes -= this.#kept.get(uri)?.resource.body.length ?? 0;
    this.#kept.delete(uri);
  }
}

function pathOf(uri: string): string | undefined {
  try {
    const url = new URL(uri);
    url.search = '';
    url.hash = '';
    return fileURLToPath(url);
  } catch {
    return undefined;
  }
}

function beginning(uri: string, path: string, head: Uint8Array): Resource {
  const stream = createReadStream(path, { start: head.byteLength });
  stream.on('error', () => undefined);
  const rest = { close: () => void stream.destroy(), [Symbol.asyncIterator]: () => stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array> };
  const version = createHash('sha1').update(uri).update('\n').update(head).digest('base64url');
  return { uri, status: 200, contentType: contentTypeOf(path), headers: {}, body: head, fromCache: false, version, rest };
}
