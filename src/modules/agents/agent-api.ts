import { z } from 'zod';
import { sendableDigits, sendableDigitsText } from '../../core/call-control/sent-digits.ts';

const contactNumber = z.strictObject({ name: z.string().optional(), number: z.string().min(1).max(64), isDefault: z.boolean().optional() });

/**
 * The agent API: JSON over WebSocket, with the command and notification names that outreach desktops use.
 * A command is `{ "command": "AGTLogon", "id": 1, "parameters": { … } }`; its answer `{ "command": "AGTLogonRESP", "id": 1, "result": 0, … }`;
 * a notification `{ "notification": "AGTCallNotify", "parameters": { … } }`. One schema here serves checking, types and docs/agent-api.md.
 */
export const commandSchemas = {
  AGTLogon: z.strictObject({
    agentExt: z.string().min(1), pwd: z.string(), isForce: z.boolean().default(false), locale: z.string().optional(), timeZone: z.string().optional(),
    zoneName: z.string().optional(), orgName: z.string().optional(), agentName: z.string().optional(),
  }),
  AGTLogoff: z.strictObject({}),
  AGTPendingLogout: z.strictObject({}),
  AGTStateChange: z.strictObject({ agentState: z.enum(['Ready', 'NotReady']), reasonCode: z.string().optional(), reasonName: z.string().optional(), hasWalkedAway: z.boolean().optional() }),
  AGTAvailableForNailup: z.strictObject({}),
  AGTReadyForNailup: z.strictObject({}),
  AGTNailupAgent: z.strictObject({}),
  AGTLostNailing: z.strictObject({}),
  AGTPreviewDial: z.strictObject({ sessionID: z.string(), contactNumber: contactNumber.optional() }),
  AGTPreviewCancel: z.strictObject({ sessionID: z.string() }),
  AGTManualDial: z.strictObject({ contactNumber }),
  AGTSendDTMF: z.strictObject({ dtmf: z.string().regex(sendableDigits, `dtmf must be ${sendableDigitsText}`), sessionID: z.string() }),
  AGTReleaseLine: z.strictObject({ sessionID: z.string() }),
  AGTGetCompCodes: z.strictObject({ sessionID: z.string().optional() }),
  AGTWrapupContact: z.strictObject({ completionCode: z.string(), sessionID: z.string() }),
  AGTExtendWrapup: z.strictObject({ sessionID: z.string() }),
  AGTGetCustomerDetails: z.strictObject({ sessionID: z.string() }),
  AGTAddToDNC: z.strictObject({ addressList: z.array(z.string().min(3)).min(1).max(20) }),
  AGTGetErrorString: z.strictObject({ errorCode: z.number().int() }),
} as const;

export type CommandName = keyof typeof commandSchemas;
export type CommandParameters = { [C in CommandName]: z.infer<(typeof commandSchemas)[C]> };

export const envelopeSchema = z.strictObject({ command: z.string(), id: z.union([z.number(), z.string()]).optional(), parameters: z.record(z.string(), z.unknown()).default({}) });

/** `result` of an answer. 0 is success. */
export const resultCodes = {
  ok: 0,
  badMessage: 1,
  invalidCommand: 2,
  badParameter: 3,
  notLoggedOn: 10,
  wrongCredentials: 11,
  alreadyLoggedOn: 12,
  wrongState: 20,
  unknownSession: 21,
  unknownCompletionCode: 22,
  noMoreExtensions: 23,
  notPermitted: 24,
  notAuthorised: 25,
  unknownNumber: 26,
  contactTaken: 27,
  dialNotBegun: 28,
  digitsNotSent: 29,
  overloaded: 30,
} as const;
export type ResultCode = (typeof resultCodes)[keyof typeof resultCodes];

export const errorStrings: Readonly<Record<number, string>> = {
  [resultCodes.ok]: 'No error',
  [resultCodes.badMessage]: 'The message is not a JSON object of the form {"command", "id", "parameters"}',
  [resultCodes.invalidCommand]: 'The command name is not known',
  [resultCodes.badParameter]: 'A parameter is missing or of the wrong kind; the answer names it',
  [resultCodes.notLoggedOn]: 'Log on first (AGTLogon)',
  [resultCodes.wrongCredentials]: 'Agent extension or password is wrong',
  [resultCodes.alreadyLoggedOn]: 'The agent is logged on elsewhere; log on with isForce to take over',
  [resultCodes.wrongState]: 'The command does not fit the state that the agent is in; the answer names it',
  [resultCodes.unknownSession]: 'There is no such contact session for this agent',
  [resultCodes.unknownCompletionCode]: 'The completion code is not one of the job; AGTGetCompCodes lists them',
  [resultCodes.noMoreExtensions]: 'The wrap-up time cannot be extended any further',
  [resultCodes.notPermitted]: 'The job does not permit it: its pacing is another, its campaign forbids it, or a licence is used up; the answer says which',
  [resultCodes.notAuthorised]: 'The rules do not allow the call now; the answer names the rule',
  [resultCodes.unknownNumber]: 'The number is no number, or none of the contact or of the job',
  [resultCodes.contactTaken]: 'The contact is with somebody else, or done with in this job',
  [resultCodes.dialNotBegun]: 'The call could not be begun; the answer says why',
  [resultCodes.digitsNotSent]: 'The digits could not be sent to the person\'s phone; the answer says why',
  [resultCodes.overloaded]: 'Too many attempts; wait a moment',
};

/** Who dials the contacts of a job, and how. */
export type ContactType = 'Predictive' | 'Progressive' | 'Preview' | 'Manual';

/** Name → payload of everything told to a desktop. */
export interface NotificationMap {
  AGTStateChangedNotify: { agentState: 'Ready' | 'NotReady' | 'PendingNotReady' | 'Logout' };
  AGTCallStateChangedNotify: { callState: 'Idle' | 'Preview' | 'Dialing' | 'Talking' | 'Wrapup'; sessionID?: string; previewSeconds?: number };
  AGTNailupChange: { nailupStatus: 'NotNailedUp' | 'PendingNailUp' | 'NailedUp' };
  AGTJobAttached: { campaignName: string };
  AGTCallNotify: { sessionID: string; contactType: ContactType; contactNumbers: { name: string; number: string; isDefault: boolean }[]; attributes: Record<string, string> };
  AGTDialFailed: { sessionID: string; completionCode: string; reason: string };
  AGTAutoReleaseLine: { sessionID: string; wrapupDetails: { wrapupSeconds: number; extensionsLeft: number } };
  AGTInvalidCommandName: { command: string };
}
export type AgentNotification = { [N in keyof NotificationMap]: { readonly notification: N; readonly parameters: NotificationMap[N] } }[keyof NotificationMap];
