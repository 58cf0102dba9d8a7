import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import { WavFileWriter } from '../audio/wav-writer.ts';
import { NailupError } from '../kernel/nailup-error.ts';
import { decryptRecording } from '../media/embedded/encrypted-recording.ts';
import type { LegStats, MediaStats } from '../media/media.ts';
import { drawLegPlot, sampleOf, type LegSample } from './leg-plot.ts';
import { OperatorClient, type OperatorOptions } from './operator-client.ts';
import { commandConfig } from './store.ts';

interface StatsOptions extends OperatorOptions {
  readonly leg?: string;
  readonly json?: boolean;
  readonly plot?: string;
  readonly seconds?: number;
}

interface TapOptions extends OperatorOptions {
  readonly leg: string;
  readonly wav: string;
  readonly seconds?: number;
}

interface DecryptOptions {
  readonly out: string;
  readonly key?: string;
  readonly config?: string;
}

/** `nailup media stats | tap | decrypt`. */
export function registerMedia(program: Command): void {
  const media = program.command('media').description('the media plane of a running server; recordings');
  const common = (command: Command): Command => command
    .option('--server <url>', 'operator API of the server (default: as the configuration says)')
    .option('--config <file>', 'configuration (default: nailup.yaml)')
    .option('--token <token>', 'operator token (default: NAILUP_API_TOKEN of the environment)');
  common(media.command('stats'))
    .description('ticks, ports, and loss, jitter and MOS of each leg')
    .option('--leg <id>', 'one leg only, by its id or its connection\'s')
    .option('--json', 'print them as JSON')
    .option('--plot <file>', "draw the leg's jitter and loss over time into an SVG file, with a look each second until it ends or the command is interrupted")
    .option('--seconds <number>', 'with --plot: no longer than that', Number)
    .action(stats);
  common(media.command('tap'))
    .description("write what a leg's phone says into a WAV file, until the leg ends or the command is interrupted; the server notes it in its log")
    .requiredOption('--leg <id>', 'the leg, by its id or its connection\'s')
    .requiredOption('--wav <file>', 'the file')
    .option('--seconds <number>', 'no longer than that', Number)
    .action(tap);
  media.command('decrypt <file>')
    .description('decrypt a recording (docs/recording.md)')
    .requiredOption('--out <file>', 'the WAV file')
    .option('--key <hex>', 'the key (default: media.recordingKey of the configuration)')
    .option('--config <file>', 'configuration (default: nailup.yaml)')
    .action(decrypt);
}

async function stats(options: StatsOptions): Promise<void> {
  const { leg } = options;
  if (options.plot !== undefined) return plot(options, options.plot);
  const query = leg === undefined ? '' : `?${new URLSearchParams({ leg }).toString()}`;
  const answer = await new OperatorClient(options).get<MediaStats>(`/api/media/stats${query}`);
  if (options.json === true) return void process.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
  const { endpoints, conferences, dialogs, openPorts, packetIo, tickLatenessMs, legs, ended = [], failed = { recordings: 0, plays: 0 } } = answer;
  process.stdout.write(`${endpoints} endpoints, ${conferences} conferences, ${dialogs} dialogs, ${openPorts} ports (${packetIo}); ticks late p50 ${tickLatenessMs.p50.toFixed(1)} ms, p99 ${tickLatenessMs.p99.toFixed(1)} ms; failed: ${failed.recordings} recordings, ${failed.plays} plays\n${legs.map(legLine).join('')}${ended.length === 0 ? '' : `over, the newest last:\n${ended.slice(leg === undefined ? -10 : 0).map(legLine).join('')}`}`);
}

/** Looks at the leg each second. The first look must find it; one that does not is its end. */
async function plot({ leg, seconds = Number.POSITIVE_INFINITY, ...options }: StatsOptions, file: string): Promise<void> {
  if (leg === undefined) throw new NailupError('MEDIA_PLOT_LEG', '--plot needs --leg', { place: file, mend: 'nailup media stats lists the legs.' });
  const client = new OperatorClient(options);
  const look = async (): Promise<LegStats | undefined> => (await client.get<MediaStats>(`/api/media/stats?${new URLSearchParams({ leg }).toString()}`)).legs[0];
  const stop = new AbortController();
  const end = (): void => stop.abort();
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  const began = performance.now();
  const samples: LegSample[] = [];
  let before: LegStats | undefined;
  try {
    for (let found = await look(); found !== undefined; found = await look().catch(() => undefined)) {
      const at = (performance.now() - began) / 1000;
      samples.push(sampleOf(found, before, at));
      before = found;
      if (at >= seconds || stop.signal.aborted) break;
      await pause(1000, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  } finally {
    process.off('SIGINT', end);
    process.off('SIGTERM', end);
  }
  if (samples.length === 0) throw new NailupError('MEDIA_LEG_UNKNOWN', 'the leg is over', { place: leg, mend: 'nailup media stats lists the legs.' });
  try {
    writeFileSync(file, drawLegPlot(leg, samples));
  } catch (error) {
    throw unusable(file, error);
  }
  process.stdout.write(`${samples.length} looks at ${leg} drawn in ${file}\n`);
}

/** What the server adds to a leg: whose it is. */
interface CalledLeg extends LegStats {
  readonly connection?: string;
  readonly session?: string;
  readonly direction?: string;
  readonly remote?: string;
}

const legLine = ({ node, codec, packetsReceived, packetsSent, packetsLost, malformedRedundant, jitterMs, mos, connection, session, direction, remote }: CalledLeg): string =>
  `${node}  ${codec.padEnd(5)}  in ${packetsReceived}  out ${packetsSent}  lost ${packetsLost}${malformedRedundant === 0 ? '' : `  malformed red ${malformedRedundant}`}  jitter ${jitterMs.toFixed(1)} ms  MOS ${mos.toFixed(2)}${connection === undefined ? '' : `  ${direction === 'inbound' ? 'from' : 'to'} ${remote ?? ''}  ${connection}${session === undefined ? '' : `  ${session}`}`}\n`;

async function tap({ leg, wav, seconds, ...options }: TapOptions): Promise<void> {
  const stop = new AbortController();
  const response = await new OperatorClient(options).open(`/api/media/legs/${encodeURIComponent(leg)}/audio`, stop.signal);
  const file = await WavFileWriter.open(wav, { encoding: 'linear16', sampleRate: 8000, channels: 1 }).catch((error: unknown) => {
    stop.abort();
    throw unusable(wav, error);
  });
  const end = (): void => stop.abort();
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  const limit = seconds === undefined ? Number.POSITIVE_INFINITY : seconds * 16_000;
  let taken = 0;
  let odd: Buffer = Buffer.alloc(0);
  try {
    for await (const part of response.body ?? []) {
      const bytes = Buffer.concat([odd, part as Uint8Array]);
      const whole = Math.min(bytes.length & ~1, limit - taken);
      odd = bytes.subarray(bytes.length & ~1);
      const samples = new Int16Array(whole >> 1);
      for (let i = 0; i < samples.length; i++) samples[i] = bytes.readInt16LE(i * 2);
      await file.write(samples);
      taken += whole;
      if (taken >= limit) break;
    }
  } catch (error) {
    if (!stop.signal.aborted) throw new NailupError('SERVER_UNREACHABLE', 'the server went away', { place: leg, cause: error });
  } finally {
    stop.abort();
    process.off('SIGINT', end);
    process.off('SIGTERM', end);
    await file.close();
  }
  process.stdout.write(`${(taken / 16_000).toFixed(1)} s written to ${wav}\n`);
}

function decrypt(path: string, { out, key, config }: DecryptOptions): void {
  const hex = key ?? commandConfig(config).media.recordingKey ?? '';
  if (!/^[0-9a-fA-F]{64}$/.test(hex)) throw new NailupError('MEDIA_KEY', 'a key of 64 hexadecimal digits is needed', { place: path, mend: 'Give --key, or set media.recordingKey.' });
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw unusable(path, error);
  }
  const result = decryptRecording(bytes, Buffer.from(hex, 'hex'));
  if (!result.ok) throw new NailupError('MEDIA_DECRYPT', result.error, { place: path, mend: 'Give the key that it was written with.' });
  try {
    writeFileSync(out, result.value.wav, { mode: 0o600 });
  } catch (error) {
    throw unusable(out, error);
  }
  process.stdout.write(`${out}: ${result.value.wav.length} octets${result.value.complete ? '' : '; the recording was cut off, this is what was whole of it'}\n`);
}

const unusable = (path: string, error: unknown): NailupError =>
  new NailupError('MEDIA_FILE', error instanceof Error ? error.message : String(error), { place: path, mend: 'Name a file that you may use.', cause: error });
