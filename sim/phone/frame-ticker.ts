/** Calls every member once per 20 ms, corrected for drift. Stops by itself when the last member leaves. */
export class FrameTicker {
  readonly #members = new Set<() => void>();
  #next = 0;
  #timer: NodeJS.Timeout | undefined;

  add(member: () => void): void {
    this.#members.add(member);
    if (this.#timer !== undefined) return;
    this.#next = performance.now() + 20;
    this.#arm();
  }

  remove(member: () => void): void {
    this.#members.delete(member);
    if (this.#members.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(): void {
    this.#timer = setTimeout(() => {
      const now = performance.now();
      // A stall of the process is caught up frame by frame, but never more than a second of it.
      if (now - this.#next > 1_000) this.#next = now;
      while (this.#next <= now) {
        for (const member of this.#members) member();
        this.#next += 20;
      }
      if (this.#members.size > 0) this.#arm();
    }, Math.max(0, this.#next - performance.now()));
  }
}
