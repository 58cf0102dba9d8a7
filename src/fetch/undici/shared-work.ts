/** A share in work under way. */
export interface Share<T> {
  readonly done: Promise<T>;
  /** No longer interested; the work is aborted when nobody is. */
  leave(): void;
}

/** Work that several callers ask for at the same time is done once, and given up when the last of them leaves. */
export class SharedWork<T> {
  readonly #running = new Map<string, { done: Promise<T>; callers: number; control: AbortController }>();
  readonly #controls = new Set<AbortController>();

  /** Without a key the work is the caller's alone. */
  join(key: string | undefined, start: (signal: AbortSignal) => Promise<T>): Share<T> {
    let work = key === undefined ? undefined : this.#running.get(key);
    if (work === undefined) {
      const control = new AbortController();
      this.#controls.add(control);
      const done = start(control.signal).finally(() => {
        this.#controls.delete(control);
        if (key !== undefined && this.#running.get(key)?.control === control) this.#running.delete(key);
      });
      work = { done, callers: 0, control };
      if (key !== undefined) this.#running.set(key, work);
    }
    const joined = work;
    joined.callers += 1;
    let left = false;
    return {
      done: joined.done,
      leave: () => {
        if (left) return;
        left = true;
        joined.callers -= 1;
        if (joined.callers > 0) return;
        if (key !== undefined && this.#running.get(key) === joined) this.#running.delete(key);
        joined.control.abort();
      },
    };
  }

  abortAll(): void {
    for (const control of this.#controls) control.abort();
  }
}
