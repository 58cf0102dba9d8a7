/** Plays samples frame by frame; clips queue. */
export class ClipPlayer {
  readonly #queue: Int16Array[] = [];
  #at = 0;
  #onEmpty: (() => void) | undefined;

  get playing(): boolean {
    return this.#queue.length > 0;
  }

  play(samples: Int16Array, onEnd?: () => void): void {
    this.#queue.push(samples);
    if (onEnd !== undefined) this.#onEmpty = onEnd;
  }

  silence(ms: number): void {
    this.#queue.push(new Int16Array(Math.round(ms * 8)));
  }

  clear(): void {
    this.#queue.length = 0;
    this.#at = 0;
    this.#onEmpty = undefined;
  }

  /** False when there is nothing to play. */
  fill(out: Int16Array): boolean {
    let filled = 0;
    while (filled < out.length) {
      const clip = this.#queue[0];
      if (clip === undefined) break;
      const take = Math.min(out.length - filled, clip.length - this.#at);
      out.set(clip.subarray(this.#at, this.#at + take), filled);
      filled += take;
      this.#at += take;
      if (this.#at >= clip.length) {
        this.#queue.shift();
        this.#at = 0;
      }
    }
    if (filled < out.length) out.fill(0, filled);
    if (this.#queue.length === 0 && this.#onEmpty !== undefined) {
      const done = this.#onEmpty;
      this.#onEmpty = undefined;
      done();
    }
    return filled > 0;
  }
}
