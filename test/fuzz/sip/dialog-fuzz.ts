import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '../../../src/kernel/random.ts';
import { parseDatagram } from '../../../src/sip/message/parse-message.ts';
import { CrashWatch } from '../../conformance/sip/crash-watch.ts';
import { LiveAgent } from '../../conformance/sip/live-agent.ts';
import { probe, UdpPeer } from '../../conformance/sip/udp-peer.ts';
import type { FuzzReport } from '../fuzz.ts';
import { mutate } from './mutate.ts';

const METHODS = ['INVITE', 'ACK', 'CANCEL', 'BYE', 'UPDATE', 'PRACK', 'INFO', 'REFER', 'NOTIFY', 'OPTIONS', 'MESSAGE', 'SUBSCRIBE'];
const SDP = 'v=0\r\no=- 1 1 IN IP4 127.0.0.2\r\ns=-\r\nc=IN IP4 127.0.0.2\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n';
const EXTRAS = ['Require: 100rel', 'Supported: 100rel, timer, replaces', 'Session-Expires: 90;refresher=uas', 'RAck: 1 1 INVITE', 'RAck: 4294967296 x', 'Refer-To: <sip:x@127.0.0.2:9>', 'Refer-To: <', 'Event: refer', 'Subscription-State: terminated', 'Replaces: a;to-tag=b;from-tag=c', 'Record-Route: <sip:127.0.0.2:9;lr>', 'Max-Forwards: 0', 'Content-Encoding: gzip', 'Session-Expires: 1', 'Min-SE: x'];

/** Short, so that what is left over must be gone within seconds. */
const timers = { t1: 20, t2: 100, t4: 100, d: 640 };
const maxCpuMs = 50;

/**
 * Dialogs with their messages out of order, doubled, left out and mutated, against a live user agent over UDP. A fault: the agent
 * throws, spends more than 50 ms of processor time on one message, stops answering, or keeps a call, dialog, transaction or timer.
 */
export async function fuzzDialogs({ dialogs, seed, say }: { dialogs: number; seed: number; say?: (line: string) => void }): Promise<FuzzReport> {
  const fuzz = new DialogFuzz(seed, await LiveAgent.start({ port: 0, provisional: 'ringing', hangupAfterAnswerMs: 300, timers }), await UdpPeer.bind('127.0.0.2', 0));
  try {
    for (let i = 0; i < dialogs && fuzz.faults.length < 5; i += 1) {
      await fuzz.dialog(i);
      if ((i + 1) % 1_000 === 0) say?.(`${i + 1} dialogs, ${fuzz.faults.length} faults`);
    }
    const left = await fuzz.left();
    return { summary: `${dialogs} dialogs, ${fuzz.sent} messages, seed ${seed}: slowest step ${fuzz.slowest.toFixed(1)} ms; afterwards ${left}`, faults: fuzz.faults };
  } finally {
    await fuzz.close();
  }
}

interface FuzzedDialog {
  readonly id: string;
  tag: string;
  branch: number;
}

class DialogFuzz {
  readonly faults: string[] = [];
  sent = 0;
  slowest = 0;
  readonly #random: SeededRandom;
  readonly #seed: number;
  readonly #agent: LiveAgent;
  readonly #peer: UdpPeer;
  readonly #watch = new CrashWatch();

  constructor(seed: number, agent: LiveAgent, peer: UdpPeer) {
    this.#seed = seed;
    this.#random = new SeededRandom(seed);
    this.#agent = agent;
    this.#peer = peer;
  }

  async dialog(i: number): Promise<void> {
    const agent = this.#agent;
    const peer = this.#peer;
    const dialog: FuzzedDialog = { id: `fuzz${this.#seed}-${i}`, tag: '', branch: 0 };
    const seen = peer.received.length;
    for (let step = 1 + this.#upTo(10); step > 0; step -= 1) {
      // Processor time, not the wall's: a busy machine is not our doing.
      const begin = process.cpuUsage();
      const method = step > 8 || this.#upTo(3) === 0 ? 'INVITE' : this.#pick(METHODS);
      let octets: Buffer = Buffer.from(this.#upTo(12) === 0 ? this.#response(dialog, method) : this.#request(dialog, method));
      if (this.#upTo(5) === 0) octets = mutate(octets, [octets], this.#random);
      if (octets.length === 0) continue;
      for (let copies = this.#upTo(6) === 0 ? 2 : 1; copies > 0; copies -= 1) peer.send(octets, agent.port);
      this.sent += 1;
      if (this.#upTo(2) === 0) {
        await sleep(0);
        await new Promise((resolve) => setImmediate(resolve));
        const { user, system } = process.cpuUsage(begin);
        const took = (user + system) / 1_000;
        this.slowest = Math.max(this.slowest, took);
        // The first dialogs compile what is hot.
        if (took > maxCpuMs && i >= 100) this.faults.push(`${took.toFixed(0)} ms of processor time on one message of dialog ${i}`);
      }
      dialog.tag = tagOf(peer.received.slice(seen)) ?? dialog.tag;
    }
    if (peer.received.length > 50_000) peer.received.length = 0;
    if (i % 100 === 99) {
      await sleep(20);
      const dead = await probe(agent.port);
      if (dead !== undefined) this.faults.push(dead);
    }
    this.faults.push(...this.#watch.take(), ...agent.bugs.splice(0));
  }

  /** Ends what is left and says what stays all the same. */
  async left(): Promise<string> {
    this.#agent.hangUp();
    let words = '';
    for (let waited = 0; waited < 15_000; waited += 100) {
      const { calls, dialogs, transactions, timers: open } = this.#agent.stats();
      words = `${calls} calls, ${dialogs} dialogs, ${transactions} transactions, ${open} timers`;
      if (calls + dialogs + transactions + open === 0) return words;
      await sleep(100);
    }
    this.faults.push(`left over: ${words}`);
    return words;
  }

  async close(): Promise<void> {
    await this.#agent.close();
    this.#peer.close();
    this.#watch.stop();
  }

  #upTo(n: number): number {
    return Math.floor(this.#random.next() * n);
  }

  #pick<T>(from: readonly T[]): T {
    return from[this.#upTo(from.length)] as T;
  }

  #request(dialog: FuzzedDialog, method: string): string {
    if (this.#upTo(3) > 0) dialog.branch += 1;
    const body = method === 'INVITE' || method === 'UPDATE' || this.#upTo(6) === 0 ? (this.#upTo(5) === 0 ? '' : SDP) : '';
    const to = dialog.tag !== '' && this.#upTo(4) > 0 ? `;tag=${dialog.tag}` : '';
    const named = method === 'ACK' || method === 'CANCEL' ? this.#pick(['INVITE', method]) : method;
    const lines = [
      `${method} sip:agent@127.0.0.1:${this.#agent.port} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.2:${this.#peer.port};branch=z9hG4bK${dialog.id}.${dialog.branch};rport`,
      `From: <sip:fuzz@127.0.0.2>;tag=f${dialog.id}`,
      `To: <sip:agent@127.0.0.1>${to}`,
      `Call-ID: ${dialog.id}`,
      `CSeq: ${1 + this.#upTo(8)} ${this.#upTo(10) === 0 ? named : method}`,
      `Contact: <sip:fuzz@127.0.0.2:${this.#peer.port}>`,
      ...(this.#upTo(2) === 0 ? [this.#pick(EXTRAS)] : []),
      ...(body === '' ? [] : ['Content-Type: application/sdp']),
      `Content-Length: ${body.length}`,
    ];
    return `${lines.join('\r\n')}\r\n\r\n${body}`;
  }

  /** A response to something of the agent's, often to nothing at all. */
  #response(dialog: FuzzedDialog, method: string): string {
    const asked = this.#peer.received.findLast((octets) => !octets.toString('latin1', 0, 8).startsWith('SIP/2.0 '));
    const parsed = asked === undefined ? undefined : parseDatagram(asked);
    const via = parsed?.ok === true ? parsed.value.all('Via')[0] : undefined;
    const cseq = parsed?.ok === true ? parsed.value.get('CSeq') : undefined;
    return [
      `SIP/2.0 ${this.#pick([100, 180, 183, 200, 202, 401, 407, 408, 481, 486, 487, 491, 500, 503, 603, 699])} Fuzz`,
      `Via: ${via ?? `SIP/2.0/UDP 127.0.0.1:${this.#agent.port};branch=z9hG4bKnone`}`,
      `From: <sip:agent@127.0.0.1>;tag=${dialog.tag}`,
      `To: <sip:fuzz@127.0.0.2>;tag=f${dialog.id}`,
      `Call-ID: ${dialog.id}`,
      `CSeq: ${cseq ?? `1 ${method}`}`,
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n');
  }
}

function tagOf(datagrams: readonly Buffer[]): string | undefined {
  for (const octets of datagrams.toReversed()) {
    const parsed = parseDatagram(octets);
    if (parsed.ok && parsed.value.kind === 'response' && parsed.value.toTag !== undefined) return parsed.value.toTag;
  }
  return undefined;
}
