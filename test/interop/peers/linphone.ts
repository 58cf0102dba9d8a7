import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { host, pause, until, type PeerProcess, type Scope } from '../scope.ts';
import { readSamples, writeTone } from '../sound.ts';

/** A linphonec with files in place of a sound card: says a tone, records what it hears, answers by itself, is steered over its standard input. */
export class Linphone {
  readonly port: number;
  readonly #process: PeerProcess;
  readonly #record: string;

  private constructor(port: number, process: PeerProcess, record: string) {
    this.port = port;
    this.#process = process;
    this.#record = record;
  }

  static async start(scope: Scope, options: { readonly toneHz: number }): Promise<Linphone> {
    const port = await scope.port(2);
    const rtp = await scope.port(4);
    const folder = scope.file(`linphone-${port}`);
    mkdirSync(join(folder, '.local', 'share', 'linphone'), { recursive: true });
    mkdirSync(join(folder, '.config'), { recursive: true });
    const says = join(folder, 'tone.wav');
    const record = join(folder, 'heard.wav');
    writeTone(says, options.toneHz, 60_000);
    writeFileSync(join(folder, 'rc'), [
      '[sip]', `sip_port=${port}`, `sip_tcp_port=${port}`, 'sip_tls_port=0', 'use_ipv6=0', 'guess_hostname=0', `contact=sip:linphone@${host}:${port}`, 'bind_address=127.0.0.1', 'use_info=0', 'use_rfc2833=1',
      '[rtp]', `audio_rtp_port=${rtp}`, '[sound]', 'echocancellation=0', 'agc=0', '',
    ].join('\n'));
    const process = scope.start('linphonec', 'linphonec', ['-c', join(folder, 'rc'), '-a'], { cwd: folder, keepInput: true, env: { HOME: folder, XDG_CONFIG_HOME: join(folder, '.config'), XDG_DATA_HOME: join(folder, '.local', 'share') } });
    const linphone = new Linphone(port, process, record);
    await until('linphonec is ready', 8_000, () => /linphonec>/.test(process.output()));
    await linphone.command('soundcard use files');
    await linphone.command(`play ${says}`);
    await linphone.command(`record ${record}`);
    return linphone;
  }

  get uri(): string {
    return `sip:linphone@${host}:${this.port}`;
  }

  get output(): string {
    return this.#process.output();
  }

  async command(line: string): Promise<void> {
    this.#process.process.stdin?.write(`${line}\n`);
    await pause(250);
  }

  heard(): { readonly samples: Int16Array; readonly rate: number } {
    return readSamples(readFileSync(this.#record));
  }
}
