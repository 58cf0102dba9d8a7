import { createSocket, type Socket } from 'node:dgram';
import { SeededRandom } from '../../../../src/kernel/random.ts';

/** Passes datagrams between one agent's port and its peers, losing a share of them both ways. */
export class LossyRelay {
  readonly #front: Socket;
  readonly #backs = new Map<number, Socket>();
  readonly #target: number;
  readonly #loss: number;
  readonly #random: SeededRandom;
  lost = 0;

  private constructor(front: Socket, target: number, loss: number, seed: number) {
    this.#front = front;
    this.#target = target;
    this.#loss = loss;
    this.#random = new SeededRandom(seed);
    front.on('message', (bytes, from) => {
      const back = this.#backs.get(from.port) ?? this.#back(from.port);
      this.#pass(() => back.send(bytes, this.#target, '127.0.0.1'));
    });
  }

  static async open(target: number, loss: number, seed: number): Promise<LossyRelay> {
    const front = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 });
    await new Promise<void>((resolve) => front.bind(0, '127.0.0.1', resolve));
    return new LossyRelay(front, target, loss, seed);
  }

  get port(): number {
    return this.#front.address().port;
  }

  close(): void {
    this.#front.close();
    for (const back of this.#backs.values()) back.close();
  }

  #back(port: number): Socket {
    const back = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 });
    this.#backs.set(port, back);
    back.on('message', (bytes) => this.#pass(() => this.#front.send(bytes, port, '127.0.0.1')));
    return back;
  }

  #pass(send: () => void): void {
    if (this.#random.next() < this.#loss) this.lost += 1;
    else send();
  }
}
