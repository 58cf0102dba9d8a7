import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { FetchError, Fetcher, FetchRequest, FormField, Resource } from '../fetch/fetch.ts';
import { decodeXml } from '../xml/decode-xml.ts';
import type { AudioOutcome, FetchFailure, ResourceOutcome, ResourceRequest, Resources, SubmitField } from './resources.ts';

/** `Resources` on the shared fetcher. Audio that came over the network is kept in `audioFolder` by its content, for the media plane to play. */
export class FetchResources implements Resources {
  readonly #fetcher: Fetcher;
  readonly #audioFolder: string;
  readonly #written = new Map<string, string>();

  constructor(fetcher: Fetcher, audioFolder: string) {
    this.#fetcher = fetcher;
    this.#audioFolder = audioFolder;
  }

  async fetch(request: ResourceRequest, signal: AbortSignal): Promise<ResourceOutcome> {
    const asked = await this.#request(request, signal);
    const outcome = await this.#fetcher.fetch(asked);
    if (!outcome.ok) return failure(outcome.error);
    const { body, contentType, uri, fromCache } = outcome.value;
    const text = decodeXml(body, contentType === '' ? undefined : contentType);
    if (!text.ok) return { ok: false, kind: 'unreachable', message: `${uri}: ${text.message}` };
    return { ok: true, uri, contentType: contentType === '' ? undefined : contentType, bytes: body, text: text.text, fromCache };
  }

  prefetch({ uri, timeoutMs }: Pick<ResourceRequest, 'uri' | 'timeoutMs'>): void {
    this.#fetcher.prefetch({ uri, timeoutMs });
  }

  async audio(request: ResourceRequest, signal: AbortSignal): Promise<AudioOutcome> {
    const outcome = await this.#fetcher.fetch(await this.#request(request, signal));
    if (!outcome.ok) return failure(outcome.error);
    const resource = outcome.value;
    if (!isAudio(resource)) return { ok: false, kind: 'unreachable', message: `${resource.uri} is no audio (${resource.contentType === '' ? 'no type' : resource.contentType})` };
    const path = await this.#keep(resource);
    return { ok: true, path, ...(resource.contentType === '' ? {} : { contentType: resource.contentType }) };
  }

  /** One file per content. Written under another name first, so that no reader meets half a file. */
  async #keep(resource: Resource): Promise<string> {
    const known = this.#written.get(resource.version);
    if (known !== undefined && (await exists(known))) return known;
    const digest = createHash('sha256').update(resource.version).digest('hex').slice(0, 24);
    const type = resource.contentType.replace(/;.*$/s, '').trim().toLowerCase();
    // Headerless audio shows by its type alone, so the type goes before the name.
    const ending = rawEndings[type] ?? /\.[A-Za-z0-9]{1,5}$/.exec(new URL(resource.uri).pathname)?.[0] ?? endings[type] ?? '';
    const path = join(this.#audioFolder, digest + ending);
    if (!(await exists(path))) {
      await mkdir(this.#audioFolder, { recursive: true });
      await writeFile(`${path}.part`, resource.body);
      await rename(`${path}.part`, path);
    }
    this.#written.set(resource.version, path);
    if (this.#written.size > 10_000) this.#written.delete(this.#written.keys().next().value as string);
    return path;
  }

  async #request(request: ResourceRequest, signal: AbortSignal): Promise<FetchRequest> {
    const parameters: FormField[] = [];
    for (const field of request.fields) parameters.push(await formField(field));
    return {
      uri: request.uri, method: request.method === 'post' ? 'POST' : 'GET', timeoutMs: request.timeoutMs, signal,
      ...(parameters.length === 0 ? {} : { parameters }),
      encoding: request.enctype === 'multipart/form-data' ? 'multipart/form-data' : 'application/x-www-form-urlencoded',
      ...(request.maxAgeSeconds === undefined ? {} : { maxAge: request.maxAgeSeconds }),
      ...(request.maxStaleSeconds === undefined ? {} : { maxStale: request.maxStaleSeconds }),
      ...(request.referrer === undefined ? {} : { headers: { referer: request.referrer } }),
    };
  }
}

async function formField(field: SubmitField): Promise<FormField> {
  if ('value' in field) return field;
  return { name: field.name, data: await readFile(field.path), contentType: field.contentType, filename: basename(field.path) };
}

function failure(error: FetchError): FetchFailure {
  const { kind, message } = error;
  if (kind === 'status' && error.status !== undefined) return { ok: false, kind: 'status', status: error.status, message };
  if (kind === 'timeout' || kind === 'scheme' || kind === 'too-large' || kind === 'aborted') return { ok: false, kind, message };
  return { ok: false, kind: 'unreachable', message };
}

const exists = (path: string): Promise<boolean> => stat(path).then(() => true, () => false);

const rawEndings: Readonly<Record<string, string>> = { 'audio/basic': '.ulaw', 'audio/x-alaw-basic': '.alaw' };

const endings: Readonly<Record<string, string>> = {
  'audio/x-wav': '.wav', 'audio/wav': '.wav', 'audio/vnd.wave': '.wav', 'audio/mpeg': '.mp3', 'audio/ogg': '.ogg',
};

const rawNames = /\.(ul|ulaw|pcmu|mulaw|au|al|alaw|pcma)$/i;

/** §4.1.3: what is no audio at all (the page of an error, say) counts as audio that cannot be had. */
function isAudio({ body, contentType, uri }: Resource): boolean {
  const start = String.fromCharCode(...body.subarray(0, 4));
  if (['RIFF', 'OggS', '.snd'].includes(start) || start.startsWith('ID3') || (body[0] === 0xff && ((body[1] ?? 0) & 0xe0) === 0xe0)) return true;
  return Object.hasOwn(rawEndings, contentType.replace(/;.*$/s, '').trim().toLowerCase()) || rawNames.test(new URL(uri).pathname);
}
