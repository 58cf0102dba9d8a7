import { createSocket } from 'node:dgram';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CallPlatform } from './core/call-control/call-platform.ts';
import type { PlatformEvent } from './ccxml/platform.ts';
import { SystemClock } from './kernel/clock.ts';
import { RandomIds } from './kernel/ids.ts';
import type { Logger } from './kernel/logger.ts';
import { NailupError } from './kernel/nailup-error.ts';
import { accepted } from './kernel/result.ts';
import { createEmbeddedMedia } from './media/embedded/index.ts';
import { EmbeddedSignalling } from './signalling/embedded/embedded-signalling.ts';
import type { DialogEnd, FetchConfiguration, Trace } from './vxml/index.ts';
import { createDialogs } from './wiring/dialogs.ts';
import { DialogTransfers, type TransferRoute } from './wiring/dialog-transfers.ts';
import { createSpeech } from './wiring/speech.ts';

export interface PageCall {
  /** Absolute address of the page. */
  readonly uri: string;
  /** `sip:user@host:port`. */
  readonly target: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly fetch: FetchConfiguration;
  readonly logger: Logger;
  readonly onTrace: (trace: Trace) => void;
  /** Ends the call. */
  readonly signal: AbortSignal;
  /** How long the telephone may ring. Default 60,000. */
  readonly ringMs?: number;
  /** Who understands words: `pocketsphinx`, or the address of an HTTP engine. Default: nobody. */
  readonly recognizer?: string;
  /** Whom a transfer's destination reaches, where that is no SIP address itself: `tel:+15550100` → `sip:200@192.0.2.7`. */
  readonly transfers: Readonly<Record<string, string>>;
  /** What the author should know of the call beside what the page says. */
  readonly notice: (line: string) => void;
}

const closingMs = 3_000;

/** The composition root of one call: rings a telephone, runs a page with whoever answers, and hangs up. @throws NailupError VXML_CALL */
export async function callWithPage(call: PageCall): Promise<DialogEnd | { readonly failed: string }> {
  const { target, logger } = call;
  const host = /^sips?:(?:[^@]*@)?(\[[^\]]+\]|[^:;?>]+)/i.exec(target)?.[1];
  if (host === undefined) throw new NailupError('VXML_CALL', `"${target}" is no SIP address`, { mend: 'Write --call sip:user@host or sip:user@host:port.' });
  const address = await localAddressTowards(host.replace(/^\[|\]$/g, ''));
  const workFolder = await mkdtemp(join(tmpdir(), 'nailup-page-call-'));
  const clock = new SystemClock();
  const ids = new RandomIds();
  const media = createEmbeddedMedia({ address }, { log: logger });
  const speech = createSpeech({ synthesizers: ['vocabulary', 'espeak', 'flite'], ...recognizerConfig(call.recognizer) }, { clock, logger, workFolder });
  const wordless = speech.recognizer === undefined ? tellOnce(call.notice, 'the page listens for words, which nobody understands here; keys work; --recognizer pocketsphinx or --recognizer http://HOST:PORT/PATH understands them') : () => undefined;
  let end: DialogEnd | undefined;
  const dialogs = await createDialogs({
    media, logger, clock, synthesizer: speech.synthesizer, recognizer: speech.recognizer, workFolder, vxml: { workers: 0, fetch: call.fetch },
    observe: { command: (_dialog, command) => command.name === 'listen' && command.voice.some(({ builtin }) => builtin === undefined) && wordless(), delivered: () => undefined, trace: (_dialog, trace) => call.onTrace(trace), ended: (_dialog, how) => (end ??= how) },
  });
  const transport = /;transport=(tcp|tls)/i.test(target) ? 'tcp' : 'udp';
  const signalling = new EmbeddedSignalling({ listen: [{ transport, host: address, port: 0 }], clock, random: { next: Math.random }, ids, log: logger });
  const platform = new CallPlatform({
    signalling, media, dialogs, ids, clock, logger, clampPolicy: { customerToAgent: 'always', replaceBy: 'silence' }, localAddress: `sip:nailup@${address}`, toLauncher: () => accepted,
    incoming: (incoming) => incoming.refuse(480),
  });
  const connection = ids.next('connection');
  const hangUp = (): void => void platform.disconnect({ connection, hints: {} });
  try {
    const failure = await new Promise<string | undefined>((resolve) => {
      const dialog = ids.next('dialog');
      const session = ids.next('session');
      const transfers = new DialogTransfers(platform, { session, dialog, caller: connection, newConnection: () => ids.next('connection'), now: () => clock.monotonic(), route: (destination) => routeOf(destination, call) });
      const on = (event: PlatformEvent): void => {
        transfers.on(event);
        if ('connection' in event && event.connection !== connection) return;
        switch (event.name) {
          case 'connection.connected':
            platform.startDialog({ dialog, session, src: call.uri, type: 'application/voicexml+xml', parameters: call.values, fetch: { method: 'get', encType: '', namelist: {} }, hints: {}, connection });
            for (const [from, to] of [[connection, dialog], [dialog, connection]] as const) platform.connectPath({ from, to, dtmfClamp: false, toneClamp: false });
            return;
          case 'connection.failed':
            return resolve(`${target} did not answer: ${event.reason}`);
          case 'dialog.failed':
            return resolve(`${event.event}: ${event.reason}`);
          case 'dialog.disconnect':
            return hangUp();
          case 'dialog.exit':
            transfers.close();
            return resolve(undefined);
          default:
        }
      };
      platform.start(on).then(() => {
        const placed = platform.createCall({ connection, session, dest: target, timeoutMs: call.ringMs ?? 60_000, hints: {} });
        if (!placed.accepted) return resolve(placed.refusal.reason);
        call.signal.addEventListener('abort', hangUp);
      }, (error: unknown) => resolve(String(error)));
    });
    return failure === undefined ? (end ?? { how: 'exit', values: {} }) : { failed: failure };
  } finally {
    call.signal.removeEventListener('abort', hangUp);
    hangUp();
    for (let waitedMs = 0; platform.openConnections > 0 && waitedMs < closingMs; waitedMs += 50) await new Promise<void>((done) => clock.after(50, done));
    await signalling.stop(closingMs);
    await dialogs.stop();
    await media.stop();
    await rm(workFolder, { recursive: true, force: true });
  }
}

const recognizerConfig = (recognizer: string | undefined): { recognizer: 'none' | 'http' | 'pocketsphinx'; recognizerUrl?: string; languages: string[] } => {
  if (recognizer === undefined) return { recognizer: 'none', languages: ['en-US'] };
  // An engine of the author's own knows best which languages it takes.
  return recognizer === 'pocketsphinx' ? { recognizer, languages: ['en-US'] } : { recognizer: 'http', recognizerUrl: recognizer, languages: ['*'] };
};

function routeOf(destination: string, { transfers, notice }: PageCall): TransferRoute {
  const address = transfers[destination] ?? destination;
  if (/^sips?:/i.test(address)) return { address };
  notice(`the page transfers to ${destination}, and no telephone stands for it; name one with --transfer ${destination}=sip:USER@HOST`);
  return { outcome: 'unsupported-uri' };
}

function tellOnce(notice: (line: string) => void, line: string): () => void {
  let told = false;
  return () => {
    if (!told) notice(line);
    told = true;
  };
}

/** The address of this machine that leads to a host. Nothing is sent. */
function localAddressTowards(host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    const failed = (error: Error): void => {
      socket.close();
      reject(new NailupError('VXML_CALL', `${host} cannot be reached: ${error.message}`, { mend: 'Name a host that this machine reaches.' }));
    };
    socket.once('error', failed);
    socket.connect(5060, host, () => {
      const { address } = socket.address();
      socket.close();
      resolve(address);
    });
  });
}
