import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { host, until, type PeerProcess, type Scope } from '../scope.ts';
import { readSamples, writeTone } from '../sound.ts';

export interface BaresipOptions {
  /** User part of its address. */
  readonly user: string;
  /** What it says: a WAV file of 8 kHz (or of `sampleRate`). Absent: a 440 Hz tone. */
  readonly says?: string;
  readonly toneHz?: number;
  readonly sampleRate?: number;
  /** Modules of audio codecs, in its order of preference. */
  readonly codecs?: readonly string[];
  /** Parameters of the account, e.g. `;transport=tcp;mediaenc=srtp`. */
  readonly account?: string;
  /** Host part of its address of record, and whether it registers there. */
  readonly domain?: string;
  readonly extraModules?: readonly string[];
  readonly config?: readonly string[];
}

interface ControlMessage {
  readonly event?: boolean;
  readonly type?: string;
  readonly class?: string;
  readonly param?: string;
  readonly response?: boolean;
  readonly ok?: boolean;
  readonly data?: string;
  readonly [more: string]: unknown;
}

/** A headless baresip with a configuration of its own: says a WAV file, records what it hears, is steered over its control socket. */
export class Baresip {
  readonly port: number;
  readonly user: string;
  readonly events: ControlMessage[] = [];
  readonly #folder: string;
  readonly #process: PeerProcess;
  readonly #control: Socket;
  readonly #answers: ((message: ControlMessage) => void)[] = [];

  private constructor(port: number, user: string, folder: string, process: PeerProcess, control: Socket) {
    this.port = port;
    this.user = user;
    this.#folder = folder;
    this.#process = process;
    this.#control = control;
    let buffered = Buffer.alloc(0);
    control.on('data', (data) => {
      buffered = Buffer.concat([buffered, data]);
      for (;;) {
        const colon = buffered.indexOf(0x3a);
        if (colon < 0) return;
        const length = Number(buffered.subarray(0, colon).toString('latin1'));
        if (buffered.length < colon + length + 2) return;
        this.#take(JSON.parse(buffered.subarray(colon + 1, colon + 1 + length).toString('utf8')) as ControlMessage);
        buffered = buffered.subarray(colon + length + 2);
      }
    });
    control.on('error', () => undefined);
  }

  static async start(scope: Scope, options: BaresipOptions): Promise<Baresip> {
    // It listens on the next port too, for TLS.
    const port = await scope.port(2);
    const controlPort = await scope.port();
    const rtp = await scope.port(10);
    const folder = scope.file(`baresip-${options.user.replace(/\W/g, '')}-${port}`);
    mkdirSync(folder);
    const rate = options.sampleRate ?? 8_000;
    const says = options.says ?? join(folder, 'tone.wav');
    if (options.says === undefined) writeTone(says, options.toneHz ?? 440, 60_000, rate);
    writeFileSync(join(folder, 'config'), [
      `sip_listen ${host}:${port}`, `net_interface ${host}`, 'call_local_timeout 60', 'call_max_calls 8',
      'audio_player alsa,null', `audio_source aufile,${says}`, 'audio_alert alsa,null',
      `ausrc_srate ${rate}`, `auplay_srate ${rate}`, 'ausrc_channels 1', 'auplay_channels 1', `rtp_ports ${rtp}-${rtp + 9}`, 'jitter_buffer_delay 2-10', 'audio_buffer 20-160', 'rtp_stats yes',
      `module_path ${modulePath()}`, ...(options.codecs ?? ['g711']).map((codec) => `module ${codec}.so`),
      'module aufile.so', 'module alsa.so', 'module sndfile.so', ...(options.extraModules ?? []).map((name) => `module ${name}.so`),
      'module_tmp uuid.so', 'module_tmp account.so', 'module_app menu.so', 'module_app ctrl_tcp.so',
      `ctrl_tcp_listen ${host}:${controlPort}`, `snd_path ${folder}`, 'ringback_disabled yes', 'statmode_default off', ...(options.config ?? []), '',
    ].join('\n'));
    writeFileSync(join(folder, 'accounts'), `<sip:${options.user}@${options.domain ?? host}>;answermode=auto${/regint/.test(options.account ?? '') ? '' : ';regint=0'}${options.account ?? ''}\n`);
    writeFileSync(join(folder, 'contacts'), '');
    const process = scope.start(`baresip ${options.user}`, 'baresip', ['-f', folder, '-4'], { cwd: folder });
    const control = await until('baresip opens its control socket', 8_000, () => dial(controlPort));
    scope.defer(() => control.destroy());
    const baresip = new Baresip(port, options.user, folder, process, control);
    await until('baresip is ready', 8_000, () => /baresip is ready/.test(process.output()));
    return baresip;
  }

  get uri(): string {
    return `sip:${this.user}@${host}:${this.port}`;
  }

  get output(): string {
    return this.#process.output();
  }

  /** A command of its menu, e.g. `dial`. @throws Error when baresip refuses it */
  async command(command: string, params = ''): Promise<string> {
    const json = JSON.stringify({ command, params, token: 'nailup' });
    const answer = await new Promise<ControlMessage>((done) => {
      this.#answers.push(done);
      this.#control.write(`${Buffer.byteLength(json)}:${json},`);
    });
    if (answer.ok === false) throw new Error(`baresip: ${command} ${params}: ${answer.data ?? 'refused'}`);
    return answer.data ?? '';
  }

  /** An event of that type, e.g. `CALL_ESTABLISHED`, after the first `skip` of it. */
  event(type: string, limitMs = 6_000, skip = 0): Promise<ControlMessage> {
    return until(`baresip tells ${type}`, limitMs, () => this.events.filter((event) => event.type === type)[skip]);
  }

  count(type: string): number {
    return this.events.filter((event) => event.type === type).length;
  }

  /** What it has heard in its newest call so far; `which` counts calls from 0. */
  heard(which?: number): { readonly samples: Int16Array; readonly rate: number } {
    return this.#dump('dec', which);
  }

  /** RTP packets that it received in the calls that are over, by its own count. */
  get packetsReceived(): number {
    return [...this.#process.output().matchAll(/^packets:\s+\d+\s+(\d+)/gm)].reduce((sum, [, n]) => sum + Number(n), 0);
  }

  /** What it has said. */
  said(which?: number): { readonly samples: Int16Array; readonly rate: number } {
    return this.#dump('enc', which);
  }

  #dump(kind: 'enc' | 'dec', which?: number): { readonly samples: Int16Array; readonly rate: number } {
    const files = readdirSync(this.#folder).filter((file) => file.endsWith(`-${kind}.wav`)).sort();
    const file = which === undefined ? files.at(-1) : files[which];
    if (file === undefined) return { samples: new Int16Array(0), rate: 8_000 };
    return readSamples(readFileSync(join(this.#folder, file)));
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }

  #take(message: ControlMessage): void {
    if (message.event === true) this.events.push(message);
    else this.#answers.shift()?.(message);
  }
}

function dial(port: number): Promise<Socket | undefined> {
  return new Promise((done) => {
    const socket = connect(port, host, () => done(socket));
    socket.once('error', () => done(undefined));
  });
}

function modulePath(): string {
  return '/usr/lib/baresip/modules';
}
