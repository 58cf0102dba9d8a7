import type { DialogRequest, StartRequest } from '../host.ts';
import type { VxmlCommand, VxmlPlatformEvent } from '../platform.ts';
import type { DialogEnd } from '../session/run-session.ts';
import type { Trace } from '../session/trace.ts';
import type { VxmlConfiguration } from './configuration.ts';

/** Between the server and a worker thread: data only. */
export type ToWorker =
  | { readonly kind: 'prepare'; readonly request: DialogRequest }
  | { readonly kind: 'start'; readonly start: StartRequest; readonly request: DialogRequest | undefined }
  | { readonly kind: 'deliver'; readonly dialog: string; readonly event: VxmlPlatformEvent }
  | { readonly kind: 'terminate'; readonly dialog: string }
  | { readonly kind: 'ping' }
  | { readonly kind: 'stop' };

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'prepared' | 'started'; readonly dialog: string }
  | { readonly kind: 'failed'; readonly dialog: string; readonly event: string; readonly reason: string }
  | { readonly kind: 'ended'; readonly dialog: string; readonly end: DialogEnd }
  | { readonly kind: 'command'; readonly dialog: string; readonly command: VxmlCommand }
  | { readonly kind: 'trace'; readonly dialog: string; readonly trace: Trace }
  | { readonly kind: 'log'; readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly fields: Readonly<Record<string, unknown>>; readonly message: string }
  | { readonly kind: 'pong' }
  | { readonly kind: 'stopped' };

export interface WorkerStart {
  readonly configuration: VxmlConfiguration;
  readonly trace: boolean;
}
