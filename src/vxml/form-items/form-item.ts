import type { Completion } from '../fia/completion.ts';
import type { ItemState } from '../fia/dialog-state.ts';
import type { Frame } from '../session/frame.ts';

/** What one kind of form item does in the collect and process phases. */
export interface FormItem {
  readonly tag: string;
  /** Input items are what `<submit>` sends and `<filled mode="all">` waits for (§2.3). */
  readonly input: boolean;
  /** Queues prompts before it is visited; blocks do not. */
  readonly prompts: boolean;
  readonly visit: (item: ItemState, frame: Frame) => Promise<Completion>;
}
