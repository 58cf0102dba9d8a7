import type { Command } from 'commander';
import { NailupError } from '../kernel/nailup-error.ts';
import { mailAddress } from '../modules/channels/index.ts';
import {
  contactLists, DoNotCallList, isCountry, parseDelimiter, parsePhoneNumber, planImport, runImport, type CountryCode, type Encoding, type ImportRequest, type MappedField, type NumberCheck,
} from '../modules/contacts/index.ts';
import { commandConfig, commandLogger, withStore } from './store.ts';

interface ImportFlags {
  readonly list: string;
  readonly config?: string;
  readonly delimiter?: string;
  readonly encoding?: string;
  readonly map?: readonly string[];
  readonly country?: string;
  readonly rejects?: string;
  readonly numbers?: string;
  readonly json?: boolean;
}

const fields: readonly MappedField[] = ['phone', 'country', 'timezone'];

/** `nailup contacts import | list`, `nailup dnc add | check | remove`. */
export function registerContacts(program: Command): void {
  const contacts = program.command('contacts').description('contact lists');
  contacts
    .command('import <file>')
    .description('import a CSV file into a list; run it again to go on with an import that was broken off')
    .requiredOption('--list <name>', 'the list; made when there is none of that name')
    .option('--delimiter <word>', 'comma, semicolon, tab or pipe (default: detected)')
    .option('--encoding <name>', 'utf8 or latin1 (default: detected)')
    .option('--map <field=column...>', `which column is which: ${fields.join(', ')}, e.g. phone=Telefon (repeatable)`)
    .option('--country <code>', 'country of numbers written without one, e.g. DE (default: contacts.defaultCountry of the configuration)')
    .option('--numbers <check>', 'valid: only ranges known to be in use; plausible: any of a possible length (default)')
    .option('--rejects <file>', 'where rejected rows go (default: FILE.rejects.csv)')
    .option('--json', 'print the result as JSON')
    .option('--config <file>', 'configuration (default: nailup.yaml)')
    .action(importFile);
  contacts
    .command('list')
    .description('show the lists')
    .option('--json', 'print as JSON')
    .option('--config <file>', 'configuration (default: nailup.yaml)')
    .action(runList);

  const dnc = program.command('dnc').description('the do-not-call list');
  const option = '--config <file>';
  dnc.command('add <address>').description('never call this number, or write to this mail address').option('--source <text>', 'who wished it', 'command line').option(option, 'configuration').action(runDncAdd);
  dnc.command('check <address>').description('say whether it is on the list; exit code 1 when it is not').option(option, 'configuration').action(runDncCheck);
  dnc.command('remove <address>').description('take it off the list').option(option, 'configuration').action(runDncRemove);
}

async function importFile(file: string, flags: ImportFlags): Promise<void> {
  const config = commandConfig(flags.config);
  const interrupted = new AbortController();
  const stop = (): void => interrupted.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const terminal = process.stderr.isTTY;
  const request: ImportRequest = {
    file,
    list: flags.list,
    country: country(flags.country ?? config.contacts.defaultCountry, flags.country === undefined ? 'contacts.defaultCountry' : '--country'),
    signal: interrupted.signal,
    ...(flags.delimiter === undefined ? {} : { delimiter: parseDelimiter(flags.delimiter) }),
    ...(flags.encoding === undefined ? {} : { encoding: encoding(flags.encoding) }),
    ...(flags.map === undefined ? {} : { map: mapping(flags.map) }),
    ...(flags.numbers === undefined ? {} : { check: numbers(flags.numbers) }),
    ...(flags.rejects === undefined ? {} : { rejectsFile: flags.rejects }),
    ...(terminal ? { onProgress: ({ rowsRead, bytesDone, bytes }): void => void process.stderr.write(`\r${rowsRead} rows, ${Math.floor((100 * bytesDone) / bytes)} %`) } : {}),
  };
  try {
    // A file that is not in order is found before a database is made for it.
    const plan = await planImport(request);
    const summary = await withStore(config, (store) => runImport(store, plan, commandLogger));
    if (terminal) process.stderr.write('\r\u001b[K');
    if (flags.json === true) return void process.stdout.write(`${JSON.stringify(summary)}\n`);
    const resumed = summary.resumed ? ' (went on where it was broken off)' : '';
    process.stdout.write(`${summary.list}: ${summary.read} rows read, ${summary.added} added, ${summary.updated} updated, ${summary.rejected} rejected${resumed}\n`);
    if (summary.rejectsFile !== undefined) process.stdout.write(`rejected rows with their reasons: ${summary.rejectsFile}\n`);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

async function runList(flags: { json?: boolean; config?: string }): Promise<void> {
  const lists = await withStore(commandConfig(flags.config), contactLists);
  if (flags.json === true) return void process.stdout.write(`${JSON.stringify(lists)}\n`);
  if (lists.length === 0) process.stdout.write('no lists; import one: nailup contacts import FILE --list NAME\n');
  for (const list of lists) {
    const last = list.lastImport;
    const imported = last === undefined ? '' : `, last import ${last.state === 'running' ? 'broken off' : last.state} ${new Date(last.startedAt).toISOString()} (${last.read} read, ${last.rejected} rejected)`;
    const unknown = list.unknownTimeZone === 0 ? '' : `, ${list.unknownTimeZone} without a known time zone`;
    process.stdout.write(`${list.name}: ${list.contacts} contacts${unknown}${imported}\n`);
  }
}

async function runDncAdd(text: string, flags: { source: string; config?: string }): Promise<void> {
  const config = commandConfig(flags.config);
  const address = addressOf(text, config.contacts.defaultCountry);
  await withStore(config, (store) => new DoNotCallList(store).add({ address, source: flags.source, at: Date.now() }));
  process.stdout.write(`${address} is on the do-not-call list\n`);
}

async function runDncCheck(text: string, flags: { config?: string }): Promise<void> {
  const config = commandConfig(flags.config);
  const address = addressOf(text, config.contacts.defaultCountry);
  const entry = await withStore(config, (store) => new DoNotCallList(store).find(address, Date.now()));
  if (entry === undefined) process.exitCode = 1;
  process.stdout.write(entry === undefined ? `${address} is not on the do-not-call list\n` : `${address} is on the do-not-call list since ${new Date(entry.addedAt).toISOString()} (${entry.source})\n`);
}

async function runDncRemove(text: string, flags: { config?: string }): Promise<void> {
  const config = commandConfig(flags.config);
  const address = addressOf(text, config.contacts.defaultCountry);
  const removed = await withStore(config, (store) => new DoNotCallList(store).remove(address));
  process.stdout.write(`${address} ${removed ? 'was taken off' : 'was not on'} the do-not-call list\n`);
}

function addressOf(text: string, defaultCountry: string): string {
  if (!text.includes('@')) return e164(text, defaultCountry);
  const address = mailAddress(text);
  if (address === '') throw new NailupError('CONTACTS_MAIL_ADDRESS', `"${text}" is no mail address`, { mend: 'Write it without a name, e.g. ann@example.com.' });
  return address;
}

function e164(number: string, defaultCountry: string): string {
  const parsed = parsePhoneNumber(number, isCountry(defaultCountry) ? defaultCountry : undefined, 'plausible');
  if (!parsed.ok) throw new NailupError('CONTACTS_NUMBER', `"${number}": ${parsed.error}`, { mend: 'Write it with its country code, e.g. +4930901820.' });
  return parsed.value.e164;
}

function country(code: string, place: string): CountryCode {
  const upper = code.toUpperCase();
  if (!isCountry(upper)) throw new NailupError('CONTACTS_COUNTRY', `"${code}" is no country code`, { place, mend: 'Use the two letters of ISO 3166, e.g. DE.' });
  return upper;
}

function encoding(word: string): Encoding {
  const plain = word.toLowerCase().replace(/[^a-z0-9]/g, '');
  if (plain === 'utf8') return 'utf8';
  if (['latin1', 'iso88591', 'windows1252', 'cp1252', 'ansi'].includes(plain)) return 'latin1';
  throw new NailupError('CONTACTS_ENCODING', `"${word}" is no encoding that is read here`, { place: '--encoding', mend: 'Use utf8 or latin1.' });
}

function numbers(word: string): NumberCheck {
  if (word === 'valid' || word === 'plausible') return word;
  throw new NailupError('CONTACTS_NUMBERS', `"${word}" is no check`, { place: '--numbers', mend: 'Use valid or plausible.' });
}

function mapping(pairs: readonly string[]): Partial<Record<MappedField, string>> {
  return Object.fromEntries(pairs.map((pair) => {
    const [field, ...column] = pair.split('=');
    const known = fields.find((name) => name === field?.toLowerCase());
    if (known === undefined || column.length === 0) {
      throw new NailupError('CONTACTS_MAP', `"${pair}" is no mapping`, { place: '--map', mend: `Write field=column, the field being one of ${fields.join(', ')}.` });
    }
    return [known, column.join('=')];
  }));
}
