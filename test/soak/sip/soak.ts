import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { sdp } from '../../bench/sip/stack.ts';
import { argument, slopePerMinute, type Soak } from '../soak.ts';
import { agentWith, reportOf, type SideReport } from './answering-side.ts';

const everyMs = 5000;
/** Timer J and K of RFC 3261 (32 s over UDP), and some. */
const settleMs = 36_000;
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Calls at a steady rate (200 a second) from one process to another, each answered and ended by the caller. */
export const soak: Soak = {
  async run({ minutes, args, say }) {
    const rate = argument(args, '--rate', 200);
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
    await pause(settleMs);
    const left = [reportOf(caller), await ask()];
    child.send('stop');
    await Promise.all([caller.stop(1000), new Promise((done) => child.once('exit', done))]);
    const slopes = rss.map((side) => slopePerMinute(side, everyMs));
    const heapSlopes = heaps.map((side) => slopePerMinute(side, everyMs));
    const sum = (pick: (side: SideReport) => number): number => left.reduce((total, side) => total + pick(side), 0);
    return [
      { name: 'calls', goal: `${rate} a second, none failed`, measured: `${good} good, ${bad} failed of ${begun}`, met: bad === 0 && good === begun },
      { name: 'RSS', goal: 'grows by at most 2 MB a minute on either side', measured: slopes.map((s) => s.toFixed(2)).join(' and '), met: slopes.every((s) => s <= 2) },
      { name: 'heap', goal: 'grows by at most 2 MB a minute on either side', measured: heapSlopes.map((s) => s.toFixed(2)).join(' and '), met: heapSlopes.every((s) => s <= 2) },
      { name: 'calls, dialogs, transactions, timers left', goal: '0 after 36 s', measured: `${sum((s) => s.calls)}, ${sum((s) => s.dialogs)}, ${sum((s) => s.transactions)}, ${sum((s) => s.timers)}`, met: left.every((s) => s.calls + s.dialogs + s.transactions + s.timers === 0) },
    ];
  },
};
