import type { WorkerCommand } from './worker-protocol.ts';

/** So long a thread carries out commands before it looks whether something else is due, and so long in each tick however full that is. Milliseconds. */
const spellMs = 2;
/** Edges that come or go in a tick: they are cheap to be told of, and cost in the tick itself. */
const edgesPerTick = 100;

export interface CommandQueueParts {
  readonly carryOut: (command: WorkerCommand) => void;
  readonly now: () => number;
  /** How long it is until the next tick. Milliseconds. */
  readonly untilTickMs: () => number;
  /** Calls back when what else was due has been done. */
  readonly soon: (run: () => void) => void;
}

/**
 * What a media thread has been told and has not done yet, first in, first out: hundreds of commands may come in one moment, and a tick must not
 * wait for them. They have the time that a tick leaves, and a little when it leaves none.
 */
export class CommandQueue {
  readonly #parts: CommandQueueParts;
  #waiting: WorkerCommand[] = [];
  #done = 0;
  /** Since the last tick: edges that came or went, and whether a spell has been had. */
  #edges = 0;
  #begun = false;
  #coming = false;
  readonly #run = (): void => {
    this.#coming = false;
    this.#spell();
  };

  constructor(parts: CommandQueueParts) {
    this.#parts = parts;
  }

  get length(): number {
    return this.#waiting.length - this.#done;
  }

  add(commands: readonly WorkerCommand[]): void {
    for (const command of commands) this.#waiting.push(command);
    if (!this.#coming) this.#spell();
  }

  /** A tick is over. */
  ticked(): void {
    this.#edges = 0;
    this.#begun = false;
    if (!this.#coming) this.#spell();
  }

  /** Carries out all that is left, at once. */
  finish(): void {
    while (this.length > 0) this.#next();
  }

  #spell(): void {
    const { now, untilTickMs, soon } = this.#parts;
    if (this.length === 0 || this.#isFull || (this.#begun && untilTickMs() < spellMs)) return;
    this.#begun = true;
    const end = now() + spellMs;
    do this.#next();
    while (this.length > 0 && !this.#isFull && now() < end);
    if (this.length === 0 || this.#isFull) return;
    this.#coming = true;
    soon(this.#run);
  }

  /** What is next has to wait for the next tick. */
  get #isFull(): boolean {
    return this.#edges >= edgesPerTick && changesEdges(this.#waiting[this.#done]);
  }

  #next(): void {
    const command = this.#waiting[this.#done] as WorkerCommand;
    this.#done += 1;
    if (this.#done === this.#waiting.length) {
      this.#waiting = [];
      this.#done = 0;
    }
    if (changesEdges(command)) this.#edges += 1;
    this.#parts.carryOut(command);
  }
}

const changesEdges = (command: WorkerCommand | undefined): boolean => command?.op === 'connect' || command?.op === 'disconnect' || command?.op === 'close';
