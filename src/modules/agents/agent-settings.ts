/** How long agents may stay in each state, and what they get by default. Durations in milliseconds. */
export interface AgentSettings {
  /** AGTNailupChange(PendingNailUp) unanswered for this long: no longer available. */
  readonly pendingNailMs: number;
  /** Nailing Call Timeout, all tries included. */
  readonly nailingMs: number;
  readonly reservedMs: number;
  /** A contact on the screen that the agent neither dials nor cancels for so long: the agent is not there. */
  readonly previewMs: number;
  /** From an agent's dialling to the person. */
  readonly diallingMs: number;
  /** Maximum call time. */
  readonly maxTalkMs: number;
  readonly wrapupMs: number;
  readonly wrapupExtensions: number;
  /** A nailed agent on a break keeps the line for this long. */
  readonly breakNailedMs: number;
  /** After logoff the leg stays up for this long, in case the agent comes back. */
  readonly unnailDelayMs: number;
  readonly defaultCompletionCode: string;
}

export const defaultAgentSettings: AgentSettings = {
  pendingNailMs: 30_000, nailingMs: 180_000, reservedMs: 15_000, previewMs: 300_000, diallingMs: 120_000, maxTalkMs: 3_600_000, wrapupMs: 30_000, wrapupExtensions: 2,
  breakNailedMs: 900_000, unnailDelayMs: 10_000, defaultCompletionCode: 'Answer_Human',
};
