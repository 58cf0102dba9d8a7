import type { Command } from 'commander';
import type { RunningSession, TraceEntry } from '../ccxml/index.ts';
import type { SessionEnd } from '../ccxml/platform.ts';
import { NailupError } from '../kernel/nailup-error.ts';
import { OperatorClient, type OperatorOptions } from './operator-client.ts';
import { describeStep, shorten } from './session-step.ts';

/** `nailup ccxml sessions | trace ID`: the sessions of a running server, and one of them step by step. */
export function addSessionCommands(ccxml: Command): void {
  const common = (command: Command): Command => command
    .option('--server <url>', 'operator API of the server (default: as the configuration says)')
    .option('--config <file>', 'configuration (default: nailup.yaml)')
    .option('--token <token>', 'operator token (default: NAILUP_API_TOKEN of the environment)')
    .option('--json', 'print JSON, one object a line');
  common(ccxml.command('sessions').description('list the call-control sessions of a running server')).action(sessions);
  common(ccxml.command('trace <session>').description('follow a live session: its events, transitions, elements and states, until it ends')).action(trace);
}

interface Options extends OperatorOptions {
  readonly json?: boolean;
}

async function sessions(options: Options): Promise<void> {
  const running = await new OperatorClient(options).get<readonly RunningSession[]>('/api/ccxml/sessions');
  for (const each of running) {
    const { session, uri, group, startedAt, connections } = each;
    console.log(options.json === true ? JSON.stringify(each) : `${session}  ${group.padEnd(8)}  ${new Date(startedAt).toISOString()}  ${connections.length} connection(s)  ${uri}`);
  }
}

type Line = { readonly at: number } & (TraceEntry | ({ readonly what: 'end' } & SessionEnd));

async function trace(session: string, options: Options): Promise<void> {
  const stop = new AbortController();
  const response = await new OperatorClient(options).open(`/api/ccxml/sessions/${encodeURIComponent(session)}/trace`, stop.signal);
  const end = (): void => stop.abort();
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for await (const part of response.body ?? []) {
      const lines = (rest + decoder.decode(part as Uint8Array, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const text of lines) console.log(options.json === true ? text : readable(JSON.parse(text) as Line));
    }
  } catch (error) {
    if (!stop.signal.aborted) throw new NailupError('SERVER_UNREACHABLE', 'the server went away', { place: session, cause: error });
  } finally {
    process.off('SIGINT', end);
    process.off('SIGTERM', end);
  }
}

function readable(line: Line): string {
  const told = line.what === 'end' ? `${line.how}${line.reason === undefined ? '' : `: ${line.reason}`}${Object.keys(line.values).length === 0 ? '' : ` ${shorten(line.values)}`}` : describeStep(line);
  return `${new Date(line.at).toISOString().slice(11, 23)}  ${line.what.padEnd(10)} ${told}`;
}
