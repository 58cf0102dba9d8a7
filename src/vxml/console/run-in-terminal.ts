import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Interface } from 'node:readline';
import type { ScriptEngine } from '../../ecmascript/ecmascript.ts';
import type { Fetcher } from '../../fetch/fetch.ts';
import { SystemClock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import { VxmlHost } from '../host.ts';
import type { Values } from '../platform.ts';
import type { DialogEnd } from '../session/run-session.ts';
import type { Trace } from '../session/trace.ts';
import { TerminalCaller } from './terminal-caller.ts';

export interface TerminalRun {
  readonly uri: string;
  readonly values: Values;
  readonly scripts: ScriptEngine;
  readonly fetcher: Fetcher;
  readonly logger: Logger;
  readonly lines: Interface;
  readonly print: (line: string) => void;
  readonly onTrace: (trace: Trace) => void;
}

/** Runs a page with whoever sits at the terminal, in real time. */
export async function runInTerminal({ uri, values, scripts, fetcher, logger, lines, print, onTrace }: TerminalRun): Promise<DialogEnd | { readonly failed: string }> {
  const audioFolder = await mkdtemp(join(tmpdir(), 'nailup-vxml-'));
  const clock = new SystemClock();
  const end = await new Promise<DialogEnd | { readonly failed: string }>((resolve) => {
    const host = new VxmlHost(
      { clock, logger, scripts, fetcher, audioFolder },
      {
        prepared: () => undefined,
        started: () => undefined,
        failed: (_dialog, event, reason) => resolve({ failed: `${event}: ${reason}` }),
        ended: (_dialog, how) => resolve(how),
        command: (_dialog, command) => caller.command(command),
        trace: (_dialog, trace) => onTrace(trace),
      },
    );
    const caller = new TerminalCaller(lines, print, clock, (event) => void host.deliver('terminal', event));
    const connection = { local: 'sip:page@terminal', remote: 'sip:author@terminal', originator: 'remote', protocol: { name: 'terminal', version: '1' } } as const;
    host.start({ dialog: 'terminal', connection, values }, { dialog: 'terminal', uri });
  });
  lines.close();
  await rm(audioFolder, { recursive: true, force: true });
  return end;
}
