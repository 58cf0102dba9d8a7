import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asteriskFiles } from '../asterisk-root.ts';
import { expect, host, until, type PeerProcess, type Scope } from '../scope.ts';
import { readSamples } from '../sound.ts';
import { configuration, type AsteriskOptions } from './asterisk-configuration.ts';
import { Manager, type ManagerMessage } from './manager.ts';

/** An Asterisk with a configuration of its own, all on loopback: its dialplan says tones and records what it hears; steered by its manager interface. */
export class Asterisk {
  /** UDP and TCP; TLS is one above. */
  readonly port: number;
  readonly #folder: string;
  readonly #process: PeerProcess;
  readonly #manager: Manager;

  private constructor(port: number, folder: string, process: PeerProcess, manager: Manager) {
    this.port = port;
    this.#folder = folder;
    this.#process = process;
    this.#manager = manager;
  }

  static async start(scope: Scope, options: AsteriskOptions = {}): Promise<Asterisk> {
    const port = await scope.port(2);
    const managerPort = await scope.port();
    const rtp = await scope.port(rtpPorts);
    const folder = scope.file(`asterisk-${port}`);
    for (const name of ['etc', 'run', 'log', 'lib', 'spool', 'heard']) mkdirSync(join(folder, name), { recursive: true });
    const places = { folder, port, managerPort, rtp: { from: rtp, to: rtp + rtpPorts - 1 } };
    for (const [name, text] of Object.entries(configuration(places, options))) writeFileSync(join(folder, 'etc', name), text);
    const [command = '', ...args] = asteriskFiles.command;
    const process = scope.start('asterisk', command, [...args, '-f', '-n', '-C', join(folder, 'etc', 'asterisk.conf')], { cwd: folder, logFile: join(folder, 'log', 'full') });
    const ended = (): void => expect(process.process.exitCode === null, `asterisk ended: ${process.output().slice(-600)}`);
    const manager = await until('asterisk opens its manager port', 10_000, () => {
      ended();
      return Manager.open(managerPort);
    });
    scope.defer(() => manager.close());
    await manager.action('Login', { Username: 'nailup', Secret: 'nailup' });
    await until('asterisk has booted', 10_000, () => {
      ended();
      return manager.events.find((event) => event['Event'] === 'FullyBooted');
    });
    return new Asterisk(port, folder, process, manager);
  }

  /** The address of an extension of its dialplan. */
  uri(extension: string, transport: 'udp' | 'tcp' | 'tls' = 'udp'): string {
    return `sip:${extension}@${host}:${transport === 'tls' ? this.port + 1 : this.port}${transport === 'udp' ? '' : `;transport=${transport}`}`;
  }

  /** Calls that address (or, without one, the contact of the endpoint) and lets whoever answers into an extension. */
  async ring(extension: string, to: string | undefined, fields: Readonly<Record<string, string>> = {}, endpoint = 'nailup'): Promise<void> {
    await this.action('Originate', { Channel: `PJSIP/${endpoint}${to === undefined ? '' : `/${to}`}`, Context: 'peer', Exten: extension, Priority: '1', Async: 'true', CallerID: '"Asterisk" <peer>', ...fields });
  }

  action(name: string, fields: Readonly<Record<string, string>> = {}): Promise<ManagerMessage> {
    return this.#manager.action(name, fields);
  }

  /** A command of its console, its output. */
  async command(line: string): Promise<string> {
    return (await this.action('Command', { Command: line }))['Output'] ?? '';
  }

  get events(): readonly ManagerMessage[] {
    return this.#manager.events;
  }

  event(name: string, limitMs = 6_000, which: (event: ManagerMessage) => boolean = () => true): Promise<ManagerMessage> {
    return until(`asterisk tells ${name}`, limitMs, () => this.events.find((event) => event['Event'] === name && which(event)));
  }

  /** What the dialplan tells by UserEvent: the value of `Word`. */
  async told(name: string, limitMs = 8_000): Promise<string> {
    return (await this.event('UserEvent', limitMs, (event) => event['UserEvent'] === name))['Word'] ?? '';
  }

  /** The digits that it has received, one event each, on the channels whose name has that in it. */
  digits(channel = ''): string {
    return this.events.filter((event) => event['Event'] === 'DTMFEnd' && event['Direction'] === 'Received' && event['Channel']?.includes(channel)).map((event) => event['Digit'] ?? '').join('');
  }

  /** What it has heard in its newest recorded call; `which` counts them from 0. */
  heard(which?: number): { readonly samples: Int16Array; readonly rate: number } {
    const order = (file: string): number => Number(/(\d+)-in\.wav$/.exec(file)?.[1]);
    const files = readdirSync(join(this.#folder, 'heard')).filter((file) => file.endsWith('-in.wav')).sort((a, b) => order(a) - order(b));
    const file = which === undefined ? files.at(-1) : files[which];
    if (file === undefined) return { samples: new Int16Array(0), rate: 8_000 };
    return readSamples(readFileSync(join(this.#folder, 'heard', file)));
  }

  /** No channel is open any more. */
  quiet(limitMs = 4_000): Promise<true> {
    return until('asterisk has no channel open', limitMs, async () => /^0 active channels/m.test(await this.command('core show channels')));
  }

  get output(): string {
    return this.#process.output();
  }
}

/** Two for each leg. */
const rtpPorts = 12;
