import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Random } from '../../../src/kernel/random.ts';
import { SeededRandom } from '../../../src/kernel/random.ts';
import { parseAuthHeader } from '../../../src/sip/auth/auth-header.ts';
import { createResponse } from '../../../src/sip/message/create-response.ts';
import { parseDatagram } from '../../../src/sip/message/parse-message.ts';
import { redirections } from '../../../src/sip/message/redirections.ts';
import { serialize } from '../../../src/sip/message/serialize.ts';
import { StreamFramer } from '../../../src/sip/message/stream-framer.ts';
import { acceptsSessionDescription, bodyIsUnderstood, sessionDescription } from '../../../src/sip/user-agent/session-description.ts';
import { parseSdp } from '../../../src/sdp/index.ts';
import { parseOctets } from '../../conformance/sip/parse-octets.ts';
import type { FuzzReport } from '../fuzz.ts';
import { mutate } from './mutate.ts';

export interface MessageFuzzOptions {
  readonly messages: number;
  readonly seed: number;
  readonly corpus: readonly Buffer[];
  /** Processor time that one message may take; what is slow once is tried again, because the collector may have run. */
  readonly maxMs?: number;
  /** Faults after which it ends. */
  readonly stopAfter?: number;
  readonly say?: (line: string) => void;
}

/** Heap that a run may leave behind, octets: more is a leak. The memories of URIs and headers are bounded well below. */
const maxGrowth = 8_000_000;
/** Of these first messages caches fill and code is compiled. */
const warmUp = 20_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const heapNow = (): number => {
  collectGarbage();
  return process.memoryUsage().heapUsed;
};

/**
 * Mutated messages through all that reads a message before a dialog is asked: datagram parser, validators, every accessor, SDP, the
 * builder of responses, the serialiser and the stream framer. A fault: an exception, more than `maxMs` for one message, an accepted
 * message that does not survive its own serialisation, or a heap that grows.
 */
export function fuzzMessages(options: MessageFuzzOptions): FuzzReport {
  const { messages, seed, corpus, maxMs = 50, stopAfter = 20, say } = options;
  const random = new SeededRandom(seed);
  const faults: string[] = [];
  let accepted = 0;
  let slowest = 0;
  let heap: number | undefined;
  const started = performance.now();
  // Processor time: a busy machine is not our doing.
  const timed = (octets: Buffer): number => {
    const begin = process.cpuUsage();
    if (exercise(octets, random)) accepted += 1;
    const { user, system } = process.cpuUsage(begin);
    return (user + system) / 1_000;
  };
  for (let i = 0; i < messages && faults.length < stopAfter; i += 1) {
    if (i === warmUp) heap = heapNow();
    const octets = mutate(corpus[Math.floor(random.next() * corpus.length)] as Buffer, corpus, random);
    try {
      let took = timed(octets);
      // From a fifth on already: the slowest figure is then a message's own, not the collector's.
      for (let again = 0; took > maxMs / 5 && again < 3; again += 1) took = Math.min(took, timed(octets));
      slowest = Math.max(slowest, took);
      if (took > maxMs) faults.push(`${took.toFixed(0)} ms for one message: ${shown(octets)}`);
    } catch (error) {
      faults.push(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n  ${shown(octets)}`);
    }
    if ((i + 1) % 100_000 === 0) say?.(`${i + 1} messages, ${accepted} accepted, ${faults.length} faults, slowest ${slowest.toFixed(1)} ms, ${((performance.now() - started) / 1_000).toFixed(0)} s`);
  }
  const grown = heap === undefined ? 0 : heapNow() - heap;
  if (grown > maxGrowth) faults.push(`the heap has grown by ${(grown / 1e6).toFixed(1)} MB`);
  return { summary: `${messages} messages from ${corpus.length}, seed ${seed}: ${accepted} accepted, slowest ${slowest.toFixed(1)} ms, heap ${heap === undefined ? 'not watched' : `${(grown / 1e6).toFixed(1)} MB more`}`, faults };
}

const shown = (octets: Buffer): string => `base64 ${octets.toString('base64').slice(0, 4_000)}`;

/** What our answer to a broken request may be refused for by ourselves: it repeats the broken line. */
const repeatable = ['header-line', 'start-line', 'head-too-large', 'too-many-headers'];

/** True when the message was accepted. @throws Error what is wrong */
function exercise(octets: Buffer, random: Random): boolean {
  const { message, malformed } = parseOctets(octets);
  if (malformed?.status !== undefined) {
    if (malformed.request === undefined) throw new Error('a status without the request to answer');
    const answer = parseDatagram(serialize(createResponse(malformed.request, malformed.status, { toTag: 'x' })));
    if (!answer.ok && !repeatable.includes(answer.error.reason)) throw new Error(`our own answer is refused: ${answer.error.reason} ${answer.error.detail}`);
  }
  if (message !== undefined) {
    for (const name of ['Authorization', 'WWW-Authenticate', 'Proxy-Authorization']) for (const line of message.headers.lines(name)) parseAuthHeader(line);
    redirections(message);
    if (bodyIsUnderstood(message)) parseSdp(sessionDescription(message) ?? '');
    acceptsSessionDescription(message);
    const first = serialize(message);
    const again = parseOctets(first);
    if (again.message === undefined) throw new Error(`accepted, but not after serialisation: ${again.malformed?.reason ?? ''} ${again.malformed?.detail ?? ''}`);
    if (!serialize(again.message).equals(first)) throw new Error('serialisation is not stable');
    if (message.kind === 'request') serialize(createResponse(message, 200, { toTag: 'x' }));
  }
  const framer = new StreamFramer({ message: () => undefined, malformed: () => undefined, ping: () => undefined, pong: () => undefined });
  for (let at = 0; at < octets.length; ) {
    const size = 1 + Math.floor(random.next() * 700);
    if (!framer.push(octets.subarray(at, at + size))) break;
    at += size;
  }
  return message !== undefined;
}
