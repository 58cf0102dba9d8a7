/**
 * `npx tsx test/conformance/sip/fuzz.ts [--messages N] [--seed N] [--max-ms N] [--stop-after N] DIR…`: mutates every message below the
 * folders (.dat, .sip, .txt, .json of the parse suite) and feeds it to the datagram parser, the validators, every accessor,
 * the serialiser, the response builder and the stream framer. Exit code 1 when anything throws, takes longer than 50 ms, or
 * a message that was accepted does not survive its own serialisation.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SeededRandom } from '../../../src/kernel/random.ts';
import { createResponse } from '../../../src/sip/message/create-response.ts';
import { parseDatagram } from '../../../src/sip/message/parse-message.ts';
import { serialize } from '../../../src/sip/message/serialize.ts';
import { StreamFramer } from '../../../src/sip/message/stream-framer.ts';
import { parseAuthHeader } from '../../../src/sip/auth/auth-header.ts';
import { mutate } from './mutate.ts';
import { parseOctets } from './parse-octets.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { messages: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' }, 'max-ms': { type: 'string', default: '50' }, 'stop-after': { type: 'string', default: '20' } },
});
if (positionals.length === 0) {
  console.error('usage: npx tsx test/conformance/sip/fuzz.ts [--messages N] [--seed N] [--max-ms N] [--stop-after N] DIR…');
  process.exit(2);
}
const random = new SeededRandom(Number(values.seed));
const corpus = positionals.flatMap(messagesBelow);
if (corpus.length === 0) {
  console.error('fuzz: no messages found');
  process.exit(2);
}

const total = Number(values.messages);
const maxMs = Number(values['max-ms']);
let accepted = 0;
let faults = 0;
let slowest = 0;
const refusals = new Map<string, number>();
const started = performance.now();

for (let i = 0; i < total && faults < Number(values['stop-after']); i++) {
  const octets = mutate(corpus[Math.floor(random.next() * corpus.length)] as Buffer, corpus, random);
  let begin = performance.now();
  try {
    exercise(octets, random);
  } catch (error) {
    report(octets, error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  let took = performance.now() - begin;
  if (took > maxMs) {
    // The machine may have paused: only what is slow every time is the parser's doing.
    for (let again = 0; again < 3; again++) {
      begin = performance.now();
      exercise(octets, random);
      took = Math.min(took, performance.now() - begin);
    }
    if (took > maxMs) report(octets, `took ${took.toFixed(0)} ms`);
  }
  slowest = Math.max(slowest, took);
}
const seconds = (performance.now() - started) / 1000;
console.log(`${total} messages from ${corpus.length}, seed ${values.seed}: ${accepted} accepted, ${faults} faults, slowest ${slowest.toFixed(1)} ms, ${seconds.toFixed(0)} s`);
console.log([...refusals].sort((a, b) => b[1] - a[1]).map(([reason, count]) => `${reason} ${count}`).join(', '));
process.exit(faults === 0 ? 0 : 1);

function exercise(octets: Buffer, chance: SeededRandom): void {
  const { message, malformed } = parseOctets(octets);
  if (malformed !== undefined) {
    refusals.set(malformed.reason, (refusals.get(malformed.reason) ?? 0) + 1);
    if (malformed.status !== undefined) {
      if (malformed.request === undefined) throw new Error('a status without the request to answer');
      const answer = parseDatagram(serialize(createResponse(malformed.request, malformed.status, { toTag: 'x' })));
      if (!answer.ok && !['header-line', 'start-line', 'head-too-large', 'too-many-headers'].includes(answer.error.reason)) {
        throw new Error(`our own answer is refused: ${answer.error.reason} ${answer.error.detail}`);
      }
    }
  }
  if (message !== undefined) {
    accepted += 1;
    for (const name of ['Authorization', 'WWW-Authenticate', 'Proxy-Authorization']) for (const line of message.headers.lines(name)) parseAuthHeader(line);
    const first = serialize(message);
    const again = parseOctets(first);
    if (again.message === undefined) throw new Error(`accepted, but not after serialisation: ${again.malformed?.reason ?? ''} ${again.malformed?.detail ?? ''}`);
    if (!serialize(again.message).equals(first)) throw new Error('serialisation is not stable');
    if (message.kind === 'request') serialize(createResponse(message, 200, { toTag: 'x' }));
  }
  const framer = new StreamFramer({ message: () => undefined, malformed: () => undefined, ping: () => undefined, pong: () => undefined });
  for (let at = 0; at < octets.length; ) {
    const size = 1 + Math.floor(chance.next() * 700);
    if (!framer.push(octets.subarray(at, at + size))) break;
    at += size;
  }
}

function report(octets: Buffer, what: string): void {
  faults += 1;
  console.log(`FAULT ${what}\n  base64 ${octets.toString('base64').slice(0, 4000)}`);
}

function messagesBelow(path: string): Buffer[] {
  if (statSync(path).isDirectory()) return readdirSync(path).sort().flatMap((name) => messagesBelow(join(path, name)));
  if (/\.(dat|sip|txt)$/.test(path)) return [readFileSync(path)];
  if (!path.endsWith('.json')) return [];
  const content = JSON.parse(readFileSync(path, 'utf8')) as { cases?: { message?: string }[] };
  return Array.isArray(content.cases) ? content.cases.flatMap(({ message }) => (message === undefined ? [] : [Buffer.from(message)])) : [];
}
