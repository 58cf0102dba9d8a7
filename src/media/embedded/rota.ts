import type { KoffiSocket } from './koffi-socket.ts';

/** What nearly every phone sends in a packet, milliseconds. */
const packetMs = 20;
/** Later than expected by less than this is no surprise: a packet is looked for so long after its time. Milliseconds. */
const graceMs = 3;
/** A socket that was looked at so often in vain is not expected to bring anything soon. */
const mostMisses = 6;

/**
 * Sockets that bring a packet every 20 ms, and when each is to be looked at next: soon after its packet is there, so that nobody need be asked
 * which sockets have something, and none is read in vain. Who brings nothing any more leaves.
 */
export class Rota {
  readonly #sockets: KoffiSocket[] = [];
  /** By place: when it is looked at next, milliseconds, and how often that was in vain. */
  #due = new Float64Array(64);
  #misses = new Uint8Array(64);
  readonly #left: (socket: KoffiSocket) => void;

  /** @param left told of each that left by itself */
  constructor(left: (socket: KoffiSocket) => void) {
    this.#left = left;
  }

  /** It brought a packet, which arrived then. */
  add(socket: KoffiSocket, arrivedMs: number): void {
    const place = this.#sockets.push(socket) - 1;
    if (place === this.#due.length) this.#grow();
    socket.rotaPlace = place;
    this.#misses[place] = 0;
    this.#due[place] = arrivedMs + packetMs + graceMs;
  }

  /** Does nothing with one that is not in it. */
  delete(socket: KoffiSocket): void {
    const place = socket.rotaPlace;
    if (place < 0) return;
    socket.rotaPlace = -1;
    const last = this.#sockets.pop() as KoffiSocket;
    if (last === socket) return;
    this.#sockets[place] = last;
    this.#due[place] = this.#due[this.#sockets.length] as number;
    this.#misses[place] = this.#misses[this.#sockets.length] as number;
    last.rotaPlace = place;
  }

  /** Puts those that are due into the list; how many they are. */
  due(nowMs: number, into: KoffiSocket[]): number {
    let count = 0;
    for (let place = 0; place < this.#sockets.length; place++) if ((this.#due[place] as number) <= nowMs) into[count++] = this.#sockets[place] as KoffiSocket;
    return count;
  }

  /** The socket was looked at, and brought a packet that arrived then, or none. */
  looked(socket: KoffiSocket, arrivedMs: number | undefined): void {
    const place = socket.rotaPlace;
    if (place < 0) return;
    if (arrivedMs !== undefined) {
      this.#misses[place] = 0;
      this.#due[place] = arrivedMs + packetMs + graceMs;
      return;
    }
    const misses = (this.#misses[place] as number) + 1;
    this.#misses[place] = misses;
    if (misses < mostMisses) return;
    this.delete(socket);
    this.#left(socket);
  }

  #grow(): void {
    const [due, misses] = [this.#due, this.#misses];
    this.#due = new Float64Array(due.length * 2);
    this.#due.set(due);
    this.#misses = new Uint8Array(misses.length * 2);
    this.#misses.set(misses);
  }
}
