/** Even ports of a range in turn, so that a port just closed is not given out again at once. Port 0: the system chooses. */
export class PortRange {
  readonly #from: number;
  readonly #pairs: number;
  #next = 0;

  constructor({ from, to }: { from: number; to: number }) {
    this.#from = from + (from & 1);
    this.#pairs = from === 0 ? 0 : Math.max(0, Math.floor((to - this.#from + 1) / 2));
  }

  /** How many candidates are worth trying. */
  get attempts(): number {
    return this.#from === 0 ? 20 : this.#pairs;
  }

  /** The next even port to try, or 0 for any. */
  next(): number {
    if (this.#from === 0) return 0;
    const port = this.#from + this.#next * 2;
    this.#next = (this.#next + 1) % Math.max(1, this.#pairs);
    return port;
  }
}
