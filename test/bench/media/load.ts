import { IoRing } from '../../../src/media/embedded/io-ring.ts';
import { loadLibc, type Libc } from '../../../src/media/embedded/libc.ts';
import { ReceiveBatch } from '../../../src/media/embedded/receive-batch.ts';
import { SendBatch } from '../../../src/media/embedded/send-batch.ts';
import { socketAddressBytes, writeSocketAddress } from '../../../src/media/embedded/socket-address.ts';
import { TargetPool, type Target } from '../../../src/media/embedded/target-pool.ts';
import { linearToUlaw } from '../../../src/audio/g711.ts';
import { speechLike } from '../../contract/media/signals.ts';

/** Sends 20 ms of speech to every leg each 20 ms from one socket, and counts what comes back. */
export class Load {
  readonly port: number;
  sent = 0;
  received = 0;
  /** For each port that packets come from: when the first of them came in the window that is counted, and how many since. */
  readonly #firstAt = new Float64Array(65_536);
  readonly #count = new Uint32Array(65_536);
  #windowMs = 0;
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #batch: ReceiveBatch;
  readonly #sending: SendBatch;
  readonly #ring: IoRing | undefined;
  readonly #speech: Uint8Array;
  readonly #packet = new Uint8Array(172);
  #targets: Target[] = [];
  #timer: NodeJS.Timeout | undefined;
  #tick = 0;

  constructor() {
    const libc = loadLibc();
    if (typeof libc === 'string') throw new Error(`the load generator needs koffi: ${libc}`);
    this.#libc = libc;
    this.#batch = new ReceiveBatch(libc, 32);
    // The two processes share the machine's cores: what the load takes from them, it takes from what is measured.
    const ring = IoRing.open(libc, 256);
    this.#ring = typeof ring === 'string' ? undefined : ring;
    this.#sending = new SendBatch(libc, this.#ring);
    this.#fd = libc.socket(2, 2 | 0o4000, 0);
    const address = new Uint8Array(socketAddressBytes);
    libc.bind(this.#fd, address.subarray(0, writeSocketAddress(address, '127.0.0.1', 0)), 16);
    libc.setsockopt(this.#fd, 1, 8, Int32Array.of(8 * 1024 * 1024), 4);
    libc.getsockname(this.#fd, address, Int32Array.of(socketAddressBytes));
    this.port = ((address[2] ?? 0) << 8) | (address[3] ?? 0);
    this.#speech = Uint8Array.from(speechLike(10), (s) => linearToUlaw[s & 0xffff] ?? 0xff);
    this.#packet[0] = 0x80;
  }

  start(ports: readonly number[]): void {
    const pool = new TargetPool(this.#libc);
    this.#targets = ports.map((port) => {
      const target = pool.take();
      target.length = writeSocketAddress(target.bytes, '127.0.0.1', port);
      return target;
    });
    let due = performance.now();
    const run = (): void => {
      this.#drain();
      while (performance.now() >= due) {
        this.#send();
        due += 20;
      }
      this.#timer = setTimeout(run, Math.min(4, Math.max(0, due - performance.now())));
    };
    run();
  }

  /** What comes back is counted for so long, for each leg from its first packet on. */
  openWindow(seconds: number): void {
    this.#firstAt.fill(0);
    this.#count.fill(0);
    // Half a packet more: one that is a little late still belongs to it, the next one is not there yet.
    this.#windowMs = seconds * 1000 + 10;
  }

  /**
   * The share of one packet each 20 ms for each leg that has come back in the window, 0 to 1. Server and load have a clock
   * each: a count for all legs from one moment to another would be right to a packet for each leg only, which is 0.3 % of six seconds.
   */
  returned(): number {
    const each = Math.round((this.#windowMs - 10) / 20) + 1;
    let sum = 0;
    for (const count of this.#count) sum += Math.min(count, each);
    return sum / (each * this.#targets.length);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#libc.close(this.#fd);
    this.#ring?.close();
  }

  #send(): void {
    const packet = this.#packet;
    const tick = this.#tick++;
    packet[2] = (tick >> 8) & 0xff;
    packet[3] = tick & 0xff;
    const timestamp = tick * 160;
    for (let i = 0; i < 4; i++) packet[4 + i] = (timestamp >>> (24 - i * 8)) & 0xff;
    for (let leg = 0; leg < this.#targets.length; leg++) {
      const at = (tick * 160 + leg * 1231) % (this.#speech.length - 160);
      for (let i = 0; i < 160; i++) packet[12 + i] = this.#speech[at + i] as number;
      packet[10] = leg >> 8;
      packet[11] = leg & 0xff;
      if (this.#sending.send(this.#fd, packet, 172, this.#targets[leg] as Target)) this.sent += 1;
    }
    this.#sending.flush();
  }

  #drain(): void {
    for (let n = this.#batch.size; n === this.#batch.size; ) {
      n = this.#libc.recvmmsg(this.#fd, this.#batch.pointer, this.#batch.size, 0x40, null);
      if (n > 0) {
        this.received += n;
        const now = performance.now();
        for (let i = 0; i < n; i++) this.#note(this.#batch.port(i), now);
        this.#batch.restore(n);
      }
    }
  }

  #note(port: number, now: number): void {
    const first = this.#firstAt[port] as number;
    if (first === 0) this.#firstAt[port] = now;
    else if (now - first > this.#windowMs) return;
    this.#count[port] = (this.#count[port] as number) + 1;
  }
}
