/** Dense list of things in a state, with constant removal: ids and the time since which they are in it. */
export class SinceList {
  readonly ids: number[] = [];
  readonly since: number[] = [];
  readonly #place: number[] = [];

  get size(): number {
    return this.ids.length;
  }

  add(id: number, since: number): void {
    this.#place[id] = this.ids.length;
    this.ids.push(id);
    this.since.push(since);
  }

  /** Removes the id; answers since when it was there. */
  remove(id: number): number {
    const place = this.#place[id] as number;
    const since = this.since[place] as number;
    const lastId = this.ids.pop() as number;
    const lastSince = this.since.pop() as number;
    if (lastId !== id) {
      this.ids[place] = lastId;
      this.since[place] = lastSince;
      this.#place[lastId] = place;
    }
    return since;
  }
}
