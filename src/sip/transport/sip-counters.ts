const methods = ['INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS', 'REGISTER', 'PRACK', 'UPDATE', 'INFO', 'REFER', 'NOTIFY', 'SUBSCRIBE', 'MESSAGE', 'PUBLISH'] as const;
const known = new Set<string>(methods);
const perMethod = (): Map<string, number> => new Map();
const add = (map: Map<string, number>, key: string): void => void map.set(key, (map.get(key) ?? 0) + 1);

/** Counts of what one user agent did; they only grow. The names of `snapshot` are stable: metrics are made of them. */
export class SipCounters {
  readonly #requestsReceived = perMethod();
  readonly #requestsSent = perMethod();
  readonly #responsesReceived = [0, 0, 0, 0, 0, 0, 0];
  readonly #responsesSent = [0, 0, 0, 0, 0, 0, 0];
  readonly #events = new Map<string, number>();

  requestReceived(method: string): void {
    add(this.#requestsReceived, known.has(method) ? method : 'other');
  }

  requestSent(method: string): void {
    add(this.#requestsSent, known.has(method) ? method : 'other');
  }

  responseReceived(status: number): void {
    const at = Math.floor(status / 100);
    this.#responsesReceived[at] = (this.#responsesReceived[at] ?? 0) + 1;
  }

  responseSent(status: number): void {
    const at = Math.floor(status / 100);
    this.#responsesSent[at] = (this.#responsesSent[at] ?? 0) + 1;
  }

  /** Anything else worth a number: `retransmission.INVITE`, `dropped.malformed` … The set of names is closed in code. */
  event(name: string): void {
    add(this.#events, name);
  }

  snapshot(): Record<string, number> {
    const all: Record<string, number> = {};
    for (const [method, n] of this.#requestsReceived) all[`received.${method}`] = n;
    for (const [method, n] of this.#requestsSent) all[`sent.${method}`] = n;
    for (let at = 1; at <= 6; at += 1) {
      all[`received.${at}xx`] = this.#responsesReceived[at] ?? 0;
      all[`sent.${at}xx`] = this.#responsesSent[at] ?? 0;
    }
    for (const [name, n] of this.#events) all[name] = n;
    return all;
  }
}
