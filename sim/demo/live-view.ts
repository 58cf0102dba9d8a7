import type { Status } from './operator.ts';

/** Shows the running campaign: redrawn in place on a terminal, a line every five seconds elsewhere. */
export class LiveView {
  readonly #out: NodeJS.WriteStream;
  #lines = 0;
  #lastLine = 0;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  show(status: Status, seconds: number): void {
    const { contacts, finished } = status.progress;
    const share = contacts === 0 ? 0 : finished / contacts;
    const words = (counts: Readonly<Record<string, number>>): string => Object.entries(counts).map(([word, n]) => `${word} ${n}`).join('  ') || 'none';
    if (this.#out.isTTY !== true) {
      if (seconds - this.#lastLine < 5) return;
      this.#lastLine = seconds;
      this.#out.write(`${seconds.toFixed(0).padStart(4)} s  ${finished}/${contacts} contacts  calls: ${words(status.calls)}  agents: ${words(status.agents)}  occupancy ${(status.occupancy * 100).toFixed(0)} %  abandoned ${(status.abandonRate * 100).toFixed(1)} %\n`);
      return;
    }
    const bar = '█'.repeat(Math.round(share * 40)).padEnd(40, '░');
    const rows = [
      `${bar} ${finished}/${contacts} contacts, ${seconds.toFixed(0)} s`,
      `calls      ${words(status.calls)}`,
      `agents     ${words(status.agents)}`,
      `occupancy  ${(status.occupancy * 100).toFixed(1)} %   abandoned ${(status.abandonRate * 100).toFixed(1)} %   pacing ${status.pacing}`,
    ];
    if (this.#lines > 0) this.#out.write(`\u001b[${this.#lines}A`);
    this.#out.write(rows.map((row) => `\u001b[2K${row}\n`).join(''));
    this.#lines = rows.length;
  }
}
