import type { SessionEnd } from '../../../src/ccxml/platform.ts';
import type { TestWorld } from './platform-factory.ts';
import type { TestCase } from './test-case.ts';

export interface Verdict {
  readonly passed: boolean;
  readonly reason: string;
}

/** Runs one document in its world and judges it as the suite's README says. */
export async function runTestCase(testCase: TestCase, world: TestWorld): Promise<Verdict> {
  const { sidecar } = testCase;
  const session = world.newSession();
  let end: SessionEnd | undefined;
  const [first, ...others] = sidecar.calls ?? [];
  const inbound = first?.after === 0 ? await world.call(first.from, first.to) : undefined;
  const act = (call: NonNullable<typeof first>, connection: Parameters<TestWorld['farEnd']>[0]): void => {
    for (const action of call.then ?? []) world.after(action.after, () => world.farEnd(connection, action));
  };
  world.server.start({ session, uri: testCase.uri, values: sidecar.values ?? {}, onEnd: (ended) => void (end = ended), ...(inbound === undefined ? {} : { inbound }) });
  if (first !== undefined && inbound !== undefined) act(first, inbound.connection);
  for (const call of inbound === undefined && first !== undefined ? [first, ...others] : others) {
    world.after(call.after, () => {
      if (end !== undefined) return;
      void world.ring(session, call.from, call.to).then((connection) => act(call, connection));
    });
  }
  for (const injection of sidecar.inject ?? []) {
    world.after(injection.after, () => {
      if (injection.event === 'ccxml.kill' || injection.event === 'ccxml.kill.unconditional') world.server.kill(session, injection.event.endsWith('unconditional'));
      else world.server.inject(session, injection.event, placed(injection.data ?? {}, world.connections(session)));
    });
  }
  await world.live(testCase.timeLimitMs, () => end !== undefined);
  const verdict = judge(end, sidecar.expectAbort === true);
  await world.close();
  return verdict;
}

function judge(end: SessionEnd | undefined, expectAbort: boolean): Verdict {
  if (end === undefined) return { passed: false, reason: 'no end within the time limit' };
  const told = end.how === 'exit' ? `exit ${JSON.stringify(end.value)}` : `${end.how}: ${end.reason ?? ''}${end.place === undefined ? '' : ` (${end.place})`}`;
  if (expectAbort) return { passed: end.how !== 'exit' && end.how !== 'load', reason: told };
  return { passed: end.how === 'exit' && end.value === 'pass', reason: told };
}

/** Replaces "$connection:N" by the identifier of the N-th connection of the session. */
function placed(data: Readonly<Record<string, unknown>>, connections: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(data).map(([key, value]): [string, unknown] => {
    if (typeof value === 'string') return [key, value.replace(/^\$connection:(\d+)$/, (whole, n: string) => connections[Number(n)] ?? whole)];
    return [key, typeof value === 'object' && value !== null && !Array.isArray(value) ? placed(value as Record<string, unknown>, connections) : value];
  }));
}
