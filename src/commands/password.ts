import type { Command } from 'commander';
import { createInterface } from 'node:readline';
import { NailupError } from '../kernel/nailup-error.ts';
import { digestHash } from '../sip/auth/digest-algorithm.ts';
import { hashPassword } from '../modules/agents/index.ts';

const shortest = 8;

/** `nailup password`: reads a password from standard input and prints its hash for the configuration. */
export function registerPassword(program: Command): void {
  program
    .command('password')
    .description('read a password or token from standard input and print its hash, for agents[].passwordHash and http.apiTokenHash')
    .option('--sip <extension>', "print what an agent's phone registers with instead, for agents[].sipPasswordHa1")
    .option('--realm <realm>', 'with --sip: sip.registrar.realm')
    .action(async ({ sip, realm }: { sip?: string; realm?: string }) => {
      if ((sip === undefined) !== (realm === undefined)) throw new NailupError('PASSWORD_SIP', '--sip and --realm belong together', { mend: 'Give both.' });
      if (process.stdin.isTTY) process.stderr.write('Password: ');
      const password = await firstLine();
      if (password.length < shortest) throw new NailupError('PASSWORD_SHORT', `a password of ${password.length} characters is too short`, { mend: `Use at least ${shortest}.` });
      const hash = (algorithm: 'MD5' | 'SHA-256'): string => digestHash(algorithm, `${sip ?? ''}:${realm ?? ''}:${password}`);
      process.stdout.write(`${sip === undefined ? await hashPassword(password) : `ha1$${hash('MD5')}$${hash('SHA-256')}`}\n`);
    });
}

async function firstLine(): Promise<string> {
  for await (const line of createInterface({ input: process.stdin })) return line;
  return '';
}
