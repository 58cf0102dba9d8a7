import { parentPort, workerData } from 'node:worker_threads';
import { SystemClock } from '../../kernel/clock.ts';
import type { LogFields, Logger } from '../../kernel/logger.ts';
import { inProcessServer } from './in-process-server.ts';
import { InputFirstClock } from './input-first-clock.ts';
import type { FromWorker, ToWorker, WorkerStart } from './worker-protocol.ts';

/** A worker thread: authored pages and their scripts run here and nowhere else. */
if (parentPort === null) throw new Error('vxml-worker runs as a worker thread');
const port = parentPort;
const { configuration, trace } = workerData as WorkerStart;
const tell = (message: FromWorker): void => port.postMessage(message);

const loggerWith = (fields: LogFields): Logger => {
  const log = (level: 'debug' | 'info' | 'warn' | 'error') => (more: LogFields, message: string): void => tell({ kind: 'log', level, fields: { ...fields, ...more }, message });
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error'), child: (more) => loggerWith({ ...fields, ...more }) };
};

const server = await inProcessServer(configuration, {
  clock: new InputFirstClock(new SystemClock()),
  logger: loggerWith({}),
  listener: {
    prepared: (dialog) => tell({ kind: 'prepared', dialog }),
    started: (dialog) => tell({ kind: 'started', dialog }),
    failed: (dialog, event, reason) => tell({ kind: 'failed', dialog, event, reason }),
    ended: (dialog, end) => tell({ kind: 'ended', dialog, end }),
    command: (dialog, command) => tell({ kind: 'command', dialog, command }),
    trace: trace ? (dialog, step) => tell({ kind: 'trace', dialog, trace: step }) : undefined,
  },
});

port.on('message', (message: ToWorker) => {
  switch (message.kind) {
    case 'prepare':
      return server.prepare(message.request);
    case 'start':
      return server.start(message.start, message.request);
    case 'deliver':
      return server.deliver(message.dialog, message.event);
    case 'terminate':
      return server.terminate(message.dialog);
    case 'ping':
      return tell({ kind: 'pong' });
    case 'stop':
      void server.stop().then(() => {
        tell({ kind: 'stopped' });
        port.close();
      });
  }
});
tell({ kind: 'ready' });
