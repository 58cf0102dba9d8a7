import type { PromptItem } from '../platform.ts';

/** What the interpreter tells an onlooker (terminal, tests): it decides nothing. */
export type Trace =
  /** One executed prompt, as it was queued. */
  | { readonly kind: 'prompt'; readonly items: readonly PromptItem[]; readonly place: string }
  | { readonly kind: 'log'; readonly label: string | undefined; readonly text: string }
  | { readonly kind: 'event'; readonly event: string; readonly message: string | undefined; readonly place: string | undefined }
  /** A step of the form interpretation algorithm. */
  | { readonly kind: 'step'; readonly step: 'document' | 'dialog' | 'select' | 'visit' | 'collect' | 'filled' | 'catch' | 'fetch' | 'end'; readonly detail: string };

export type Observe = (trace: Trace) => void;
