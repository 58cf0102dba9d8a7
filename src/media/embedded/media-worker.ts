/** A media thread: its own graph, sockets and 20 ms tick. Talks to the main thread by messages, in order. */
import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import type { LogFields, Logger } from '../../kernel/logger.ts';
import type { MediaEvent } from '../media.ts';
import { CommandQueue } from './command-queue.ts';
import { MediaEngine } from './engine.ts';
import { FileThread } from './file-thread.ts';
import { openPacketIo } from './open-packet-io.ts';
import { rehearse } from './rehearsal.ts';
import { Ticker } from './ticker.ts';
import { loadCells, type FileLine, type WorkerCommand, type WorkerMessage, type WorkerStart } from './worker-protocol.ts';

const port = parentPort;
if (port === null) throw new Error('media-worker runs as a worker thread only');
const { config, processOrigin, load } = workerData as WorkerStart;
const post = (message: WorkerMessage): void => port.postMessage(message);
const cells = new Float64Array(load);
const now = (): number => performance.now();
/** performance.now() starts at 0 in each thread; both are brought onto the process's high-resolution time. */
const processOffset = Number(process.hrtime.bigint()) / 1e6 - performance.now() - processOrigin;

const logger = (bound: LogFields): Logger => {
  const at = (level: 'debug' | 'info' | 'warn' | 'error') => (fields: LogFields, message: string) => post({ kind: 'log', level, fields: { ...bound, ...fields }, message });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), child: (fields) => logger({ ...bound, ...fields }) };
};
const log = logger({});

let events: MediaEvent[] = [];
let flushing = false;
const flush = (): void => {
  flushing = false;
  if (events.length === 0) return;
  const batch = events;
  events = [];
  post({ kind: 'events', events: batch });
};
const emit = (event: MediaEvent): void => {
  events.push(event);
  if (!flushing) {
    flushing = true;
    setImmediate(flush);
  }
};

prepare();
raisePriority();
const { io, why } = openPacketIo(config, now);
const fileThread = new FileThread(emit);
const engine = new MediaEngine({ config, io, files: fileThread, log, random: Math.random, now, processOffset, emit });
let ticks = 0;
const forward = (): void => engine.forward(now());
const ticker = new Ticker(20, (nowMs) => {
  try {
    engine.tick(nowMs);
  } catch (error) {
    log.error({ error: error instanceof Error ? error.stack : String(error) }, 'a tick failed');
  }
  flush();
  commands.ticked();
  const every = io.kind === 'dgram' ? 0 : engine.forwardEveryMs;
  for (let delay = every; every > 0 && delay < 20; delay += every) setTimeout(forward, delay);
  if (++ticks % 25 === 0) {
    cells[loadCells.workP99] = ticker.workMs(0.99, 250);
    cells[loadCells.workP50] = ticker.workMs(0.5, 250);
    cells[loadCells.endpoints] = engine.endpointCount;
  }
});

const commands = new CommandQueue({ carryOut, now, untilTickMs: () => ticker.untilNextMs, soon: setImmediate });

port.on('message', (message: readonly WorkerCommand[] | FileLine) => {
  if ('op' in message) return fileThread.attach(message.line);
  commands.add(message);
  // What was told before the end is done before it, and the end does not wait.
  if (message.some(({ op }) => op === 'shutdown')) commands.finish();
});

function carryOut(command: WorkerCommand): void {
  if (command.op === 'stats') {
    post({ kind: 'stats', query: command.query, stats: { ...engine.stats(), latenessP50: ticker.latenessMs(0.5), latenessP99: ticker.latenessMs(0.99), recentP99: ticker.latenessMs(0.99, 250), workP50: ticker.workMs(0.5, 250), workP99: ticker.workMs(0.99, 250) } });
    return;
  }
  if (command.op === 'shutdown') return shutDown();
  try {
    engine.command(command);
  } catch (error) {
    log.error({ op: command.op, error: error instanceof Error ? error.stack : String(error) }, 'a media command failed');
  }
}

/** Not at the raised priority: others may be carrying calls. */
function prepare(): void {
  if (!config.rehearse) return;
  try {
    rehearse(config);
  } catch (error) {
    log.error({ error: error instanceof Error ? error.stack : String(error) }, 'the rehearsal of a media thread failed');
  }
}

/** A tick that waits for a processor is heard by everybody. The system names a thread where others name a process, so this thread alone is meant. */
function raisePriority(): void {
  try {
    setPriority(constants.priority.PRIORITY_HIGH);
  } catch (error) {
    log.info({ why: error instanceof Error ? error.message : String(error) }, 'the media thread has no higher priority than others: root or CAP_SYS_NICE may raise it');
  }
}

function shutDown(): void {
  engine.closeAll();
  ticker.stop();
  io.close();
  fileThread.whenIdle(() => {
    flush();
    fileThread.disconnect();
    post({ kind: 'stopped' });
    port?.close();
  });
}

ticker.start();
post({ kind: 'ready', packetIo: io.kind, why });
