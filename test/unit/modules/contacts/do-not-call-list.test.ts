import { DoNotCallList } from '../../../../src/modules/contacts/index.ts';
import { openTestStore, type TestStore } from '../../../embedded-store.ts';

let test: TestStore;
let list: DoNotCallList;
beforeAll(async () => {
  test = await openTestStore();
  list = new DoNotCallList(test.store);
});
afterAll(() => test.close());

const phone = '+493023125001';

it('an address stays on the list with its first source, however often it is added', async () => {
  await Promise.all(Array.from({ length: 10 }, (_, i) => list.add({ address: '+493023125009', source: `s${i}`, at: 1_000 })));
  await list.add({ address: phone, source: 'opt-out key', at: 1_000 });
  await list.add({ address: phone, source: 'letter', at: 2_000 });
  expect(await list.find(phone, 3_000)).toEqual({ address: phone, source: 'opt-out key', addedAt: 1_000, until: undefined });
  expect(await list.find('+493023125002', 3_000)).toBeUndefined();
  expect(await list.size()).toBe(2);
});

it('a timed entry runs out, the later of two ends counts, and one without an end outlives both', async () => {
  const timed = '+493023125003';
  await list.add({ address: timed, source: 'a', at: 0, until: 5_000 });
  await list.add({ address: timed, source: 'b', at: 0, until: 3_000 });
  expect(await list.find(timed, 4_999)).toMatchObject({ until: 5_000 });
  expect(await list.find(timed, 5_000)).toBeUndefined();
  await list.add({ address: timed, source: 'c', at: 0 });
  expect(await list.find(timed, 9_999_999)).toMatchObject({ until: undefined });
  await list.add({ address: timed, source: 'd', at: 0, until: 1 });
  expect(await list.find(timed, 9_999_999)).toBeDefined();
});

it('an address can be taken off', async () => {
  expect(await list.remove(phone)).toBe(true);
  expect(await list.remove(phone)).toBe(false);
  expect(await list.find(phone, 0)).toBeUndefined();
});
