import type { DialogId } from '../../kernel/ids.ts';
import type { Reply } from '../../kernel/result.ts';
import type { CcxmlPlatform, PlatformEvent } from '../platform.ts';

/** What runs dialogs in the simulated world. Outcomes go to the sink it was made with, as the platform's events. */
export interface SimulatedDialogs {
  prepare(command: Parameters<CcxmlPlatform['prepareDialog']>[0]): Reply;
  start(command: Parameters<CcxmlPlatform['startDialog']>[0]): Reply;
  terminate(dialog: DialogId, immediate: boolean): Reply;
  send(dialog: DialogId, event: string, data: Readonly<Record<string, unknown>>): Reply;
  transferResult(dialog: DialogId, result: Readonly<Record<string, unknown>>): Reply;
  /** A digit of an endpoint that the dialog hears. */
  digit(dialog: DialogId, digit: string): void;
}

export type SimulatedDialogsFactory = (sink: (event: PlatformEvent) => void) => SimulatedDialogs;
