/** A stack in a process of its own: `stack-child.ts STACK uas|uac`. Told what to do, and asked for its CPU time, over IPC. */
import { dgramStack } from './dgram-stack.ts';
import { nailupStack } from './nailup-stack.ts';
import { npmSipStack } from './npm-sip-stack.ts';

export type ChildOrder = { readonly do: 'mark' } | { readonly do: 'read' } | { readonly do: 'call'; readonly port: number; readonly rate: number; readonly calls: number } | { readonly do: 'quit' };
export interface ChildReport {
  readonly what: 'ready' | 'read' | 'called';
  readonly port?: number;
  readonly cpuMs?: number;
  readonly retransmissions?: number;
  readonly failed?: number;
}

const [name, role] = process.argv.slice(2);
const stack = name === 'nailup' ? nailupStack() : name === 'sip' ? npmSipStack() : dgramStack();
const tell = (report: ChildReport): void => void process.send?.(report);

let cpu = process.cpuUsage();
let repeated = 0;
const read = (): { cpuMs: number; retransmissions: number } => {
  const used = process.cpuUsage(cpu);
  return { cpuMs: (used.user + used.system) / 1_000, retransmissions: stack.retransmissions() - repeated };
};

/** A call that is not over so long after the last one began is lost. */
const drainMs = 4_000;

/** Starts `rate` calls per second in slices of 5 ms, and reports when the last one is over, or lost. */
function makeCalls(port: number, rate: number, calls: number): void {
  const start = performance.now();
  let begun = 0;
  let over = 0;
  let failed = 0;
  let reported = false;
  const report = (): void => {
    if (reported) return;
    reported = true;
    tell({ what: 'called', failed: failed + calls - over, ...read() });
  };
  const slice = setInterval(() => {
    const due = Math.min(calls, Math.floor(((performance.now() - start) / 1_000) * rate));
    while (begun < due) {
      begun += 1;
      stack.call(port, (ok) => {
        over += 1;
        if (!ok) failed += 1;
        if (over === calls) report();
      });
    }
    if (begun < calls) return;
    clearInterval(slice);
    setTimeout(report, drainMs);
  }, 5);
}

process.on('message', (order: ChildOrder) => {
  switch (order.do) {
    case 'mark':
      cpu = process.cpuUsage();
      repeated = stack.retransmissions();
      return;
    case 'read': return tell({ what: 'read', ...read() });
    case 'call':
      cpu = process.cpuUsage();
      repeated = stack.retransmissions();
      return makeCalls(order.port, order.rate, order.calls);
    case 'quit': process.exit(0);
  }
});

if (role === 'uas') tell({ what: 'ready', port: await stack.serve() });
else {
  await stack.openClient();
  tell({ what: 'ready' });
}
