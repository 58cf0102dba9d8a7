import type { Command } from 'commander';
import { existsSync } from 'node:fs';
import { loadConfig, parseConfig } from '../config/index.ts';
import { createLogger } from '../observe/pino-logger.ts';
import { NailupServer } from '../server.ts';

const defaultFile = 'nailup.yaml';

/** `nailup serve`: runs the server until SIGTERM or SIGINT; a second signal ends it at once. */
export function registerServe(program: Command): void {
  program
    .command('serve')
    .description('run the server')
    .option('--config <file>', 'configuration', defaultFile)
    .action(serve);
}

async function serve(options: { config: string }): Promise<void> {
  // Without a configuration file everything has its default; a file that was named must be there.
  const file = options.config === defaultFile && !existsSync(defaultFile) ? undefined : options.config;
  const config = file === undefined ? parseConfig('', defaultFile) : loadConfig(file);
  const logger = createLogger(config.log.level);
  const server = new NailupServer({ config, configFile: file, logger });
  // The signals are heard from the first moment: one that comes during the start stops what has been started.
  const started = server.start();
  let signals = 0;
  const end = (signal: string): void => {
    signals += 1;
    if (signals > 1) process.exit(130);
    logger.info({ signal }, 'stopping: no new calls, running ones may finish');
    started.then(() => server.stop()).then(() => process.exit(0), (error: unknown) => {
      logger.error({ error: String(error) }, 'not stopped cleanly');
      process.exit(1);
    });
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  await started;
  process.stdout.write(`Nailup is up: SIP ${config.sip.host}:${config.sip.port}, HTTP http://${config.http.host}:${server.httpPort}/health\n`);
}
