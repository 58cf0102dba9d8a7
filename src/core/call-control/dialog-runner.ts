import type { ConnectionId, DialogId, MediaId, SessionId } from '../../kernel/ids.ts';
import type { MediaEvent } from '../../media/media.ts';
import type { Reply } from '../../kernel/result.ts';
import type { ConnectionFacts, DialogFetch, PlatformEvent } from '../../ccxml/platform.ts';

/**
 * Runs dialogs (VoiceXML) on a media node. Implemented in `wiring/`, where the VoiceXML interpreter and the media port meet;
 * call control only opens the node and passes commands on. Outcomes are the `dialog.*` events of the CCXML platform.
 */
export interface DialogRunner {
  start(listener: (event: DialogEvent) => void): void;
  /** Fetches and compiles without running. → `dialog.prepared` | `dialog.failed` */
  prepare(command: DialogLaunch): Reply;
  /** Runs a prepared dialog, or prepares and runs it. → `dialog.started` … `dialog.exit` | `dialog.failed` */
  run(command: DialogLaunch): Reply;
  terminate(command: { dialog: DialogId; immediate: boolean }): Reply;
  deliver(command: { dialog: DialogId; event: string; data: Readonly<Record<string, unknown>> }): Reply;
  /** The far end hung up: the dialog sees `connection.disconnect.hangup` and finishes. `transferred`: it went where the dialog sent it. */
  hangUp(dialog: DialogId, transferred?: boolean): void;
  /** An event of the dialog's own media node: digits, play and record outcomes, audio. */
  onMedia(dialog: DialogId, event: MediaEvent): void;
  transferResult(command: { dialog: DialogId; result: Readonly<Record<string, unknown>> }): Reply;
  stop(): Promise<void>;
}

export type DialogEvent = Extract<PlatformEvent, { readonly dialog: DialogId }>;

export interface DialogLaunch {
  readonly dialog: DialogId;
  readonly session: SessionId;
  readonly node: MediaId;
  /** Absent when a prepared dialog is run. */
  readonly src?: string;
  readonly type?: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly fetch?: DialogFetch;
  /** The connection that it talks to, when it is one. */
  readonly connection?: { readonly id: ConnectionId; readonly facts: ConnectionFacts };
}
