import type { Binding } from '../../sip/registrar/registrar.ts';
import type { OutgoingRequest, Party, UserAgent } from '../../sip/user-agent/user-agent.ts';
import type { PlaceCall } from '../signalling.ts';
import type { Trunk } from './trunk.ts';

const anonymous: Party = { uri: 'sip:anonymous@anonymous.invalid', displayName: 'Anonymous' };

/** Request-URI, From and To of a call over that trunk (undefined: straight to the target). */
export function callAddresses(command: Pick<PlaceCall, 'to' | 'from' | 'fromDisplayName' | 'toDisplayName'>, trunk: Trunk | undefined, userAgent: UserAgent): { target: string; from: Party; to: Party } {
  const { from, to } = command;
  const number = /^tel:/i.test(to) ? (to.slice(4).split(';', 1)[0] ?? '').replace(/[-.()]/g, '') : to;
  const target = /^sips?:/i.test(to) ? to : trunk === undefined ? to : trunk.numberUri(number);
  const callee: Party = { uri: target, displayName: command.toDisplayName };
  if (from === 'anonymous') return { target, from: anonymous, to: callee };
  const caller = from ?? trunk?.config.callerId;
  const host = userAgent.addresses[0]?.text ?? 'localhost';
  const uri = caller === undefined ? `sip:nailup@${host}`
    : trunk !== undefined ? trunk.callerUri(caller)
    : /^(sips?|tel):/i.test(caller) ? caller : `sip:${caller}@${host}`;
  return { target, from: { uri, displayName: command.fromDisplayName }, to: callee };
}

/** To a registered device: its contact, over its path, its connection, or the address it registered from. */
export function deviceRoute(device: Binding | null | undefined): Partial<OutgoingRequest> {
  if (device === undefined || device === null) return {};
  const { contact, path, flow, nextHop } = device;
  return { target: contact, ...(path.length > 0 ? { routes: path } : flow === undefined ? { proxy: nextHop } : { flow }) };
}

/** Every trunk that is tried for a call gets an INVITE of its own. */
export const identityOver = (identity: string, trunk: Trunk | undefined): string => (trunk === undefined ? identity : `${identity} ${trunk.name}`);

/** The first CSeq of the n-th INVITE that goes out under one identity; digest challenges take the numbers behind it. */
export const sequenceOf = (attempt: number): number => 1 + 100 * attempt;
