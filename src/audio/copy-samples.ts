/** Copies `length` samples from `start` on to `at` and what follows it. Eight at a time: stepping costs more than copying. For samples alone: code that serves octets too takes twice as long for both. */
export function copySamples(from: Int16Array, start: number, into: Int16Array, at: number, length: number): void {
  let i = 0;
  for (; i + 7 < length; i += 8) {
    const source = start + i;
    const to = at + i;
    into[to] = from[source] as number;
    into[to + 1] = from[source + 1] as number;
    into[to + 2] = from[source + 2] as number;
    into[to + 3] = from[source + 3] as number;
    into[to + 4] = from[source + 4] as number;
    into[to + 5] = from[source + 5] as number;
    into[to + 6] = from[source + 6] as number;
    into[to + 7] = from[source + 7] as number;
  }
  for (; i < length; i++) into[at + i] = from[start + i] as number;
}
