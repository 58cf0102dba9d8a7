import { readdirSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { silentLogger } from '../../src/kernel/logger.ts';
import { createEmbeddedMedia } from '../../src/media/embedded/index.ts';

/** Nice value of each thread of this process, by its number: field 19 of proc(5)'s stat, counted from behind the name. */
const priorities = (): Map<number, number> => new Map(readdirSync('/proc/self/task').map((task) => {
  const stat = readFileSync(`/proc/self/task/${task}/stat`, 'utf8');
  return [Number(task), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16])];
}));

test('media threads run before others, and they alone', async () => {
  if (process.getuid?.() !== 0) throw new Error('Only root may raise a thread\'s priority: sudo npm run test:root');
  const before = priorities();
  const media = createEmbeddedMedia({ workers: 2 }, { log: silentLogger });
  await media.start(() => undefined);
  const raised = [...priorities()].filter(([task, nice]) => nice !== (before.get(task) ?? before.get(process.pid)));
  await media.stop();
  expect(raised.map(([, nice]) => nice)).toEqual([constants.priority.PRIORITY_HIGH, constants.priority.PRIORITY_HIGH]);
  expect(raised.every(([task]) => !before.has(task))).toBe(true);
});
