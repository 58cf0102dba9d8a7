import { basename } from 'node:path';
import type { PromptItem } from '../platform.ts';

/** What one prompt says, on one line: text as it is, audio as `[audio:FILE]`, white space collapsed. */
export function promptText(items: readonly PromptItem[]): string {
  const part = (item: PromptItem): string => {
    if (item.kind === 'text') return item.text;
    if (item.kind === 'audio') return `[audio:${basename(new URL(item.uri).pathname)}]`;
    return item.kind === 'recording' ? '[audio:recording]' : '';
  };
  return items.map(part).join('').replace(/\s+/g, ' ').trim();
}
