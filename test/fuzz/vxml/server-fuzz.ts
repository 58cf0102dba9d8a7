import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SystemClock } from '../../../src/kernel/clock.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { SeededRandom } from '../../../src/kernel/random.ts';
import { createVxmlServer, type VxmlCommand, type VxmlServer } from '../../../src/vxml/index.ts';
import type { FuzzReport } from '../fuzz.ts';
import { TurnMeter } from '../turn-meter.ts';
import type { PageFuzz } from './interpreter-fuzz.ts';
import { mutatePage } from './mutate-page.ts';

const atOnce = 16;
/** What carries the calls may not stand still for longer, whatever the pages do on their threads. */
const longestTurnMs = 50;
const endsWithinMs = 60_000;

/**
 * Runs broken pages as the server does, on worker threads and in real time, with callers who act at once. A fault: a page that does not end
 * exactly once, a dialog left behind, or a turn of the main thread that would be heard.
 */
export async function fuzzServer({ pages, seed, corpus, say }: PageFuzz): Promise<FuzzReport> {
  const random = new SeededRandom(seed);
  const folder = mkdtempSync(join(tmpdir(), 'nailup-vxml-server-fuzz-'));
  const clock = new SystemClock();
  const faults: string[] = [];
  const over = new Map<string, () => void>();
  const callers = new Map<string, HastyCaller>();
  const ended = (dialog: string): void => {
    const done = over.get(dialog);
    if (done === undefined) faults.push(`${dialog} ended twice`);
    over.delete(dialog);
    done?.();
  };
  const server: VxmlServer = await createVxmlServer({ workers: 2, audioFolder: folder, fetch: { fileRoots: [folder] }, limits: { evaluationMs: 100, steps: 5_000, transitions: 200 } }, {
    clock, logger: silentLogger,
    listener: { prepared: () => undefined, started: () => undefined, failed: ended, ended, command: (dialog, command) => callers.get(dialog)?.command(command) },
  });
  // The documents are made beforehand: making them is no work of the server's.
  const files = Array.from({ length: pages }, (_, i) => {
    const file = join(folder, `${i}.vxml`);
    writeFileSync(file, mutatePage(corpus[Math.floor(random.next() * corpus.length)] as string, corpus, random));
    return file;
  });
  const meter = new TurnMeter();
  let next = 0;
  const line = async (): Promise<void> => {
    for (let i = next++; i < files.length; i = next++) {
      const dialog = `page-${i}`;
      callers.set(dialog, new HastyCaller(server, dialog));
      const done = new Promise<void>((resolve) => over.set(dialog, resolve));
      const late = clock.after(endsWithinMs, () => {
        faults.push(`${dialog} did not end within ${endsWithinMs / 1_000} s`);
        server.terminate(dialog);
      });
      server.start({ dialog }, { dialog, uri: pathToFileURL(files[i] as string).href });
      await done;
      late.cancel();
      callers.delete(dialog);
      if (i % 1_000 === 999) say(`${i + 1} pages on worker threads, longest turn of the main thread ${meter.longestMs.toFixed(1)} ms of CPU`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, line));
  meter.stop();
  if (server.openDialogs > 0) faults.push(`${server.openDialogs} dialogs left open`);
  await server.stop();
  rmSync(folder, { recursive: true });
  if (meter.longestMs > longestTurnMs) faults.push(`the main thread stood still for ${meter.longestMs.toFixed(0)} ms of CPU`);
  return { summary: `${pages} broken pages on worker threads, ${atOnce} at once: longest turn of the main thread ${meter.longestMs.toFixed(1)} ms of CPU`, faults };
}

/** Plays in no time, presses a key at the first waits, and hangs up at the fourth. */
class HastyCaller {
  readonly #server: VxmlServer;
  readonly #dialog: string;
  #waits = 0;

  constructor(server: VxmlServer, dialog: string) {
    this.#server = server;
    this.#dialog = dialog;
  }

  command(command: VxmlCommand): void {
    const tell = (event: Parameters<VxmlServer['deliver']>[1]): void => this.#server.deliver(this.#dialog, event);
    switch (command.name) {
      case 'play':
        return tell({ name: 'play.done', play: command.play, how: 'finished' });
      case 'listen':
        this.#waits += 1;
        return tell(this.#waits < 4 ? { name: 'dtmf', digit: '1' } : { name: 'hangup' });
      case 'record':
        return tell({ name: 'record.done', record: command.record, how: 'silence', path: '/nowhere.wav', durationMs: 1_000, bytes: 8_044 });
      case 'transfer':
        return tell({ name: 'transfer.done', transfer: command.transfer, outcome: 'busy', durationMs: 0 });
      default:
    }
  }
}
