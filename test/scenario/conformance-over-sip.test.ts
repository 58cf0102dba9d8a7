import { fileURLToPath } from 'node:url';
import { sipWorlds } from '../conformance/ccxml/sip-world.ts';
import { casesOf, runCases } from '../conformance/ccxml/suite.ts';

/** Documents that judge themselves, over SIP and RTP in real time: what simulated time cannot show. */
it('the supplementary CCXML documents pass over SIP and leave nothing open', async () => {
  const worlds = await sipWorlds(6);
  try {
    const cases = casesOf(fileURLToPath(new URL('../conformance/suites/ccxml-supplement', import.meta.url)));
    const outcome = await runCases(cases, worlds, () => undefined);
    expect(outcome.cases.filter((c) => !c.passed)).toEqual([]);
    expect(outcome.notes.join()).toMatch(/0 calls, \d+ telephones, 0 endpoints, 0 RTP ports, 0 conferences, 0 dialogs/);
  } finally {
    await worlds.close();
  }
}, 180_000);
