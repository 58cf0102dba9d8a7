import type { Fetcher } from '../fetch/fetch.ts';
import type { ScriptEngine } from '../ecmascript/ecmascript.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import { DocumentLoader } from './document/document-loader.ts';
import type { LoadedDocument } from './document/loaded-document.ts';
import { prefetchFor } from './document/prefetch.ts';
import { dialogNamed } from './document/vxml-document.ts';
import { FetchResources } from './fetch-resources.ts';
import type { VxmlCommand, VxmlPlatformEvent } from './platform.ts';
import { GrammarCache } from './recognition/srgs-grammar-store.ts';
import type { ResourceRequest, Resources } from './resources.ts';
import { defaultLimits, type VxmlLimits } from './session/limits.ts';
import type { DialogEnd } from './session/run-session.ts';
import type { ConnectionValues, SessionInput } from './session/session-values.ts';
import type { Observe } from './session/trace.ts';
import { VxmlSession, type SessionParts } from './session/vxml-session.ts';

/** What a dialog is prepared or started with. Plain data. */
export interface DialogRequest {
  readonly dialog: string;
  /** Absolute; a fragment names the dialog in the document to start with. */
  readonly uri: string;
  readonly method?: 'get' | 'post';
  readonly enctype?: string;
  /** Sent with the fetch of the document. */
  readonly fields?: readonly { readonly name: string; readonly value: string }[];
  readonly timeoutMs?: number;
  readonly maxAgeSeconds?: number;
  readonly maxStaleSeconds?: number;
}

/** What only the start knows. Plain data. */
export interface StartRequest {
  readonly dialog: string;
  readonly connection?: ConnectionValues;
  /** `session.connection.ccxml.values.*` */
  readonly values?: Readonly<{ [name: string]: unknown }>;
  /** `session.connection.ccxml.namelist.*` */
  readonly namelist?: Readonly<{ [name: string]: unknown }>;
  readonly uui?: string;
}

/** What a host tells of its dialogs. Each dialog ends exactly once: by `failed` or by `ended`. */
export interface HostListener {
  readonly prepared: (dialog: string) => void;
  /** The document could not be had; `phase` says what was asked. */
  readonly failed: (dialog: string, event: string, reason: string) => void;
  readonly started: (dialog: string) => void;
  readonly ended: (dialog: string, end: DialogEnd) => void;
  readonly command: (dialog: string, command: VxmlCommand) => void;
  readonly trace?: ((dialog: string, trace: Parameters<Observe>[0]) => void) | undefined;
}

export interface HostParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly scripts: ScriptEngine;
  /** Either the shared fetcher with a folder for audio, or resources of the caller's own. */
  readonly fetcher?: Fetcher;
  readonly audioFolder?: string;
  readonly resources?: Resources;
  readonly limits?: Partial<VxmlLimits>;
  /** Platform defaults of properties, e.g. `{ timeout: '7s' }`. */
  readonly properties?: Readonly<{ [name: string]: string }>;
}

type Held =
  | { readonly state: 'preparing'; readonly request: DialogRequest; readonly abort: AbortController; start: StartRequest | undefined }
  | { readonly state: 'prepared'; readonly request: DialogRequest; readonly document: LoadedDocument }
  | { readonly state: 'running'; readonly session: VxmlSession };

/** The dialogs of one thread: prepares, runs and ends them. */
export class VxmlHost {
  readonly #parts: SessionParts;
  readonly #listener: HostListener;
  readonly #dialogs = new Map<string, Held>();

  constructor(parts: HostParts, listener: HostListener) {
    const limits = { ...defaultLimits, ...parts.limits };
    const resources = parts.resources ?? resourcesOf(parts);
    this.#parts = {
      clock: parts.clock, logger: parts.logger, scripts: parts.scripts, resources, limits, loader: new DocumentLoader(resources, limits), grammars: new GrammarCache(), properties: parts.properties ?? {},
    };
    this.#listener = listener;
  }

  get openDialogs(): number {
    return this.#dialogs.size;
  }

  memoryBytes(dialog: string): number {
    const held = this.#dialogs.get(dialog);
    return held?.state === 'running' ? held.session.memoryBytes() : 0;
  }

  /** → `prepared` or `failed` */
  prepare(request: DialogRequest): void {
    void this.#prepare(request, undefined);
  }

  /** Starts a prepared dialog, one that is still being prepared as soon as it is, or with `request` one that is not. → `started` or `failed`; later `ended` */
  start(start: StartRequest, request?: DialogRequest): void {
    const held = this.#dialogs.get(start.dialog);
    if (held?.state === 'prepared') return this.#run(held.request, held.document, start);
    if (held?.state === 'preparing') held.start = start;
    else if (held === undefined && request !== undefined) void this.#prepare(request, start);
    else if (held === undefined) this.#listener.failed(start.dialog, 'error.dialog.notstarted', `the dialog ${start.dialog} is not prepared`);
  }

  /** False: no such running dialog. */
  deliver(dialog: string, event: VxmlPlatformEvent): boolean {
    const held = this.#dialogs.get(dialog);
    if (held?.state !== 'running') return false;
    held.session.deliver(event);
    return true;
  }

  /** Ends a dialog in any state. → `ended`, also of one that was only prepared */
  terminate(dialog: string): boolean {
    const held = this.#dialogs.get(dialog);
    if (held === undefined) return false;
    if (held.state === 'running') held.session.terminate();
    else {
      if (held.state === 'preparing') held.abort.abort();
      this.#dialogs.delete(dialog);
      this.#listener.ended(dialog, { how: 'terminated', values: {} });
    }
    return true;
  }

  close(): void {
    for (const dialog of [...this.#dialogs.keys()]) this.terminate(dialog);
  }

  async #prepare(request: DialogRequest, start: StartRequest | undefined): Promise<void> {
    const { dialog } = request;
    const held: Held = { state: 'preparing', request, abort: new AbortController(), start };
    this.#dialogs.set(dialog, held);
    const loaded = await this.#parts.loader.load(requestOf(request), held.abort.signal);
    if (this.#dialogs.get(dialog) !== held) return;
    const id = fragmentOf(request.uri);
    if (!loaded.ok || (id !== undefined && dialogNamed(loaded.value.document, id) === undefined)) {
      this.#dialogs.delete(dialog);
      const { name, message } = loaded.ok ? { name: 'error.badfetch', message: `there is no dialog "${id ?? ''}" in ${request.uri}` } : loaded.error;
      return this.#listener.failed(dialog, name, message ?? name);
    }
    this.#dialogs.set(dialog, { state: 'prepared', request, document: loaded.value });
    prefetchFor(loaded.value, this.#parts.resources, this.#parts.properties);
    if (held.start === undefined) this.#listener.prepared(dialog);
    else this.#run(request, loaded.value, held.start);
  }

  #run(request: DialogRequest, document: LoadedDocument, start: StartRequest): void {
    const { dialog } = request;
    const input: SessionInput = {
      connection: start.connection, values: start.values ?? {}, namelist: start.namelist ?? {}, startPage: request.uri, uui: start.uui,
    };
    const { trace } = this.#listener;
    let session: VxmlSession;
    try {
      session = new VxmlSession(
        dialog, this.#parts, input, (command) => this.#listener.command(dialog, command), trace === undefined ? () => undefined : (step) => trace(dialog, step),
      );
    } catch (error) {
      // The engine opens no further context once its memory is used up; a fresh one takes its place when a dialog ends.
      this.#dialogs.delete(dialog);
      return this.#listener.failed(dialog, 'error.noresource', error instanceof Error ? error.message : String(error));
    }
    this.#dialogs.set(dialog, { state: 'running', session });
    this.#listener.started(dialog);
    const over = (end: DialogEnd): void => {
      this.#dialogs.delete(dialog);
      this.#listener.ended(dialog, end);
    };
    session.run(document, fragmentOf(request.uri)).then(over, (bug: unknown) => {
      this.#parts.logger.error({ dialog, error: bug instanceof Error ? (bug.stack ?? bug.message) : String(bug) }, 'a dialog ended by a bug of the interpreter');
      over({ how: 'error', values: {}, event: 'error', reason: 'internal error' });
    });
  }
}

function resourcesOf({ fetcher, audioFolder }: HostParts): Resources {
  if (fetcher === undefined || audioFolder === undefined) throw new Error('a VoiceXML host needs a fetcher and an audio folder, or resources');
  return new FetchResources(fetcher, audioFolder);
}

const fragmentOf = (uri: string): string | undefined => (uri.includes('#') ? uri.slice(uri.indexOf('#') + 1) || undefined : undefined);

function requestOf(request: DialogRequest): ResourceRequest {
  return {
    uri: request.uri.replace(/#.*$/, ''), method: request.method ?? 'get', enctype: request.enctype ?? 'application/x-www-form-urlencoded', fields: request.fields ?? [],
    timeoutMs: request.timeoutMs ?? 15_000,
    ...(request.maxAgeSeconds === undefined ? {} : { maxAgeSeconds: request.maxAgeSeconds }), ...(request.maxStaleSeconds === undefined ? {} : { maxStaleSeconds: request.maxStaleSeconds }),
  };
}
