import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { QuickjsEngine } from '../../../src/ecmascript/quickjs/quickjs-engine.ts';
import { UndiciFetcher } from '../../../src/fetch/undici/undici-fetcher.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import type { Script } from '../../../src/vxml/console/scripted-caller.ts';
import { runSimulated, type SimulatedRun } from '../../../src/vxml/console/simulated-run.ts';
import type { VxmlLimits } from '../../../src/vxml/session/limits.ts';

let engine: Promise<QuickjsEngine> | undefined;

/** Runs the first of the given files, each by its name, with a scripted caller. */
export async function runText(files: Readonly<Record<string, string>>, script: Script = { turns: [] }, options: { readonly limits?: Partial<VxmlLimits>; readonly values?: Record<string, unknown>; readonly timeLimitMs?: number; readonly allowedRanges?: readonly string[] } = {}): Promise<SimulatedRun> {
  const folder = mkdtempSync(join(tmpdir(), 'nailup-vxml-test-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const fetcher = new UndiciFetcher({ fileRoots: [folder], ...(options.allowedRanges === undefined ? {} : { allowedRanges: options.allowedRanges }) });
  engine ??= QuickjsEngine.create();
  try {
    return await runSimulated({
      uri: pathToFileURL(join(folder, Object.keys(files)[0] as string)).href, script, scripts: await engine, fetcher, logger: silentLogger, timeLimitMs: options.timeLimitMs ?? 20_000,
      ...(options.limits === undefined ? {} : { limits: options.limits }), ...(options.values === undefined ? {} : { start: { values: options.values } }),
    });
  } finally {
    await fetcher.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A page around the content of its document element. */
export const page = (content: string, attributes = ''): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<vxml version="2.1" xmlns="http://www.w3.org/2001/vxml" xml:lang="en-US" ${attributes}>${content}</vxml>`;

export const keyGrammar = (keys: string): string => `<grammar mode="dtmf" version="1.0" root="r"><rule id="r" scope="public"><one-of>${keys.split('|').map((k) => `<item>${[...k].join(' ')}</item>`).join('')}</one-of></rule></grammar>`;
