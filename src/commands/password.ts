import type { Command } from 'commander';
import { createInterface } from 'node:readline';
import { NailupError } from '../kernel/nailup-error.ts';
import { hashPassword } from '../modules/agents/index.ts';

const shortest = 8;

/** `nailup password`: reads a password from standard input and prints its hash for the configuration. */
export function registerPassword(program: Command): void {
  program
    .command('password')
    .description('read a password or token from standard input and print its hash, for agents[].passwordHash and http.apiTokenHash')
    .action(async () => {
      if (process.stdin.isTTY) process.stderr.write('Password: ');
      const password = await firstLine();
      if (password.length < shortest) throw new NailupError('PASSWORD_SHORT', `a password of ${password.length} characters is too short`, { mend: `Use at least ${shortest}.` });
      process.stdout.write(`${await hashPassword(password)}\n`);
    });
}

async function firstLine(): Promise<string> {
  for await (const line of createInterface({ input: process.stdin })) return line;
  return '';
}
