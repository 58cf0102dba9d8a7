import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { sdp } from '../../bench/sip/stack.ts';
import { argument, trendOf, type Soak, type Trend } from '../soak.ts';
import { agentWith, reportOf, type SideReport } from './answering-side.ts';

const everyMs = 5000;
/** Two minutes: the first calls linger for 32 s, and the process takes its size after that. */
const warmUpSamples = 120_000 / everyMs;
/** Timer J and K of RFC 3261 (32 s over UDP), and some. */
const settleMs = 36_000;
/** A call that fails may ring for 30 s, then wait 32 s each for the answer to its CANCEL, for its ACK and for the end of its BYE. */
const settleAfterFailuresMs = 130_000;
/** Growth after the warm-up that is no leak, MB: a few octets per call on the heap, what the allocator rounds up in the whole process. */
const allowance = { heap: 1, rss: 8 };
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/**
 * `npm run soak -- sip --minutes 20 [--rate 200] [--leak OCTETS]`: calls at a steady rate from one process to another, each answered and
 * ended by the caller. With `--leak` the caller keeps that much of every call, to see that the run fails then.
 */
export const soak: Soak = {
  async run({ minutes, args, say }) {
    const rate = argument(args, '--rate', 200);
    const leak = argument(args, '--leak', 0);
    const kept: unknown[] = [];
    const child = fork(fileURLToPath(new URL('./answering-side.ts', import.meta.url)), ['answer'], { execArgv: ['--import', 'tsx'] });
    const heard = <T>(): Promise<T> => new Promise((done) => child.once('message', (message) => done(message as T)));
    const { port } = await heard<{ port: number }>();
    const ask = (): Promise<SideReport> => {
      const answer = heard<SideReport>();
      child.send('report');
      return answer;
    };
    const caller = agentWith(() => undefined);
    await caller.start();
    let [begun, good, bad] = [0, 0, 0];
    const since = performance.now();
    const timer = setInterval(() => {
      for (const due = ((performance.now() - since) / 1000) * rate; begun < due; ) {
        begun += 1;
        if (leak > 0) kept.push(Array.from({ length: Math.ceil(leak / 8) }, () => begun));
        caller.invite({ target: `sip:service@127.0.0.1:${port}`, from: { uri: 'sip:caller@127.0.0.1' }, sdp, timeoutMs: 30_000 }, {
          onAnswered: ({ session }) => {
            session.handlers = { onEnded: ({ by }) => void (by === 'us' ? (good += 1) : (bad += 1)) };
            session.bye();
          },
          onFailed: () => void (bad += 1),
        });
      }
    }, 5);
    const heaps: number[][] = [[], []];
    const rss: number[][] = [[], []];
    while (performance.now() - since < minutes * 60_000) {
      await pause(everyMs);
      for (const [i, side] of [reportOf(caller), await ask()].entries()) {
        heaps[i]?.push(side.heapMb);
        rss[i]?.push(side.rssMb);
      }
      say(`${Math.round((performance.now() - since) / 1000)} s: ${good} calls, ${bad} failed, RSS ${rss.map((side) => side.at(-1)?.toFixed(0)).join(' and ')} MB`);
    }
    clearInterval(timer);
    const settling = performance.now();
    let left = [reportOf(caller), await ask()];
    const open = (): boolean => left.some((s) => s.calls + s.dialogs + s.transactions + s.timers > 0);
    while (open() && performance.now() - settling < (bad === 0 ? settleMs : settleAfterFailuresMs)) {
      await pause(1_000);
      left = [reportOf(caller), await ask()];
    }
    const settledS = Math.round((performance.now() - settling) / 1_000);
    child.send('stop');
    await Promise.all([caller.stop(1000), new Promise((done) => child.once('exit', done))]);
    const heapTrends = heaps.map((side) => trendOf(side, allowance.heap, warmUpSamples));
    const rssTrends = rss.map((side) => trendOf(side, allowance.rss, warmUpSamples));
    const words = (trends: readonly Trend[]): string => trends.map(({ grown, noise }) => `${grown.toFixed(2)} ± ${noise.toFixed(2)} MB`).join(' and ');
    const sum = (pick: (side: SideReport) => number): number => left.reduce((total, side) => total + pick(side), 0);
    return [
      { name: 'calls', goal: `${rate} a second, none failed`, measured: `${good} good, ${bad} failed of ${begun}`, met: bad === 0 && good === begun },
      { name: 'RSS', goal: `flat after a quarter, at least 2 min: grown by at most ${allowance.rss} MB or twice the noise`, measured: words(rssTrends), met: rssTrends.every(({ flat }) => flat) },
      { name: 'heap', goal: `flat after a quarter, at least 2 min: grown by at most ${allowance.heap} MB or twice the noise`, measured: words(heapTrends), met: heapTrends.every(({ flat }) => flat) },
      { name: 'calls, dialogs, transactions, timers left', goal: `0 after ${settleMs / 1_000} s, ${settleAfterFailuresMs / 1_000} s when calls failed`, measured: `${sum((s) => s.calls)}, ${sum((s) => s.dialogs)}, ${sum((s) => s.transactions)}, ${sum((s) => s.timers)} after ${settledS} s`, met: !open() },
    ];
  },
};
