import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { compileStacks } from '../sip/compile-stacks.ts';
import type { ChildOrder, ChildReport } from '../sip/stack-child.ts';

export interface StackStep {
  readonly rate: number;
  readonly calls: number;
  readonly failed: number;
  /** Of the calling process. */
  readonly cpuMsPerCall: number;
}

/** A caller of INVITE, ACK, BYE in one process, a bare dgram responder in another. */
export class StackRun {
  readonly #caller: ChildProcess;
  readonly #responder: ChildProcess;
  #target = 0;

  constructor(caller: 'nailup' | 'dgram') {
    const file = compileStacks(fileURLToPath(new URL('../../../', import.meta.url)).replace(/\/$/, ''));
    this.#responder = fork(file, ['dgram', 'uas'], { execArgv: [] });
    this.#caller = fork(file, [caller, 'uac'], { execArgv: [] });
  }

  async start(): Promise<void> {
    const [responder] = await Promise.all([next(this.#responder), next(this.#caller)]);
    this.#target = responder.port ?? 0;
    await this.step(300, 2);
  }

  async step(rate: number, seconds: number): Promise<StackStep> {
    const calls = rate * seconds;
    const over = next(this.#caller);
    this.#caller.send({ do: 'call', port: this.#target, rate, calls } satisfies ChildOrder);
    const { cpuMs = Number.NaN, failed = Number.NaN } = await over;
    return { rate, calls, failed, cpuMsPerCall: cpuMs / calls };
  }

  async close(): Promise<void> {
    await Promise.all([this.#caller, this.#responder].map((child) => new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.send({ do: 'quit' } satisfies ChildOrder);
    })));
  }
}

const next = (child: ChildProcess): Promise<ChildReport> => new Promise((resolve, reject) => {
  const ended = (code: number | null): void => reject(new Error(`a stack's process ended with ${code}`));
  child.once('exit', ended);
  child.once('message', (report: ChildReport) => {
    child.off('exit', ended);
    resolve(report);
  });
});
