import type { DialogRequest, HostListener, StartRequest } from '../host.ts';
import type { VxmlPlatformEvent } from '../platform.ts';

/**
 * Runs VoiceXML dialogs. Requests are accepted at once; everything comes back through the `HostListener` given at creation, per dialog in
 * order: `prepared`? → `started` → `command`… → `ended`, or `failed` in place of `prepared` or `started`. Each dialog ends exactly once.
 */
export interface VxmlServer {
  /** Fetches and compiles the document. → `prepared` | `failed` */
  prepare(request: DialogRequest): void;
  /** Runs a prepared dialog, or with `request` prepares and runs it. → `started` | `failed`; later `ended` */
  start(start: StartRequest, request?: DialogRequest): void;
  /** An event of the telephone, or of whoever started the dialog. Unknown dialogs are ignored. */
  deliver(dialog: string, event: VxmlPlatformEvent): void;
  /** Ends a dialog in any state. → `ended` with `how: 'terminated'` */
  terminate(dialog: string): void;
  /** Dialogs that were not ended yet. */
  readonly openDialogs: number;
  /** Ends every dialog, the worker threads and connections. */
  stop(): Promise<void>;
}

export type VxmlListener = HostListener;
