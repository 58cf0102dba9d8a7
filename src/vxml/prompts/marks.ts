/** VoiceXML 2.1 §4: the last mark that was reached, and for how long playback went on after it. */
export class Marks {
  #name: string | undefined;
  #reachedAt = 0;
  #endedAt: number | undefined;

  /** A new collection of input begins. */
  reset(): void {
    this.#name = undefined;
    this.#endedAt = undefined;
  }

  reached(name: string, atMs: number): void {
    this.#name = name;
    this.#reachedAt = atMs;
    this.#endedAt = undefined;
  }

  /** Playback ended or was barged into. */
  ended(atMs: number): void {
    this.#endedAt ??= atMs;
  }

  /** `markname` and `marktime` (whole milliseconds); empty when no mark was reached. */
  values(nowMs: number): { readonly markname?: string; readonly marktime?: number } {
    if (this.#name === undefined) return {};
    return { markname: this.#name, marktime: Math.max(0, Math.round((this.#endedAt ?? nowMs) - this.#reachedAt)) };
  }
}
