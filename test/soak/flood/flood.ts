import { linearToUlaw } from '../../../src/audio/g711.ts';
import { IoRing } from '../../../src/media/embedded/io-ring.ts';
import { loadLibc, type Libc } from '../../../src/media/embedded/libc.ts';
import { SendBatch } from '../../../src/media/embedded/send-batch.ts';
import { socketAddressBytes, writeSocketAddress } from '../../../src/media/embedded/socket-address.ts';
import { TargetPool, type Target } from '../../../src/media/embedded/target-pool.ts';

const everyMs = 5;
const kinds = 64;

/** Packets of every bad kind at one pair of ports, so many a second: random octets, cut-off, RTP of a stranger, RTCP that does not add up. */
export class Flood {
  sent = 0;
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #ring: IoRing | undefined;
  readonly #sending: SendBatch;
  readonly #packets: Uint8Array[];
  readonly #targets: Target[];
  #timer: NodeJS.Timeout | undefined;

  /** @param hz what the stranger's RTP says: it must be heard nowhere. */
  constructor(rtpPorts: readonly number[], hz: number, random: () => number) {
    const libc = loadLibc();
    if (typeof libc === 'string') throw new Error(`the flood needs koffi: ${libc}`);
    this.#libc = libc;
    const ring = IoRing.open(libc, 256);
    this.#ring = typeof ring === 'string' ? undefined : ring;
    this.#sending = new SendBatch(libc, this.#ring);
    this.#fd = libc.socket(2, 2 | 0o4000, 0);
    const own = new Uint8Array(socketAddressBytes);
    libc.bind(this.#fd, own.subarray(0, writeSocketAddress(own, '127.0.0.1', 0)), 16);
    const pool = new TargetPool(libc);
    this.#targets = rtpPorts.flatMap((port) => [port, port, port, port + 1]).map((port) => {
      const target = pool.take();
      target.length = writeSocketAddress(target.bytes, '127.0.0.1', port);
      return target;
    });
    this.#packets = Array.from({ length: kinds }, (_, kind) => packetOf(kind, hz, random));
  }

  start(perSecond: number): void {
    let due = performance.now();
    let owed = 0;
    const run = (): void => {
      owed += ((performance.now() - due) * perSecond) / 1000;
      due = performance.now();
      // After a stall it goes on at its rate: it does not make up for seconds.
      for (owed = Math.min(owed, perSecond / 20); owed >= 1; owed--) this.#send();
      this.#sending.flush();
      this.#timer = setTimeout(run, everyMs);
    };
    run();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#ring?.close();
    this.#libc.close(this.#fd);
  }

  #send(): void {
    const packet = this.#packets[this.sent % kinds] as Uint8Array;
    // The stranger's stream is one in sequence: a latch must not fall for that alone.
    packet[2] = (this.sent >> 14) & 255;
    packet[3] = (this.sent >> 6) & 255;
    this.#sending.send(this.#fd, packet, packet.length, this.#targets[this.sent % this.#targets.length] as Target);
    this.sent += 1;
  }
}

function packetOf(kind: number, hz: number, random: () => number): Uint8Array {
  const bytes = Uint8Array.from({ length: 172 }, () => Math.floor(random() * 256));
  switch (kind % 4) {
    case 0:
      return bytes;
    case 1:
      bytes[0] = 0x80;
      return bytes.subarray(0, 4 + Math.floor(random() * 9));
    case 2:
      bytes.set([0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]);
      for (let i = 0; i < 160; i++) bytes[12 + i] = linearToUlaw[Math.round(12_000 * Math.sin((2 * Math.PI * hz * i) / 8000)) & 0xffff] as number;
      return bytes;
    default:
      bytes.set([0x80, 200 + (kind % 8)]);
      return bytes;
  }
}
