import { fileURLToPath } from 'node:url';
import { simulatedWorlds } from '../conformance/ccxml/simulated-world.ts';
import { casesOf } from '../conformance/ccxml/suite.ts';
import { runTestCase } from '../conformance/ccxml/run-test-case.ts';

/** The CCXML suites, in simulated time, one document a case. */
describe.each(['ccxml', 'ccxml-supplement'])('CCXML conformance: %s', (suite) => {
  const worlds = simulatedWorlds();
  const cases = casesOf(fileURLToPath(new URL(`../conformance/suites/${suite}`, import.meta.url)));
  it.each(cases.map((c) => [c.name, c] as const))('%s', async (_name, testCase) => {
    const verdict = await runTestCase(testCase, await (await worlds).create(testCase));
    expect(verdict).toMatchObject({ passed: true });
  });
});
