import { spawn } from 'node:child_process';

export interface ChildOutcome {
  readonly ok: boolean;
  readonly stdout: Buffer;
  /** Why it failed: not found, exit code with the last words of stderr, time limit, aborted. */
  readonly reason: string;
}

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** Runs a program without a shell, feeds `input` to its stdin and collects stdout. Never rejects; always leaves no process behind. */
export function runChild(command: string, args: readonly string[], input: string | Uint8Array, limits: { timeoutMs: number; signal?: AbortSignal }): Promise<ChildOutcome> {
  return new Promise((resolve) => {
    if (limits.signal?.aborted === true) return resolve({ ok: false, stdout: Buffer.alloc(0), reason: 'aborted' });
    const chunks: Buffer[] = [];
    let bytes = 0;
    let stderr = '';
    let stopped = '';
    const child = spawn(command, [...args], { stdio: ['pipe', 'pipe', 'pipe'], shell: false });
    const stop = (why: string): void => {
      stopped ||= why;
      child.kill('SIGKILL');
    };
    const timer = setTimeout(() => stop(`no answer within ${limits.timeoutMs} ms`), limits.timeoutMs);
    const onAbort = (): void => stop('aborted');
    limits.signal?.addEventListener('abort', onAbort, { once: true });
    const end = (ok: boolean, reason: string): void => {
      clearTimeout(timer);
      limits.signal?.removeEventListener('abort', onAbort);
      resolve({ ok, stdout: Buffer.concat(chunks), reason });
    };
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_OUTPUT_BYTES) stop(`more than ${MAX_OUTPUT_BYTES} octets of output`);
      else chunks.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString('utf8')).slice(-500);
    });
    child.on('error', (error) => end(false, `${command}: ${error.message}`));
    child.on('close', (code, signal) => {
      if (stopped !== '') end(false, `${command}: ${stopped}`);
      else if (code === 0) end(true, '');
      else end(false, `${command}: ended with ${code ?? signal}: ${stderr.trim()}`);
    });
    // The program may end without reading: that is told by its exit code.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
