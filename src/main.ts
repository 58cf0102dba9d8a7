import { Command } from 'commander';
import { registerCcxml } from './commands/ccxml.ts';
import { registerContacts } from './commands/contacts.ts';
import { registerGrammar } from './commands/grammar.ts';
import { registerPassword } from './commands/password.ts';
import { registerServe } from './commands/serve.ts';
import { registerVxml } from './commands/vxml.ts';
import { NailupError } from './kernel/nailup-error.ts';

/** The command line. Each command stands in `commands/` and registers itself here, one line each. */
const program = new Command('nailup')
  .description('CCXML/VoiceXML application server for proactive outreach')
  .showHelpAfterError()
  .configureHelp({ showGlobalOptions: true });

registerCcxml(program);
registerContacts(program);
registerGrammar(program);
registerServe(program);
registerVxml(program);
registerPassword(program);

try {
  await program.parseAsync(process.argv);
} catch (error) {
  if (!(error instanceof NailupError)) throw error;
  process.stderr.write(`nailup: ${error.line}\n`);
  process.exitCode = 1;
}
