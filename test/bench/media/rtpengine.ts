import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import type { DebianPackage } from '../../interop/debian-packages.ts';

const rtpenginePath = '/usr/bin/rtpengine';
export const rtpenginePackage: DebianPackage = { name: 'rtpengine-daemon', program: rtpenginePath };

type Bencoded = string | { readonly [key: string]: Bencoded };

const encode = (value: Bencoded): string =>
  typeof value === 'string' ? `${Buffer.byteLength(value)}:${value}` : `d${Object.keys(value).sort().map((key) => encode(key) + encode(value[key] ?? '')).join('')}e`;

/** rtpengine's userspace daemon on loopback, driven over its ng protocol (bencoded datagrams with a cookie). */
export class Rtpengine {
  readonly #process: ChildProcess;
  readonly #control: Socket;
  readonly #port: number;
  #cookie = 0;

  private constructor(process: ChildProcess, control: Socket, port: number) {
    this.#process = process;
    this.#control = control;
    this.#port = port;
  }

  static async start(controlPort: number, ports: { from: number; to: number }): Promise<Rtpengine> {
    const daemon = spawn(rtpenginePath, [
      '--foreground', '--table=-1', '--interface=127.0.0.1', `--listen-ng=127.0.0.1:${controlPort}`, `--port-min=${ports.from}`, `--port-max=${ports.to}`, '--log-level=3', '--log-stderr', '--num-threads=1',
    ], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    daemon.stderr.setEncoding('utf8').on('data', (text: string) => (said = text.trim() || said));
    daemon.on('error', ({ message }) => (said = message));
    const control = createSocket('udp4');
    const engine = new Rtpengine(daemon, control, controlPort);
    for (let attempt = 0; attempt < 50; attempt++) {
      if ((await engine.#ask({ command: 'ping' }, 100))?.includes('pong') === true) return engine;
    }
    await engine.stop();
    throw new Error(`rtpengine did not answer its control port: ${said}`);
  }

  /** One call of two legs, both at `remotePort`; the two ports to send to. */
  async call(id: string, remotePort: number): Promise<number[]> {
    const sdp = `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio ${remotePort} RTP/AVP 0\r\n`;
    const tags = { 'call-id': id, 'from-tag': `${id}a`, sdp, ICE: 'remove' };
    const toB = portOf(await this.#ask({ command: 'offer', ...tags }, 2000));
    const toA = portOf(await this.#ask({ command: 'answer', ...tags, 'to-tag': `${id}b` }, 2000));
    return [toA, toB];
  }

  /** User and system time so far, seconds. */
  cpuSeconds(): number {
    const fields = readFileSync(`/proc/${this.#process.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  async stop(): Promise<void> {
    this.#control.close();
    if (this.#process.exitCode !== null || this.#process.pid === undefined) return;
    const gone = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGKILL');
    await gone;
  }

  #ask(command: Bencoded, timeoutMs: number): Promise<string | undefined> {
    const cookie = String(++this.#cookie);
    return new Promise((resolve) => {
      const done = (reply: string | undefined): void => {
        clearTimeout(timer);
        this.#control.off('message', take);
        resolve(reply);
      };
      const take = (message: Buffer): void => {
        const text = message.toString();
        if (text.startsWith(`${cookie} `)) done(text);
      };
      const timer = setTimeout(() => done(undefined), timeoutMs);
      this.#control.on('message', take);
      this.#control.send(`${cookie} ${encode(command)}`, this.#port, '127.0.0.1');
    });
  }
}

function portOf(reply: string | undefined): number {
  const match = /m=audio (\d+)/.exec(reply ?? '');
  if (match === null) throw new Error(`rtpengine answered ${reply ?? 'nothing'}`);
  return Number(match[1]);
}
