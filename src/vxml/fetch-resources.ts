import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { FetchError, Fetcher, FetchRequest, FormField, Resource, Streaming } from '../fetch/fetch.ts';
import { headBytes, streamedFormat } from '../audio/streamed-format.ts';
import { decodeXml } from '../xml/decode-xml.ts';
import type { AudioOutcome, FetchFailure, ResourceOutcome, ResourceRequest, Resources, SubmitField } from './resources.ts';
import { StreamedAudio } from './streamed-audio.ts';

/** Long audio sounds while it comes. Its header is judged first, as what cannot be decoded has an alternative that is said (§4.1.3). */
const streaming: Streaming = {
  aboveBytes: 1024 * 1024, afterMs: 300, headBytes,
  accepts: (head, contentType, uri) => streamedFormat(head, `audio${endingOf(contentType, uri)}`) !== undefined,
};

/** `Resources` on the shared fetcher. Audio that came over the network is kept in `audioFolder` by its content, for the media plane to play. */
export class FetchResources implements Resources {
  readonly #fetcher: Fetcher;
  readonly #audioFolder: string;
  readonly #written = new Map<string, string>();
  readonly #streamed: StreamedAudio;

  constructor(fetcher: Fetcher, audioFolder: string) {
    this.#fetcher = fetcher;
    this.#audioFolder = audioFolder;
    this.#streamed = new StreamedAudio(audioFolder);
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
    const { uri, method, fields, referrer, maxAgeSeconds } = request;
    const key = `${uri} ${referrer}`;
    const plain = method === 'get' && fields.length === 0 && maxAgeSeconds === undefined;
    const underWay = plain ? this.#streamed.join(key, signal) : undefined;
    if (underWay !== undefined) return { ok: true, path: underWay };
    const outcome = await this.#fetcher.fetch({ ...(await this.#request(request, signal)), streaming });
    if (!outcome.ok) return failure(outcome.error);
    const resource = outcome.value;
    if (resource.rest !== undefined) return { ok: true, path: await this.#streamed.take(key, resource, resource.rest, endingOf(resource.contentType, resource.uri), signal), ...(resource.contentType === '' ? {} : { contentType: resource.contentType }) };
    if (!isAudio(resource)) return { ok: false, kind: 'unreachable', message: `${resource.uri} is no audio (${resource.contentType === '' ? 'no type' : resource.contentType})` };
    const path = await this.#keep(resource);
    return { ok: true, path, ...(resource.contentType === '' ? {} : { contentType: resource.contentType }) };
  }

  release(path: string, signal: AbortSignal): void {
    this.#streamed.release(path, signal);
  }

  /** One file per content. Written under another name first, so that no reader meets half a file. */
  async #keep(resource: Resource): Promise<string> {
    const known = this.#written.get(resource.version);
    if (known !== undefined && (await exists(known))) return known;
    const digest = createHash('sha256').update(resource.version).digest('hex').slice(0, 24);
    const path = join(this.#audioFolder, digest + endingOf(resource.contentType, resource.uri));
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

const rawEndings: Readonly<Record<string, string>> = { 'audio/basic': '.ulaw', 'audio/x-alaw-basic': '.alaw', 'audio/g722': '.g722' };

const endings: Readonly<Record<string, string>> = {
  'audio/x-wav': '.wav', 'audio/wav': '.wav', 'audio/vnd.wave': '.wav', 'audio/mpeg': '.mp3', 'audio/ogg': '.ogg',
};

/** The ending of a file's name, with its dot. Headerless audio shows by its type alone, so the type goes before the name. */
function endingOf(contentType: string, uri: string): string {
  const type = contentType.replace(/;.*$/s, '').trim().toLowerCase();
  return rawEndings[type] ?? /\.[A-Za-z0-9]{1,5}$/.exec(new URL(uri).pathname)?.[0] ?? endings[type] ?? '';
}

const rawNames = /\.(ul|ulaw|pcmu|mulaw|au|al|alaw|pcma|g722|722)$/i;

/** §4.1.3: what is no audio that can be played (the page of an error, say) counts as audio that cannot be had. */
function isAudio({ body, contentType, uri }: Resource): boolean {
  const start = String.fromCharCode(...body.subarray(0, 4));
  // A header that cannot be read, or of what is not decoded, shows here: by the time of the play it is too late for the alternative.
  if (start === 'RIFF' || start === '.snd') return streamedFormat(body, '') !== undefined;
  if (start === 'OggS' || start.startsWith('ID3') || (body[0] === 0xff && ((body[1] ?? 0) & 0xe0) === 0xe0)) return true;
  return Object.hasOwn(rawEndings, contentType.replace(/;.*$/s, '').trim().toLowerCase()) || rawNames.test(new URL(uri).pathname);
}
