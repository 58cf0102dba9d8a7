import { createSocket, type Socket } from 'node:dgram';
import { host, type Scope } from './scope.ts';

/** Between two RTP addresses of one call: hands everything on, but loses every `every`-th RTP packet of each way after the first fifty. */
export class LossyRelay {
  readonly port: number;
  /** RTP packets that came from that port, and how many of them were lost here. */
  readonly seen = new Map<number, { packets: number; lost: number }>();
  /** The RTP ports of both ends, in the order in which they were named. */
  readonly ends: number[] = [];
  readonly #every: number;

  private constructor(port: number, every: number) {
    this.port = port;
    this.#every = every;
  }

  static async start(scope: Scope, every: number): Promise<LossyRelay> {
    const relay = new LossyRelay(await scope.port(2), every);
    await Promise.all([relay.#open(scope, 0), relay.#open(scope, 1)]);
    return relay;
  }

  /** The description with this relay in the place of its author's port, which becomes one end of it. */
  between(sdp: string): string {
    const port = Number(/m=audio (\d+)/.exec(sdp)?.[1]);
    if (!this.ends.includes(port)) this.ends.push(port);
    return sdp.replace(/m=audio \d+/, `m=audio ${this.port}`).replace(/^a=rtcp:.*\r\n/m, '');
  }

  /** `rtcp`: 0 for the ports of RTP, 1 for those above. */
  #open(scope: Scope, rtcp: 0 | 1): Promise<void> {
    const socket = createSocket('udp4');
    scope.defer(() => socket.close());
    socket.on('message', (data, from) => this.#pass(socket, data, from.port - rtcp, rtcp));
    return new Promise((done) => socket.bind(this.port + rtcp, host, done));
  }

  #pass(socket: Socket, data: Buffer, from: number, rtcp: 0 | 1): void {
    const to = this.ends.find((port) => port !== from);
    if (to === undefined || !this.ends.includes(from)) return;
    if (rtcp === 0) {
      const way = this.seen.get(from) ?? { packets: 0, lost: 0 };
      this.seen.set(from, way);
      way.packets += 1;
      if (way.packets > 50 && way.packets % this.#every === 0) {
        way.lost += 1;
        return;
      }
    }
    socket.send(data, to + rtcp, host);
  }
}
