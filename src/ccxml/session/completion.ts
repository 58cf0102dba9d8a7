import type { LoadedDocument } from '../document/ccxml-document.ts';

/** How executing an element ended (the completion record; no exception is used for flow). */
export type Completion =
  | { readonly type: 'normal' }
  /** An ECMAScript error in an attribute: error.semantic is queued and the transition ends (§9.1). */
  | { readonly type: 'abort' }
  | { readonly type: 'exit'; readonly value: unknown; readonly values: Readonly<Record<string, unknown>> }
  | { readonly type: 'goto'; readonly document: LoadedDocument }
  /** A sandbox limit was hit: the session ends. */
  | { readonly type: 'limit'; readonly reason: string };

export const normal: Completion = { type: 'normal' };
export const abort: Completion = { type: 'abort' };
