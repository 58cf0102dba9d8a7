/** What a completion code says about the call. */
export interface CompletionCode {
  readonly code: string;
  readonly kind: 'system' | 'agent';
  /** A person answered. */
  readonly human?: boolean;
  readonly machine?: boolean;
  /** The business goal was reached. */
  readonly success?: boolean;
  /** The contact is done with, whatever the retry policy says. */
  readonly closure?: boolean;
  /** The person spoken to was the one meant. */
  readonly rightParty?: boolean;
  /** The attempt never left the house: rules, DNC, no address. */
  readonly restricted?: boolean;
}

/** While an attempt runs. Never a result. */
export const attemptInProgress = 'Attempt In Progress';
/** The result of an attempt whose server died. */
export const diedWithServer = 'Disconnected_By_System';

const system = (code: string, flags: Omit<CompletionCode, 'code' | 'kind'> = {}): CompletionCode => ({ code, kind: 'system', ...flags });
const agent = (code: string, flags: Omit<CompletionCode, 'code' | 'kind'> = {}): CompletionCode => ({ code, kind: 'agent', ...flags });

export const systemCompletionCodes: readonly CompletionCode[] = [
  system('Answer_Human', { human: true }),
  system('Answer_Machine', { machine: true }),
  system('Answer_Fax', { machine: true }),
  system('Call_Answered'),
  system('Call_Busy'),
  system('Ring_No_Answer'),
  system('No_Answer'),
  system('Cancel_No_Answer'),
  system('Reorder_Tone'),
  system('SIT_Tone'),
  system('Invalid_Number', { closure: true }),
  system('Network_Refusal'),
  system('Dest_Out_Of_Service'),
  system('Disconnected_By_User'),
  system('Disconnected_By_System'),
  system('Disconnected_By_User_NuisanceApp', { human: true }),
  system('Disconnected_By_System_NuisanceApp', { human: true }),
  system('Application_Error'),
  system('Sys_No_Callable_Address', { closure: true, restricted: true }),
  system('Address_Empty', { closure: true, restricted: true }),
  system('DNC', { closure: true, restricted: true }),
  system('Restricted', { restricted: true }),
  system('Preview_Cancelled', { restricted: true }),
  system('Not_Attempted', { restricted: true }),
  system('SMS Sent'),
  system('SMS Delivered'),
  system('SMS Failed'),
  system('Email Sent'),
  system('Email Delivered'),
  system('Email Bounced'),
  system('Email Failed'),
  system('Unknown'),
];

/** What an agent may choose at wrap-up unless the campaign names its own. */
export const defaultAgentCodes: readonly CompletionCode[] = [
  agent('Sale', { human: true, success: true, closure: true, rightParty: true }),
  agent('Not_Interested', { human: true, closure: true, rightParty: true }),
  agent('Call_Again', { human: true, rightParty: true }),
  agent('Wrong_Number', { human: true, closure: true }),
  agent('Answered_By_Machine', { machine: true }),
  agent('Wrapup_Timeout', { human: true }),
];

/** Looks codes up, a campaign's own before the system's. A code nobody knows is an agent's word for a person spoken to. */
export class CompletionCodes {
  readonly #codes: ReadonlyMap<string, CompletionCode>;

  constructor(own: readonly CompletionCode[] = defaultAgentCodes) {
    this.#codes = new Map([...systemCompletionCodes, ...own].map((code) => [code.code, code]));
  }

  get(code: string): CompletionCode {
    return this.#codes.get(code) ?? { code, kind: 'agent' };
  }

  all(): readonly CompletionCode[] {
    return [...this.#codes.values()];
  }
}
