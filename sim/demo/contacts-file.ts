import { SeededRandom } from '../../src/kernel/random.ts';

/**
 * A list of any length, in the form of examples/contacts.csv. Numbers are drawn from ranges that regulators keep for fiction
 * (US 555-01xx per area code, UK 07700 900xxx and 01632 960xxx), so that nobody is ever called by mistake.
 */
export function makeContacts(count: number, seed: number): string {
  const random = new SeededRandom(seed);
  const numbers = fictionalNumbers();
  if (count > numbers.length) throw new RangeError(`at most ${numbers.length} contacts can be made from the numbers kept for fiction; ${count} were asked for`);
  // Fisher–Yates, seeded.
  for (let i = numbers.length - 1; i > 0; i--) {
    const j = Math.floor(random.next() * (i + 1));
    [numbers[i], numbers[j]] = [numbers[j] as string, numbers[i] as string];
  }
  const rows = numbers.slice(0, count).map((number, i) => `${number},Contact ${i + 1},${(100 + random.next() * 900).toFixed(2)}`);
  return ['phone,name,amount', ...rows, ''].join('\n');
}

function fictionalNumbers(): string[] {
  const out: string[] = [];
  const areas = ['212', '305', '312', '404', '415', '512', '602', '617', '702', '713', '720', '801', '808', '907', '206', '313', '503', '615', '704', '816', '201', '202', '203', '205', '207', '208', '214', '215', '216', '217'];
  for (const area of areas) for (let i = 0; i < 100; i++) out.push(`+1${area}55501${String(i).padStart(2, '0')}`);
  for (let i = 0; i < 1_000; i++) out.push(`+447700900${String(i).padStart(3, '0')}`);
  for (let i = 0; i < 1_000; i++) out.push(`+441632960${String(i).padStart(3, '0')}`);
  return out;
}
