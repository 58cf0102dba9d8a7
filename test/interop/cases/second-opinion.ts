import { conference, count, keys, typed } from '../../unit/media/typed-digits.ts';
import type { InteropCase } from '../interop-case.ts';
import { spandspDigits } from '../peers/spandsp.ts';
import { expect } from '../scope.ts';

/** 1,000 tones through the real conference, clamp, packets and codecs: what another's receiver hears on each leg. */
function secondOpinion(): Promise<string> {
  const { media, customer, agent, monitor } = conference();
  const begin = customer.frame;
  const make = typed(() => 0);
  customer.say = (frame) => make(frame, begin);
  for (const phone of [agent, monitor]) phone.socket.sent.length = 0;
  media.run(count * 5 + 20);
  const open = spandspDigits(monitor.audio());
  const protectedLeg = spandspDigits(agent.audio());
  expect(open === keys, `spandsp hears ${open.length} digits on the open leg, and not the ${count} that were typed`);
  expect(protectedLeg === '', `spandsp hears "${protectedLeg.slice(0, 20)}" on the protected leg`);
  return Promise.resolve(`${count} digits typed: spandsp hears ${open.length} on the open leg, ${protectedLeg.length} on the protected one`);
}

export const secondOpinionCases: readonly InteropCase[] = [
  { name: 'clamp-second-opinion', peers: ['spandsp'], capability: 'DTMF clamp, judged by its receiver', limitMs: 60_000, run: secondOpinion },
];
