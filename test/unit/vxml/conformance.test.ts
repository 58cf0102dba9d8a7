import { fileURLToPath } from 'node:url';
import { QuickjsEngine } from '../../../src/ecmascript/quickjs/quickjs-engine.ts';
import { readCases } from '../../conformance/vxml/case.ts';
import { FolderServer } from '../../conformance/vxml/folder-server.ts';
import { runCase } from '../../conformance/vxml/run-case.ts';
import { verdict } from '../../conformance/vxml/verdict.ts';

const folder = fileURLToPath(new URL('../../conformance/suites/vxml/supplement', import.meta.url));

describe('the VoiceXML suite of the project', () => {
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
