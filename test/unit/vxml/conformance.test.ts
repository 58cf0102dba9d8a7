import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { QuickjsEngine } from '../../../src/ecmascript/quickjs/quickjs-engine.ts';
import { readCases } from '../../conformance/vxml/case.ts';
import { coverageReport } from '../../conformance/vxml/coverage-report.ts';
import { FolderServer } from '../../conformance/vxml/folder-server.ts';
import { runCase } from '../../conformance/vxml/run-case.ts';
import { verdict } from '../../conformance/vxml/verdict.ts';

const folderOf = (name: string): string => fileURLToPath(new URL(`../../conformance/suites/vxml/${name}`, import.meta.url));

describe.each(['supplement', 'clauses'])('the VoiceXML suite %s', (suite) => {
  const folder = folderOf(suite);
  let server: FolderServer;
  let scripts: QuickjsEngine;

  beforeAll(async () => {
    server = await FolderServer.start(folder);
    scripts = await QuickjsEngine.create();
  });

  afterAll(async () => {
    await server.stop();
    expect(scripts.contexts).toBe(0);
  });

  const cases = readCases(folder);
  const topics = [...new Set(cases.map((c) => c.topic))];
  it.each(topics)('passes every page about %s', async (topic) => {
    for (const test of cases.filter((c) => c.topic === topic)) {
      const run = await runCase(test, server.base, scripts);
      expect({ name: test.name, reason: verdict(test, run), timers: run.openTimers }).toEqual({ name: test.name, reason: undefined, timers: 0 });
    }
  });
});

it('docs/conformance-vxml.md is what the suites give', () => {
  const written = readFileSync(fileURLToPath(new URL('../../../docs/conformance-vxml.md', import.meta.url)), 'utf8');
  expect(coverageReport(['supplement', 'clauses'].map(folderOf))).toBe(written);
});
