import { processInput } from '../fia/process-input.ts';
import { activeGrammars } from '../recognition/active-grammars.ts';
import { waitForInput } from '../recognition/wait-for-input.ts';
import type { FormItem } from './form-item.ts';

/** §2.2: a menu is a form with one anonymous field, which is never filled. */
export const menuItem: FormItem = {
  tag: 'menu',
  input: false,
  prompts: true,
  async visit(_item, frame) {
    const grammars = await activeGrammars(frame, false);
    if (!grammars.ok) return grammars.completion;
    return processInput(await waitForInput(frame, grammars.value), frame);
  },
};
