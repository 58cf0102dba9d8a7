import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { NailupError } from '../kernel/nailup-error.ts';
import { drawLadder, traceLine } from '../observe/ladder.ts';
import { pcapFile } from '../observe/pcap-writer.ts';
import { printStatistics, sipStatistics } from '../observe/sip-statistics.ts';
import { summarise, type WireMessage } from '../observe/wire-message.ts';
import { OperatorClient, type OperatorOptions } from './operator-client.ts';

interface TraceOptions extends OperatorOptions {
  readonly call?: string;
  readonly pcap?: string;
  readonly follow?: boolean;
  readonly full?: boolean;
}

interface TraceAnswer {
  readonly messages: readonly WireMessage[];
  /** The newest message that the server has seen. */
  readonly last: number;
}

const followEveryMs = 300;

/** `nailup sip trace | stats`: what a running server says and hears. */
export function registerSip(program: Command): void {
  const sip = program.command('sip').description('SIP messages and counters of a running server');
  const common = (command: Command): Command => command
    .option('--server <url>', 'operator API of the server (default: as the configuration says)')
    .option('--config <file>', 'configuration (default: nailup.yaml)')
    .option('--token <token>', 'operator token (default: NAILUP_API_TOKEN of the environment)');
  common(sip.command('trace'))
    .description('list the calls on the wire, or draw the ladder of one')
    .option('--call <id>', 'a Call-ID, an attempt, or a number that was called or calls')
    .option('--full', 'print the messages themselves under the ladder')
    .option('--follow', 'print messages as they come, until interrupted')
    .option('--pcap <file>', 'write the messages as a capture for Wireshark or tshark')
    .action((options: TraceOptions) => trace(options));
  common(sip.command('stats'))
    .description('counters by method, response class, transport and trunk')
    .option('--json', 'print them as JSON')
    .action(stats);
}

async function stats(options: OperatorOptions & { readonly json?: boolean }): Promise<void> {
  const { sip } = await new OperatorClient(options).get<{ sip: Record<string, number> }>('/api/stats');
  const statistics = sipStatistics(sip);
  process.stdout.write(options.json === true ? `${JSON.stringify(statistics, null, 2)}\n` : printStatistics(statistics));
}

async function trace(options: TraceOptions): Promise<void> {
  const client = new OperatorClient(options);
  const ask = (after: number): Promise<TraceAnswer> => client.get(`/api/sip/trace?${new URLSearchParams({ ...(options.call === undefined ? {} : { call: options.call }), after: String(after) }).toString()}`);
  const answer = await ask(0);
  if (options.pcap !== undefined) {
    writeCapture(options.pcap, answer.messages);
    process.stdout.write(`${answer.messages.length} messages written to ${options.pcap}\n`);
    if (options.follow !== true) return;
  }
  if (options.follow === true) return follow(ask, options.call === undefined ? { ...answer, messages: [] } : answer);
  if (answer.messages.length === 0) {
    if (options.call !== undefined) throw new NailupError('TRACE_CALL_UNKNOWN', 'the trace holds no message of this call', { place: options.call, mend: 'nailup sip trace lists the calls that it holds.' });
    process.stdout.write('no messages yet\n');
    return;
  }
  if (options.call === undefined) process.stdout.write(listCalls(answer.messages));
  else for (const messages of byCall(answer.messages).values()) process.stdout.write(`${drawLadder(messages)}${options.full === true ? `\n${messages.map(whole).join('\n')}` : ''}\n`);
}

function writeCapture(file: string, messages: readonly WireMessage[]): void {
  try {
    writeFileSync(file, pcapFile(messages));
  } catch (error) {
    throw new NailupError('TRACE_FILE', `the capture cannot be written: ${(error as Error).message}`, { place: file, mend: 'Name a file in a folder that you may write.', cause: error });
  }
}

async function follow(ask: (after: number) => Promise<TraceAnswer>, first: TraceAnswer): Promise<void> {
  let answer = first;
  for (let stopped = false; !stopped; ) {
    for (const message of answer.messages) process.stdout.write(`${traceLine(message)}\n`);
    const after = answer.last;
    await new Promise<void>((resolve) => {
      const end = (): void => {
        stopped = true;
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        process.off('SIGINT', end);
        resolve();
      }, followEveryMs);
      process.once('SIGINT', end);
    });
    if (!stopped) answer = await ask(after);
  }
}

const whole = (message: WireMessage): string => `${traceLine(message)}\n${Buffer.from(message.text, 'latin1').toString('utf8').replaceAll('\r\n', '\n').trimEnd()}\n`;

function byCall(messages: readonly WireMessage[]): Map<string, WireMessage[]> {
  const calls = new Map<string, WireMessage[]>();
  for (const message of messages) {
    const { callId } = summarise(message.text);
    const call = calls.get(callId);
    if (call === undefined) calls.set(callId, [message]);
    else call.push(message);
  }
  return calls;
}

/** One line for each call: when, from, to, what became of it, its Call-ID. */
function listCalls(messages: readonly WireMessage[]): string {
  const lines: string[] = [];
  for (const [callId, call] of byCall(messages)) {
    const summaries = call.map(({ text }) => summarise(text));
    const [first] = summaries;
    const [opening] = call;
    if (first === undefined || opening === undefined) continue;
    const last = summaries.findLast(({ status, method }) => status !== undefined && method === first.method);
    lines.push(`${new Date(opening.at).toISOString().slice(11, 23)}  ${first.method.padEnd(8)} ${first.from} → ${first.to}  ${last?.startLine ?? 'no answer yet'}  ${call.length} messages  ${callId}`);
  }
  return `${lines.join('\n')}\n`;
}
