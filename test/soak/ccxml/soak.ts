import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createCcxmlServer } from '../../../src/ccxml/index.ts';
import type { SessionEnd } from '../../../src/ccxml/platform.ts';
import { ScriptedDialogs } from '../../../src/ccxml/simulation/scripted-dialogs.ts';
import { SimulatedPlatform } from '../../../src/ccxml/simulation/simulated-platform.ts';
import type { Fetcher } from '../../../src/fetch/fetch.ts';
import { SystemClock } from '../../../src/kernel/clock.ts';
import { RandomIds } from '../../../src/kernel/ids.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { fail, ok } from '../../../src/kernel/result.ts';
import { argument, type Soak } from '../soak.ts';
import { mutatedPages } from './mutate.ts';

/** A page that has not ended by itself after so long is killed, ms. */
const patienceMs = 300;
const atOnce = 40;
const launchValues = { avaya: { ParameterMap: { dnis: 'sip:answer@sim', humanUrl: 'http://pages/d', noAnsTime: 5000, sovTimeout: 100, liveVoiceTimeout: 100, enhCCA: true, mode: 'dialog' } } };

/**
 * `npm run soak -- ccxml [--pages 10000] [--seed N] [--minutes N]`: pages broken at random on real session threads, many at once. Each must
 * end and leave nothing; the main thread, which signals, must never stand still.
 */
export const soak: Soak = {
  async run({ minutes, args, say }) {
    const pages = argument(args, '--pages', 10_000);
    const next = mutatedPages(argument(args, '--seed', 20110705));
    const clock = new SystemClock();
    const ids = new RandomIds();
    const texts = new Map<string, string>();
    const fetcher: Fetcher = {
      fetch: ({ uri }) => {
        const text = texts.get(uri);
        return Promise.resolve(text === undefined ? fail({ kind: 'missing' as const, uri, message: `${uri}: no such page` })
          : ok({ uri, status: 200, contentType: 'application/ccxml+xml', headers: {}, body: Buffer.from(text), fromCache: false, version: uri }));
      },
      prefetch: () => undefined,
      compiled: () => Promise.reject(new Error('not used')),
      close: () => Promise.resolve(),
    };
    const dialogs: ScriptedDialogs[] = [];
    const platform = new SimulatedPlatform({ clock, ids, dialogs: (sink) => {
      const made = new ScriptedDialogs(clock, sink);
      dialogs.push(made);
      return made;
    } });
    // A page that is stuck has its own thread ended, and the next ones wait for a new one: nothing of that may reach this thread.
    const server = await createCcxmlServer(platform, {}, { clock, ids, logger: silentLogger, fetcher });
    platform.connect((event) => server.deliver(event));
    const delay = monitorEventLoopDelay({ resolution: 1 });
    const ends: Record<string, number> = {};
    let done = 0;
    const one = async (): Promise<void> => {
      const session = ids.next('session');
      const uri = `file:///mutated/${session}.ccxml`;
      texts.set(uri, next());
      const end = await new Promise<SessionEnd>((resolve) => {
        server.start({ session, uri, values: launchValues, onEnd: resolve });
        clock.after(patienceMs, () => server.kill(session, true));
      });
      texts.delete(uri);
      ends[end.how] = (ends[end.how] ?? 0) + 1;
      done += 1;
      if (done % 1000 === 0) say(`${done} pages: ${JSON.stringify(ends)}, longest stall ${(delay.max / 1e6).toFixed(1)} ms`);
    };
    const until = performance.now() + minutes * 60_000;
    let begun = 0;
    // The first page starts its thread; the work of that is not the pages'.
    await one();
    delay.enable();
    await Promise.all(Array.from({ length: atOnce }, async () => {
      while (begun < pages - 1 && performance.now() < until) {
        begun += 1;
        await one();
      }
    }));
    delay.disable();
    await new Promise((resolve) => setTimeout(resolve, patienceMs + 200));
    // A page may have started others, itself among them, which live on as they may; every page of ours is over by now.
    const children = server.running();
    const overdue = children.filter(({ parent }) => parent === undefined).length;
    for (const { session } of children) server.kill(session, true);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const left = { overdue, sessions: server.sessionCount, calls: platform.open.calls, paths: platform.open.paths, dialogs: dialogs.reduce((sum, d) => sum + d.running, 0) };
    await server.stop();
    const stallMs = delay.max / 1e6;
    return [
      { name: 'pages', goal: `${pages}, each ended`, measured: `${done}: ${JSON.stringify(ends)}`, met: done === pages },
      { name: 'pages that ran', goal: 'at least a tenth', measured: String(done - (ends['load'] ?? 0)), met: done - (ends['load'] ?? 0) >= done / 10 },
      { name: 'longest stall of the main thread', goal: 'at most 50 ms', measured: `${stallMs.toFixed(1)} ms`, met: stallMs <= 50 },
      { name: 'left behind', goal: 'nothing', measured: JSON.stringify({ ...left, timers: clock.openTimers }), met: Object.values(left).every((n) => n === 0) && clock.openTimers === 0 },
    ];
  },
};
