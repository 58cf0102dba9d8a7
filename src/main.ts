import { Command } from 'commander';
import { NailupError } from './kernel/nailup-error.ts';

type Register = (program: Command) => void;

/** The command line. Each command stands in `commands/` and has one line here; only the module of the command that is run is loaded. */
const commands: Readonly<Record<string, () => Promise<Register>>> = {
  ccxml: async () => (await import('./commands/ccxml.ts')).registerCcxml,
  contacts: async () => (await import('./commands/contacts.ts')).registerContacts,
  dnc: async () => (await import('./commands/contacts.ts')).registerContacts,
  grammar: async () => (await import('./commands/grammar.ts')).registerGrammar,
  job: async () => (await import('./commands/job.ts')).registerJob,
  media: async () => (await import('./commands/media.ts')).registerMedia,
  pacing: async () => (await import('./commands/pacing.ts')).registerPacing,
  password: async () => (await import('./commands/password.ts')).registerPassword,
  sip: async () => (await import('./commands/sip.ts')).registerSip,
  serve: async () => (await import('./commands/serve.ts')).registerServe,
  vxml: async () => (await import('./commands/vxml.ts')).registerVxml,
};

const program = new Command('nailup')
  .description('CCXML/VoiceXML application server for proactive outreach')
  .showHelpAfterError()
  .configureHelp({ showGlobalOptions: true });

try {
  const word = process.argv.slice(2).find((argument) => !argument.startsWith('-')) ?? '';
  // Help, and a word that is no command, need the names of all of them.
  const wanted = Object.hasOwn(commands, word) ? [commands[word]] : Object.values(commands);
  for (const register of new Set(await Promise.all(wanted.map((load) => load?.())))) register?.(program);
  await program.parseAsync(process.argv);
} catch (error) {
  if (!(error instanceof NailupError)) throw error;
  process.stderr.write(`nailup: ${error.line}\n`);
  process.exitCode = 1;
}
