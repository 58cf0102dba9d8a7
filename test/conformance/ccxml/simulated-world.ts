import { Simulation } from '../../../src/ccxml/simulation/simulation.ts';
import { QuickjsEngine } from '../../../src/ecmascript/quickjs/quickjs-engine.ts';
import { helperSite } from './helper-site.ts';
import type { TestWorld, TestWorldFactory } from './platform-factory.ts';
import { voicexmlDialogs } from './voicexml-dialogs.ts';

/** Worlds in simulated time: timers, callees, dialogs, HTTP helpers and sidecar actions share one clock that a test moves on. */
export async function simulatedWorlds(): Promise<TestWorldFactory> {
  const scripts = await QuickjsEngine.create({ maxMemoryBytes: 256 * 1024 * 1024 });
  return { parallel: 1, close: () => Promise.resolve(), create: () => Promise.resolve(createWorld(scripts)) };
}

function createWorld(scripts: QuickjsEngine): TestWorld {
  const simulation = new Simulation({ scripts, dialogs: (clock) => voicexmlDialogs(clock, scripts), sites: { sim: helperSite() } });
  return {
    server: simulation.host,
    after: (ms, task) => void simulation.clock.after(ms, task),
    call: (from, to) => Promise.resolve(simulation.platform.incoming(from, to)),
    ring: (session, from, to) => Promise.resolve(simulation.ring(session, from, to)),
    farEnd: (connection, action) => {
      if (action.do === 'dtmf') simulation.platform.farEndSendsDigits(connection, action.digits ?? '', 0);
      else simulation.platform.farEndLeaves(connection);
    },
    connections: (session) => simulation.connectionsOf(session),
    newSession: () => simulation.ids.next('session'),
    live: (limitMs, over) => simulation.live(limitMs, over),
    close: () => simulation.close(),
  };
}
