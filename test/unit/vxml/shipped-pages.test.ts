import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { QuickjsEngine } from '../../../src/ecmascript/quickjs/quickjs-engine.ts';
import { UndiciFetcher } from '../../../src/fetch/undici/undici-fetcher.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { packageRoot } from '../../../src/kernel/package-root.ts';
import { checkPage } from '../../../src/vxml/check/check-page.ts';
import { runSimulated, type SimulatedRun } from '../../../src/vxml/console/simulated-run.ts';
import type { Turn } from '../../../src/vxml/console/scripted-caller.ts';
import { verdict } from '../../conformance/vxml/verdict.ts';

const root = packageRoot();
let scripts: QuickjsEngine;
beforeAll(async () => {
  scripts = await QuickjsEngine.create();
});

async function run(path: string, turns: readonly Turn[], values: Record<string, unknown>): Promise<SimulatedRun> {
  const fetcher = new UndiciFetcher({ fileRoots: [root] });
  const done = await runSimulated({ uri: pathToFileURL(join(root, path)).href, script: { turns }, start: { values }, scripts, fetcher, logger: silentLogger, timeLimitMs: 10_000 });
  await fetcher.close();
  return done;
}

describe('the shipped dialogs', () => {
  const pages = readdirSync(join(root, 'vxml')).filter((f) => f.endsWith('.vxml'));
  it.each(pages)('%s is valid', async (name) => {
    const fetcher = new UndiciFetcher({ fileRoots: [root] });
    const { problems } = await checkPage(pathToFileURL(join(root, 'vxml', name)).href, fetcher);
    await fetcher.close();
    expect(problems.filter((p) => p.severity === 'error')).toEqual([]);
  });

  it('safe-harbour names the caller and takes the opt-out key', async () => {
    const done = await run('vxml/safe-harbour.vxml', [{ dtmf: '9' }], { callerName: 'Acme' });
    expect(done.end).toMatchObject({ how: 'exit', values: { optout: true, heard: true } });
    expect(done.prompts[0]).toContain('Acme.');
  });

  it('safe-harbour without a key ends without an opt-out', async () => {
    const done = await run('vxml/safe-harbour.vxml', [{ silence: true }], {});
    expect(done.end).toMatchObject({ how: 'exit', values: { optout: false, heard: true } });
  });

  it('safe-harbour forgives one wrong key', async () => {
    const done = await run('vxml/safe-harbour.vxml', [{ dtmf: '3' }, { dtmf: '9' }], {});
    expect(done.end).toMatchObject({ values: { optout: true } });
  });

  it('a caller who hangs up in the middle has not opted out', async () => {
    const done = await run('vxml/safe-harbour.vxml', [{ hangup: true }], {});
    expect(done.end).toMatchObject({ how: 'disconnect', values: { optout: false, heard: false } });
  });

  it('voicemail leaves its message and asks nothing', async () => {
    const done = await run('vxml/voicemail.vxml', [], { callerName: 'Acme', message: 'Your parcel is here.', callbackNumber: '+15550100' });
    expect(done.end).toMatchObject({ how: 'exit', values: { left: true } });
    expect(done.prompts.join(' ')).toContain('Your parcel is here.');
    expect(done.prompts.join(' ')).toContain('+15550100');
  });

  it('notify repeats its message by key 1, and then takes the opt-out', async () => {
    const done = await run('vxml/notify.vxml', [{ dtmf: '1' }, { dtmf: '9' }], { message: 'The road is closed.' });
    expect(done.end).toMatchObject({ values: { optout: true, repeats: 1 } });
    expect(done.prompts.filter((p) => p === 'The road is closed.')).toHaveLength(2);
  });

  it('opt-out keeps whoever presses 1', async () => {
    expect((await run('vxml/opt-out.vxml', [{ dtmf: '1' }], {})).end).toMatchObject({ values: { optout: false } });
    expect((await run('vxml/opt-out.vxml', [{ dtmf: '9' }], {})).end).toMatchObject({ values: { optout: true } });
  });
});

describe('the examples', () => {
  const folders = ['survey', 'payment-reminder', 'appointment'];
  const cases = folders.flatMap((folder) => readdirSync(join(root, 'examples', folder)).filter((f) => f.endsWith('.json')).map((file) => [folder, file] as const));
  it.each(cases)('%s goes as %s says', async (folder, file) => {
    const given = JSON.parse(readFileSync(join(root, 'examples', folder, file), 'utf8'));
    const done = await run(`examples/${folder}/${folder}.vxml`, given.turns, given.parameters ?? {});
    expect(verdict({ name: file, topic: '', unsure: undefined, transfer: {}, timeLimitMs: 0, expectsExit: 'expectExit' in given, ...given }, done)).toBeUndefined();
    expect(done.turnsLeft).toBe(0);
  });

  it('no trace of the card capture holds a digit of the card', async () => {
    const given = JSON.parse(readFileSync(join(root, 'examples/payment-reminder/pays.json'), 'utf8'));
    const done = await run('examples/payment-reminder/payment-reminder.vxml', given.turns, given.parameters);
    expect(JSON.stringify(done.traces)).not.toContain('41111111');
    expect(done.events).toEqual([{ event: 'dialog.user.secret', values: { on: true } }, { event: 'dialog.user.secret', values: { on: false } }]);
  });

  it('every folder of examples is run', () => {
    for (const folder of folders) expect(existsSync(join(root, 'examples', folder, `${folder}.vxml`))).toBe(true);
  });
});
