import { createHash } from 'node:crypto';
import { open, realpath } from 'node:fs/promises';
import { extname, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail, ok, type Result } from '../kernel/result.ts';
import type { FetchError, Resource } from './fetch.ts';

const types: Readonly<Record<string, string>> = {
  '.vxml': 'application/voicexml+xml', '.ccxml': 'application/ccxml+xml', '.grxml': 'application/srgs+xml', '.gram': 'application/srgs', '.xml': 'text/xml',
  '.js': 'text/javascript', '.es': 'text/javascript', '.wav': 'audio/x-wav', '.au': 'audio/basic', '.ulaw': 'audio/basic', '.alaw': 'audio/x-alaw-basic',
  '.mp3': 'audio/mpeg', '.ogg': 'audio/ogg', '.ssml': 'application/ssml+xml', '.txt': 'text/plain', '.json': 'application/json',
};

/** The media type a file's ending stands for; empty when it stands for none. */
export function contentTypeOf(path: string): string {
  return types[extname(path).toLowerCase()] ?? '';
}

/** Reads `file:` addresses below the given folders only, symbolic links followed and judged by where they lead. */
export class FileSource {
  readonly #roots: readonly string[];
  #resolved: Promise<readonly string[]> | undefined;

  constructor(roots: readonly string[]) {
    this.#roots = roots;
  }

  async read(uri: string, maxBytes: number): Promise<Result<Resource, FetchError>> {
    const refuse = (kind: FetchError['kind'], message: string): Result<Resource, FetchError> => fail({ kind, uri, message: `${uri}: ${message}` });
    let path: string;
    try {
      const url = new URL(uri);
      url.search = '';
      url.hash = '';
      path = fileURLToPath(url);
    } catch {
      return refuse('uri', 'is no address of a file');
    }
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
        const { size } = await handle.stat().then((s) => (s.isFile() ? s : { size: -1 }));
        if (size < 0) return refuse('missing', 'is not a file');
        if (size > maxBytes) return refuse('too-large', `has ${size} octets; at most ${maxBytes} are taken`);
        const body = await handle.readFile();
        const version = createHash('sha1').update(uri).update('\n').update(body).digest('base64url');
        return ok({ uri, status: 200, contentType: contentTypeOf(real), headers: {}, body, fromCache: false, version });
      } finally {
        await handle.close();
      }
    } catch (error) {
      return refuse('missing', `cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown error'}`);
    }
  }
}
