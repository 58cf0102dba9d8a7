import type { InteropCase, NotPossible } from '../interop-case.ts';
import { asteriskCallCases } from './asterisk-calls.ts';
import { asteriskDigitCases } from './asterisk-digits.ts';
import { asteriskMediaCases, asteriskMediaNot } from './asterisk-media.ts';
import { asteriskSessionCases } from './asterisk-sessions.ts';
import { asteriskTransferCases } from './asterisk-transfers.ts';

export const asteriskCases: readonly InteropCase[] = [...asteriskCallCases, ...asteriskDigitCases, ...asteriskSessionCases, ...asteriskTransferCases, ...asteriskMediaCases];
export const asteriskNot: readonly NotPossible[] = [...asteriskMediaNot];
