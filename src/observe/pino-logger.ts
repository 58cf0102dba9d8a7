import pino from 'pino';
import type { Logger, LogFields } from '../kernel/logger.ts';

/** The logger of a running server: JSON lines on standard error, one per event; standard output belongs to commands. */
export function createLogger(level: 'debug' | 'info' | 'warn' | 'error' | 'silent', destination: string | number = 2): Logger {
  return wrap(pino({ level, base: null, redact: { paths: ['password', '*.password', 'pwd', '*.pwd', 'authorization', '*.authorization'], censor: '***' } }, pino.destination({ dest: destination, sync: false })));
}

interface PinoLike {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): PinoLike;
}

function wrap(log: PinoLike): Logger {
  return {
    debug: (fields, message) => log.debug(fields, message),
    info: (fields, message) => log.info(fields, message),
    warn: (fields, message) => log.warn(fields, message),
    error: (fields, message) => log.error(fields, message),
    child: (fields: LogFields) => wrap(log.child(fields)),
  };
}
