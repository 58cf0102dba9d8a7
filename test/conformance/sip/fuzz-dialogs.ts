/**
 * `npx tsx test/conformance/sip/fuzz-dialogs.ts [--dialogs N] [--seed N]`: dialogs with their messages out of order, doubled,
 * left out and mutated, against a live user agent over UDP. Exit code 1 when the agent throws, spends more than 50 ms of
 * processor time on one message, stops answering, or keeps a call, dialog, transaction or timer afterwards.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { SeededRandom } from '../../../src/kernel/random.ts';
import { parseDatagram } from '../../../src/sip/message/parse-message.ts';
import { CrashWatch } from './crash-watch.ts';
import { LiveAgent } from './live-agent.ts';
import { mutate } from './mutate.ts';
import { probe, UdpPeer } from './udp-peer.ts';

const { values } = parseArgs({ options: { dialogs: { type: 'string', default: '2000' }, seed: { type: 'string', default: '1' } } });
const random = new SeededRandom(Number(values.seed));
const upTo = (n: number): number => Math.floor(random.next() * n);
const pick = <T>(from: readonly T[]): T => from[upTo(from.length)] as T;

const METHODS = ['INVITE', 'ACK', 'CANCEL', 'BYE', 'UPDATE', 'PRACK', 'INFO', 'REFER', 'NOTIFY', 'OPTIONS', 'MESSAGE', 'SUBSCRIBE'];
const SDP = 'v=0\r\no=- 1 1 IN IP4 127.0.0.2\r\ns=-\r\nc=IN IP4 127.0.0.2\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n';
const EXTRAS = ['Require: 100rel', 'Supported: 100rel, timer, replaces', 'Session-Expires: 90;refresher=uas', 'RAck: 1 1 INVITE', 'RAck: 4294967296 x', 'Refer-To: <sip:x@127.0.0.2:9>', 'Refer-To: <', 'Event: refer', 'Subscription-State: terminated', 'Replaces: a;to-tag=b;from-tag=c', 'Record-Route: <sip:127.0.0.2:9;lr>', 'Max-Forwards: 0', 'Content-Encoding: gzip', 'Session-Expires: 1', 'Min-SE: x'];

// Short timers, so that what is left over must be gone within seconds.
const agent = await LiveAgent.start({ port: 0, provisional: 'ringing', hangupAfterAnswerMs: 300, timers: { t1: 20, t2: 100, t4: 100, d: 640 } });
const peer = await UdpPeer.bind('127.0.0.2', 0);
const watch = new CrashWatch();
const faults: string[] = [];
let sent = 0;
let slowest = 0;

const total = Number(values.dialogs);
for (let i = 0; i < total && faults.length < 5; i++) {
  const dialog = { id: `fuzz${values.seed}-${i}`, tag: '', branch: 0 };
  const seen = peer.received.length;
  for (let step = 1 + upTo(10); step > 0; step--) {
    // Processor time, not the wall's: a busy machine is not our doing.
    const begin = process.cpuUsage();
    const method = step > 8 || upTo(3) === 0 ? 'INVITE' : pick(METHODS);
    let octets: Buffer = Buffer.from(upTo(12) === 0 ? response(dialog, method) : request(dialog, method));
    if (upTo(5) === 0) octets = mutate(octets, [octets], random);
    if (octets.length === 0) continue;
    for (let copies = upTo(6) === 0 ? 2 : 1; copies > 0; copies--) peer.send(octets, agent.port);
    sent += 1;
    if (upTo(2) === 0) {
      await sleep(0);
      await new Promise((resolve) => setImmediate(resolve));
      const { user, system } = process.cpuUsage(begin);
      slowest = Math.max(slowest, (user + system) / 1000);
    }
    dialog.tag = tagOf(peer.received.slice(seen)) ?? dialog.tag;
  }
  if (peer.received.length > 50_000) peer.received.length = 0;
  if (i % 100 === 99) {
    await sleep(20);
    const dead = await probe(agent.port);
    if (dead !== undefined) faults.push(dead);
  }
  for (const crash of [...watch.take(), ...agent.bugs.splice(0)]) faults.push(crash);
}
if (slowest > 50) faults.push(`${slowest.toFixed(0)} ms of processor time on one message`);
agent.hangUp();
let left = '';
for (let waited = 0; waited < 15_000; waited += 100) {
  const { calls, dialogs, transactions, timers } = agent.stats();
  left = `${calls} calls, ${dialogs} dialogs, ${transactions} transactions, ${timers} timers`;
  if (calls + dialogs + transactions + timers === 0) break;
  await sleep(100);
}
if (!left.startsWith('0 calls, 0 dialogs, 0 transactions, 0 timers')) faults.push(`left over: ${left}`);
for (const crash of [...watch.take(), ...agent.bugs.splice(0)]) faults.push(crash);
for (const fault of faults) console.log(`FAULT ${fault}`);
console.log(`${total} dialogs, ${sent} messages, seed ${values.seed}: ${faults.length} faults, slowest step ${slowest.toFixed(1)} ms; afterwards ${left}`);
await agent.close();
peer.close();
watch.stop();
process.exit(faults.length === 0 ? 0 : 1);

function request(dialog: { id: string; tag: string; branch: number }, method: string): string {
  if (upTo(3) > 0) dialog.branch += 1;
  const body = method === 'INVITE' || method === 'UPDATE' || upTo(6) === 0 ? (upTo(5) === 0 ? '' : SDP) : '';
  const to = dialog.tag !== '' && upTo(4) > 0 ? `;tag=${dialog.tag}` : '';
  const named = method === 'ACK' || method === 'CANCEL' ? pick(['INVITE', method]) : method;
  const lines = [
    `${method} sip:agent@127.0.0.1:${agent.port} SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.2:${peer.port};branch=z9hG4bK${dialog.id}.${dialog.branch};rport`,
    `From: <sip:fuzz@127.0.0.2>;tag=f${dialog.id}`,
    `To: <sip:agent@127.0.0.1>${to}`,
    `Call-ID: ${dialog.id}`,
    `CSeq: ${1 + upTo(8)} ${upTo(10) === 0 ? named : method}`,
    `Contact: <sip:fuzz@127.0.0.2:${peer.port}>`,
    ...(upTo(2) === 0 ? [pick(EXTRAS)] : []),
    ...(body === '' ? [] : ['Content-Type: application/sdp']),
    `Content-Length: ${body.length}`,
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

/** A response to something of the agent's, often to nothing at all. */
function response(dialog: { id: string; tag: string }, method: string): string {
  const asked = peer.received.findLast((octets) => !octets.toString('latin1', 0, 8).startsWith('SIP/2.0 '));
  const parsed = asked === undefined ? undefined : parseDatagram(asked);
  const via = parsed?.ok === true ? parsed.value.all('Via')[0] : undefined;
  const cseq = parsed?.ok === true ? parsed.value.get('CSeq') : undefined;
  return [
    `SIP/2.0 ${pick([100, 180, 183, 200, 202, 401, 407, 408, 481, 486, 487, 491, 500, 503, 603, 699])} Fuzz`,
    `Via: ${via ?? `SIP/2.0/UDP 127.0.0.1:${agent.port};branch=z9hG4bKnone`}`,
    `From: <sip:agent@127.0.0.1>;tag=${dialog.tag}`,
    `To: <sip:fuzz@127.0.0.2>;tag=f${dialog.id}`,
    `Call-ID: ${dialog.id}`,
    `CSeq: ${cseq ?? `1 ${method}`}`,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}

function tagOf(datagrams: readonly Buffer[]): string | undefined {
  for (const octets of datagrams.toReversed()) {
    const parsed = parseDatagram(octets);
    if (parsed.ok && parsed.value.kind === 'response' && parsed.value.toTag !== undefined) return parsed.value.toTag;
  }
  return undefined;
}
