import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { SignallingEvent, TrunkConfig } from '../../../src/signalling/signalling.ts';
import type { DoomedProcess } from './orphan-contract.ts';

/** Starts `script` (as embedded-child.ts) and resolves when it listens. */
export async function doomedProcess(script: string, trunks: readonly TrunkConfig[]): Promise<DoomedProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', fileURLToPath(new URL(script, import.meta.url)), JSON.stringify(trunks)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const events: (SignallingEvent | { readonly name: 'ready'; readonly port: number })[] = [];
  let wake: () => void = () => undefined;
  createInterface({ input: child.stdout }).on('line', (line) => {
    events.push(JSON.parse(line) as SignallingEvent);
    wake();
  });
  const first = async (name: string): Promise<unknown> => {
    for (;;) {
      const found = events.find((event) => event.name === name);
      if (found !== undefined) return found;
      await Promise.race([new Promise<void>((resolve) => (wake = resolve)), exited.then(() => Promise.reject(new Error(`the process ended before ${name}`)))]);
    }
  };
  const { port } = (await first('ready')) as { port: number };
  return {
    port,
    place: (command) => void child.stdin.write(`${JSON.stringify(command)}\n`),
    seen: async (name) => (await first(name)) as never,
    kill: () => {
      child.kill('SIGKILL');
      return exited;
    },
  };
}
