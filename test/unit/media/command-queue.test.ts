import { CommandQueue } from '../../../src/media/embedded/command-queue.ts';
import type { WorkerCommand } from '../../../src/media/embedded/worker-protocol.ts';
import { id } from './simulated-engine.ts';

const connect = (n: number): WorkerCommand => ({ op: 'connect', edge: { from: id(`a${n}`), to: id(`b${n}`) } });
const play = (n: number): WorkerCommand => ({ op: 'stopPlay', node: id(`n${n}`) });
const nameOf = (command: WorkerCommand): string => (command.op === 'connect' ? command.edge.from : command.op === 'stopPlay' ? command.node : command.op);

/** A thread in which a command takes `commandMs`, and a tick all of its time but `leftMs`. */
class World {
  now = 0;
  readonly done: string[] = [];
  readonly queue: CommandQueue;
  readonly #soon: (() => void)[] = [];
  readonly #leftMs: number;
  #due: number;

  constructor(commandMs: number, leftMs: number) {
    this.#leftMs = leftMs;
    this.#due = leftMs;
    this.queue = new CommandQueue({
      carryOut: (command) => {
        this.done.push(nameOf(command));
        this.now += commandMs;
      },
      now: () => this.now, untilTickMs: () => this.#due - this.now, soon: (run) => this.#soon.push(run),
    });
  }

  /** What the loop does until the next tick, and how many commands that were. */
  idle(): number {
    const before = this.done.length;
    for (let run = this.#soon.shift(); run !== undefined; run = this.#soon.shift()) run();
    return this.done.length - before;
  }

  /** A tick, and what comes after it. */
  tick(): number {
    const before = this.done.length;
    this.now = Math.max(this.now, this.#due) + 20 - this.#leftMs;
    this.#due += 20;
    this.queue.ticked();
    this.idle();
    return this.done.length - before;
  }
}

const numbers = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

test('of a burst of 600 edges no tick has more than 100, and all of them come in their order', () => {
  const world = new World(0, 10);
  world.queue.add(numbers(600).map(connect));
  const shares = [world.done.length + world.idle()];
  while (world.queue.length > 0) shares.push(world.tick());
  expect(shares).toEqual([100, 100, 100, 100, 100, 100]);
  expect(world.done).toEqual(numbers(600).map((n) => `a${n}`));
});

test('what does not touch edges waits behind one that does: no command overtakes another', () => {
  const world = new World(0, 10);
  world.queue.add([...numbers(150).map(connect), play(1)]);
  expect(world.done).toHaveLength(100);
  world.queue.add([play(2)]);
  expect(world.done).toHaveLength(100);
  world.tick();
  expect(world.done.slice(-3)).toEqual(['a149', 'n1', 'n2']);
});

test('commands that take long have what a tick leaves, in spells of 2 ms between which the loop does what else is due', () => {
  const world = new World(0.5, 10);
  world.queue.add(numbers(100).map(play));
  expect(world.done).toHaveLength(4);
  expect(world.idle()).toBe(16);
  expect(world.now).toBe(10);
  expect(world.tick()).toBe(20);
});

test('when ticks leave no time, a spell is had in each all the same, so that nothing waits for ever', () => {
  const world = new World(0.5, 0);
  world.queue.add(numbers(10).map(play));
  expect(world.done).toHaveLength(4);
  expect(world.idle()).toBe(0);
  world.queue.add([play(10)]);
  expect(world.done).toHaveLength(4);
  expect([world.tick(), world.tick(), world.queue.length]).toEqual([4, 3, 0]);
});

test('a single command is carried out as it comes, and at the end all that is left', () => {
  const world = new World(0.5, 10);
  world.queue.add([play(0)]);
  expect(world.done).toEqual(['n0']);
  world.queue.add(numbers(300).map(connect));
  world.queue.finish();
  expect(world.done).toHaveLength(301);
  expect(world.idle()).toBe(0);
});
