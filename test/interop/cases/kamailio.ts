import { randomBytes } from 'node:crypto';
import type { InteropCase } from '../interop-case.ts';
import { Phone, type Call } from '../nailup/phone.ts';
import { Baresip } from '../peers/baresip.ts';
import { Kamailio } from '../peers/kamailio.ts';
import { expect, host, pause, until, type Scope } from '../scope.ts';
import { toneMs } from '../sound.ts';

const peerHz = 440;
const oursHz = 620;

interface Site {
  readonly proxy: Kamailio;
  readonly phone: Phone;
  readonly peer: Baresip;
}

/** Kamailio with two who registered: Nailup as 2001 (a trunk that registers), baresip as 1001. */
async function site(scope: Scope): Promise<Site> {
  const password = randomBytes(9).toString('hex');
  const proxy = await Kamailio.start(scope, password);
  const phone = await Phone.start(scope, {
    toneHz: oursHz, transports: ['udp'],
    signalling: { trunks: [{ name: 'pbx', address: proxy.address, username: '2001', password, callerId: '2001', register: true, pingMs: 0 }] },
  });
  const peer = await Baresip.start(scope, { user: '1001', toneHz: peerHz, domain: proxy.address, account: `;regint=60;auth_user=1001;auth_pass=${password}` });
  await until('Nailup registers', 8_000, () => phone.signals.find((event) => event.name === 'trunk.state' && event.up));
  await until('baresip registers', 8_000, () => /200 OK .*binding/.test(peer.output));
  return { proxy, phone, peer };
}

async function talk(call: Call, peer: Baresip): Promise<string> {
  await call.up();
  await pause(1_800);
  const theirs = toneMs(peer.heard(), oursHz);
  const ours = toneMs(await call.heard(), peerHz);
  expect(ours >= 1_000 && theirs >= 1_000, `tone heard ${ours} ms here, ${theirs} ms there`);
  return `tone ${ours} ms here, ${theirs} ms there`;
}

/** Requests of ours inside the dialog that went by way of the proxy. */
const routed = ({ phone, proxy }: Site, method: string): boolean => phone.wire.some((message) =>
  message.startsWith(`> ${method} `) && new RegExp(`\\r\\nRoute:[^\\r]*${host}:${proxy.port}[^\\r]*;lr`).test(message));

async function callOut(scope: Scope): Promise<string> {
  const all = await site(scope);
  const { phone, peer } = all;
  const call = await phone.call('1001', { trunk: 'pbx' });
  const words = await talk(call, peer);
  await peer.command('hold');
  await until('the hold', 4_000, () => call.negotiated?.direction !== 'sendrecv');
  await peer.command('resume');
  await until('the resumption', 4_000, () => call.negotiated?.direction === 'sendrecv');
  await call.hangUp();
  await peer.event('CALL_CLOSED');
  expect(routed(all, 'ACK') && routed(all, 'BYE'), 'our ACK or BYE did not follow the Record-Route');
  expect(phone.wire.some((message) => message.startsWith('> INVITE') && /\r\nProxy-Authorization:/i.test(message)), 'the INVITE was not authenticated');
  await phone.quiet();
  return `407 answered, ACK and BYE by the Record-Route, hold and resume through it; ${words}`;
}

async function callIn(scope: Scope): Promise<string> {
  const all = await site(scope);
  const { phone, peer, proxy } = all;
  await peer.command('dial', `sip:2001@${proxy.address}`);
  const call = await phone.incoming();
  const words = await talk(call, peer);
  await call.hangUp();
  await peer.event('CALL_CLOSED');
  expect(routed(all, 'BYE'), 'our BYE did not follow the Record-Route');
  await phone.quiet();
  return `called at the address that we registered; ${words}`;
}

/** We leave: the registrar forgets us, and a call to us finds nobody. */
async function unregister(scope: Scope): Promise<string> {
  const { phone, peer, proxy } = await site(scope);
  await phone.signalling.stop(500);
  await pause(300);
  await peer.command('dial', `sip:2001@${proxy.address}`);
  await peer.event('CALL_CLOSED', 8_000);
  const closed = peer.events.find((event) => event.type === 'CALL_CLOSED');
  expect(/404/.test(String(closed?.param)), `the call to us ended with ${String(closed?.param)}`);
  return 'REGISTER with Expires 0 taken, 404 afterwards';
}

const one = (name: string, capability: string, run: InteropCase['run']): InteropCase => ({ name: `kamailio-${name}`, peers: ['kamailio'], capability, run });

export const kamailioCases: readonly InteropCase[] = [
  one('out', 'registered at the peer (digest); call out by its proxy, Record-Route', callOut),
  one('in', 'registered at the peer (digest); call in by its proxy', callIn),
  one('unregister', 'registration taken away', unregister),
];
