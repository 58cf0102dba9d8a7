import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import type { VxmlConfiguration } from './server/configuration.ts';
import { inProcessServer } from './server/in-process-server.ts';
import { pooledServer } from './server/pooled-server.ts';
import type { VxmlListener, VxmlServer } from './server/vxml-server.ts';

/** The door of the VoiceXML interpreter: a server of dialogs, and the data-only port to the telephone (`platform.ts`). */
export async function createVxmlServer(
  configuration: VxmlConfiguration, parts: { readonly clock: Clock; readonly logger: Logger; readonly listener: VxmlListener },
): Promise<VxmlServer> {
  return (configuration.workers ?? 1) === 0 ? inProcessServer(configuration, parts) : pooledServer(configuration, parts);
}

export type { DialogRequest, StartRequest } from './host.ts';
export type {
  Listen, PromptItem, Record, SpeechOutcome, Transfer, TransferOutcome, Utterance, Values, VxmlCommand, VxmlCommandMap, VxmlPlatformEvent, VxmlPlatformEventMap,
} from './platform.ts';
export type { FetchConfiguration, VxmlConfiguration } from './server/configuration.ts';
export type { VxmlListener, VxmlServer } from './server/vxml-server.ts';
export type { DialogEnd } from './session/run-session.ts';
export type { ConnectionValues } from './session/session-values.ts';
export type { VxmlLimits } from './session/limits.ts';
export type { Trace } from './session/trace.ts';
