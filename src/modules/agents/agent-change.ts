import type { AgentId, JobId } from '../../kernel/ids.ts';

/** What the rest of the server is told of agents. */
export type AgentChange =
  /** Any change of state, told before the more exact words below. */
  | { readonly what: 'state'; readonly agent: AgentId; readonly job: JobId | undefined }
  | { readonly what: 'idle'; readonly agent: AgentId; readonly job: JobId | undefined }
  | { readonly what: 'on' | 'off'; readonly agent: AgentId; readonly job: JobId | undefined }
  | { readonly what: 'wrapped'; readonly agent: AgentId; readonly job: JobId | undefined; readonly wrapMs: number };
