import { mutatedPages } from '../../../soak/ccxml/mutate.ts';
import { CcxmlWorld } from '../ccxml-world.ts';

/** `npm run soak -- ccxml` runs 10,000 on real session threads. */
const count = Number(process.env['MUTATED_PAGES'] ?? 400);

/** Pages broken at random: none may break the interpreter, and none may leave a call, a timer or an object behind. */
describe('mutated pages', () => {
  it(`survives ${count} of them`, async () => {
    const next = mutatedPages(20110705);
    let loaded = 0;
    for (let i = 0; i < count; i++) {
      const text = next();
      const { world, end } = await CcxmlWorld.run(text, { ms: 5000, values: { avaya: { ParameterMap: { dnis: 'sip:answer@sim', humanUrl: 'http://pages/d', noAnsTime: 5000, sovTimeout: 100, liveVoiceTimeout: 100, enhCCA: true, mode: 'dialog' } } } });
      if (end?.how !== 'load') loaded += 1;
      const left = [world.host.sessionCount, world.host.state.connections.size, world.host.state.dialogs.size, world.host.state.conferences.size, world.platform.open.calls, world.platform.open.paths, world.dialogs.reduce((n, d) => n + d.running, 0)];
      if (left.some((n) => n !== 0)) {
        await world.live(100);
        expect({ text, left: [world.host.sessionCount, world.host.state.connections.size, world.host.state.dialogs.size, world.platform.open.calls, world.dialogs.reduce((n, d) => n + d.running, 0)] }).toEqual({ text, left: [0, 0, 0, 0, 0] });
      }
    }
    expect(loaded).toBeGreaterThan(count / 10);
  }, 1_200_000);
});
