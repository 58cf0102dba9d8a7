import { CcxmlHost } from '../../../src/ccxml/host/ccxml-host.ts';
import { inProcessRunner } from '../../../src/ccxml/host/in-process-runner.ts';
import { basicHttp, createSession } from '../../../src/ccxml/io-processor/basic-http.ts';
import { SimulatedPlatform } from '../../../src/ccxml/simulation/simulated-platform.ts';
import { SimulatedWeb } from '../../../src/ccxml/simulation/simulated-web.ts';
import { QuickjsEngine } from '../../../src/ecmascript/quickjs/quickjs-engine.ts';
import { SimulatedClock } from '../../../src/kernel/clock.ts';
import { CountingIds } from '../../../src/kernel/ids.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { dialogSimulator } from './dialog-simulator.ts';
import { helperSite } from './helper-site.ts';
import type { TestWorld, TestWorldFactory } from './platform-factory.ts';

const processors = { basichttp: 'http://processor.test/basichttp', createsession: 'http://processor.test/createsession' };

/** Worlds in simulated time: timers, callees, dialogs, HTTP helpers and sidecar actions share one clock that a test moves on. */
export async function simulatedWorlds(): Promise<TestWorldFactory> {
  const scripts = await QuickjsEngine.create({ maxMemoryBytes: 256 * 1024 * 1024 });
  return {
    parallel: 1,
    close: () => Promise.resolve(),
    create: () => Promise.resolve(createWorld(scripts)),
  };
}

function createWorld(scripts: QuickjsEngine): TestWorld {
  const clock = new SimulatedClock();
  const ids = new CountingIds();
  const platform = new SimulatedPlatform({ clock, ids, dialogs: dialogSimulator(clock) });
  const web = new SimulatedWeb(clock, {
    sim: helperSite(),
    'processor.test': ({ url, form }) => {
      const parameters = [...url.searchParams, ...form];
      return url.pathname === '/basichttp' ? basicHttp(host, parameters) : url.pathname === '/createsession' ? createSession(host, ids, parameters) : undefined;
    },
  });
  const created = new Map<string, string[]>();
  const host: CcxmlHost = new CcxmlHost({ platform, clock, ids, logger: silentLogger, resources: web, runner: inProcessRunner({ scripts, clock }), ioProcessors: () => processors });
  platform.connect((event) => host.deliver(event));
  platform.onCommand = (name, command) => {
    if (name === 'createCall' && 'connection' in command && 'session' in command) note(String(command.session), String(command.connection));
  };
  const note = (session: string, connection: string): void => void created.set(session, [...(created.get(session) ?? []), connection]);
  return {
    server: host,
    after: (ms, task) => void clock.after(ms, task),
    call: (from, to) => platform.incoming(from, to),
    farEnd: (connection, action) => {
      if (action.do === 'dtmf') platform.farEndSendsDigits(connection, action.digits ?? '', 0);
      else platform.farEndLeaves(connection);
    },
    connections: (session) => created.get(session) ?? [],
    newSession: () => ids.next('session'),
    deliver: (event) => {
      if (event.name === 'connection.alerting' && event.session !== undefined) note(event.session, event.connection);
      host.deliver(event);
    },
    live: async (limitMs, over) => {
      const end = clock.monotonic() + limitMs;
      await settle();
      while (!over() && clock.monotonic() < end) {
        const due = clock.nextDue();
        clock.advance(Math.min(due === undefined ? end : due, end) - clock.monotonic());
        await settle();
      }
    },
    close: () => host.stop(),
  };
}

/** Lets everything that waits for a promise or a turn of the loop happen before time moves on. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}
