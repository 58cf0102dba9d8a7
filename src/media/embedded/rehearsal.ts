import { linearToUlaw } from '../../audio/g711.ts';
import type { MediaId } from '../../kernel/ids.ts';
import { silentLogger } from '../../kernel/logger.ts';
import type { WorkerConfig } from './config.ts';
import { MediaEngine } from './engine.ts';
import { FileThread } from './file-thread.ts';
import type { PacketIo, PacketListener, PacketSocket, SocketPair } from './packet-io.ts';

/** Pairs of phones that talk to each other, and ticks: together some thousand frames, after which the code is compiled. */
const pairs = 8;
const ticks = 250;
const frame = 160;
const id = (name: string): MediaId => name as MediaId;
const mute = { events: 'mute', inband: 'mute' } as const;

/**
 * Calls that nobody makes, carried through a graph of their own before a thread takes any: code that runs for the first time is slow, and
 * hundreds of legs may begin in one moment after a start, or when a thread takes the place of one that failed. Nothing leaves, and nothing is kept.
 * Returns how many packets would have left.
 */
export function rehearse(config: WorkerConfig): number {
  const io = new NoNetwork();
  // As uneven as times are: what is compiled for whole numbers would have to be compiled again.
  let nowMs = 1234.567;
  const engine = new MediaEngine({
    config, io, files: new FileThread(() => undefined), log: silentLogger, random: Math.random, now: () => nowMs, processOffset: 0, emit: () => undefined,
  });
  const remoteSdp = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n';
  for (let n = 0; n < pairs * 2; n++) engine.command({ op: 'openEndpoint', command: { node: id(`leg${n}`), codecs: ['PCMU', 'telephone-event'], remoteSdp } });
  const speech = Uint8Array.from({ length: frame * 97 }, (_, i) => linearToUlaw[spoken(i) & 0xffff] as number);
  const packet = new Uint8Array(12 + frame);
  packet[0] = 0x80;
  for (let tick = 0; tick < ticks; tick++) {
    for (let n = 0; n < pairs * 2; n++) {
      if (tick % 50 === 0) join(engine, n, tick % 100 === 0);
      else if (tick % 50 === 45) engine.command({ op: 'disconnect', from: id(`leg${n}`), to: id(`leg${n ^ 1}`) });
    }
    for (const [n, socket] of io.phones.entries()) {
      // One is lost now and then.
      if ((tick * 7 + n * 5) % 97 === 0) continue;
      write(packet, n, tick);
      const at = ((tick + n * 7) % 97) * frame;
      packet.set(speech.subarray(at, at + frame), 12);
      socket.listener?.packet(packet, packet.length, 0x7f000001, 40_000, nowMs + 13 + Math.random());
    }
    nowMs += 20 + 0.1 * Math.random();
    engine.tick(nowMs);
  }
  const { sent } = io;
  engine.closeAll();
  return sent;
}

/** Lets the leg be heard by the one it talks to, clamped or not. */
function join(engine: MediaEngine, n: number, clamped: boolean): void {
  engine.command({ op: 'connect', edge: { from: id(`leg${n}`), to: id(`leg${n ^ 1}`), ...(clamped ? { clamp: mute } : {}) } });
}

/** Something like a voice: a pitch with overtones in syllables, between pauses. */
function spoken(i: number): number {
  const second = i / 8000;
  const syllable = Math.max(0, Math.sin(2 * Math.PI * 3.1 * second)) * (second % 1.9 < 1.3 ? 1 : 0);
  const pitch = 2 * Math.PI * (120 + 15 * Math.sin(second * 5)) * second;
  const value = syllable * 9000 * (Math.sin(pitch) + 0.7 * Math.sin(3 * pitch) + 0.5 * Math.sin(7 * pitch) + 0.3 * Math.sin(13 * pitch));
  return Math.max(-32768, Math.min(32767, Math.round(value)));
}

function write(packet: Uint8Array, n: number, tick: number): void {
  const view = new DataView(packet.buffer);
  view.setUint16(2, tick);
  view.setUint32(4, (tick * frame + 0x9000_0000 + n) >>> 0);
  view.setUint32(8, 0x8000_0000 + n);
}

class NoNetwork implements PacketIo {
  readonly kind = 'dgram';
  readonly openSockets = 0;
  /** The RTP sockets, in the order of their opening. */
  readonly phones: PacketSocket[] = [];
  sent = 0;

  openPair(_inTurn: boolean, done: (pair: SocketPair | undefined) => void): void {
    const rtp = new NoSocket(this);
    this.phones.push(rtp);
    done({ rtp, rtcp: new NoSocket(this) });
  }

  poll(): void {
    // What arrives is handed over without it.
  }

  read(): void {
    // The same.
  }

  flush(): void {
    // Nothing leaves.
  }

  close(): void {
    // There is nothing to close.
  }
}

const room = new Uint8Array(1500);

class NoSocket implements PacketSocket {
  readonly port = 40_000;
  listener: PacketListener | undefined;
  readonly #network: NoNetwork;

  constructor(network: NoNetwork) {
    this.#network = network;
  }

  sendTo(): boolean {
    return true;
  }

  sendToSource(): void {
    // Nothing is sent.
  }

  sourceAddress(): string {
    return '127.0.0.1';
  }

  room(): Uint8Array {
    return room;
  }

  send(): boolean {
    this.#network.sent += 1;
    return true;
  }

  close(): void {
    this.listener = undefined;
  }
}
