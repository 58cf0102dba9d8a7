import { agentShares, turnMs, type AgentClaim } from '../../../../src/core/allocation/agent-shares.ts';
import { SeededRandom } from '../../../../src/kernel/random.ts';

const claim = (job: string, more: Partial<AgentClaim> = {}): AgentClaim => ({ job, priority: 5, minAgents: 0, allocation: 'dynamic', need: 1_000, withoutMs: 0, ...more });
const given = (claims: readonly AgentClaim[], agents: number, licences: Record<string, number> = {}): Record<string, number> => Object.fromEntries(agentShares(claims, agents, licences));

describe('agentShares', () => {
  it('gives one job everybody', () => {
    expect(given([claim('a')], 7)).toEqual({ a: 7 });
  });

  it('shares in proportion to the priorities', () => {
    expect(given([claim('a', { priority: 6 }), claim('b', { priority: 2 })], 40)).toEqual({ a: 30, b: 10 });
  });

  it('honours a minimum against a higher priority', () => {
    expect(given([claim('a', { priority: 10 }), claim('b', { priority: 1, minAgents: 8 })], 20)).toEqual({ a: 12, b: 8 });
  });

  it('gives what a job cannot use to the others', () => {
    expect(given([claim('a', { need: 2 }), claim('b')], 10)).toEqual({ a: 2, b: 8 });
  });

  it('keeps a reserved minimum for a job that has no use for it, and lends a dynamic one', () => {
    expect(given([claim('a', { minAgents: 4, need: 0, allocation: 'reserved' }), claim('b')], 10)).toEqual({ a: 4, b: 6 });
    expect(given([claim('a', { minAgents: 4, need: 0, allocation: 'dynamic' }), claim('b')], 10)).toEqual({ a: 0, b: 10 });
  });

  it('leaves agents free beyond every need, maximum and licence', () => {
    expect(given([claim('a', { need: 1 }), claim('b', { maxAgents: 2 })], 10)).toEqual({ a: 1, b: 2 });
    expect(given([claim('a', { licence: 'predictive' }), claim('b', { licence: 'predictive' }), claim('c', { licence: 'preview' })], 30, { predictive: 6 })).toEqual({ a: 3, b: 3, c: 24 });
  });

  it('lets the job that has the only agent keep him until another has waited a turn', () => {
    const claims = (withoutMs: number): AgentClaim[] => [claim('a'), claim('b', { withoutMs })];
    expect(given(claims(turnMs - 1), 1)).toEqual({ a: 1, b: 0 });
    expect(given(claims(turnMs), 1)).toEqual({ a: 0, b: 1 });
  });

  const random = new SeededRandom(11);
  const draw = (most: number): number => Math.floor(random.next() * (most + 1));
  const worlds = Array.from({ length: 400 }, () => {
    const claims = Array.from({ length: 1 + draw(7) }, (_, i) => {
      const minAgents = draw(12);
      return claim(`job-${i}`, {
        priority: 1 + draw(9), minAgents, need: draw(3) === 0 ? 0 : draw(60), withoutMs: draw(10) * 20_000, allocation: draw(1) === 0 ? 'reserved' : 'dynamic',
        ...(draw(3) === 0 ? { maxAgents: minAgents + draw(10) } : {}), licence: draw(1) === 0 ? 'predictive' : 'preview',
      });
    });
    return { claims, agents: draw(80), licences: draw(2) === 0 ? { predictive: draw(30) } : {} };
  });
  const use = (c: AgentClaim): number => Math.min(Math.max(c.need, c.allocation === 'reserved' ? c.minAgents : 0), c.maxAgents ?? Number.POSITIVE_INFINITY);

  it('never gives more than there is, more than a job can use, or more than a licence has', () => {
    for (const { claims, agents, licences } of worlds) {
      const shares = agentShares(claims, agents, licences);
      expect([...shares.values()].reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(agents);
      for (const c of claims) expect(shares.get(c.job)).toBeLessThanOrEqual(use(c));
      const predictive = claims.filter((c) => c.licence === 'predictive').reduce((sum, c) => sum + (shares.get(c.job) ?? 0), 0);
      expect(predictive).toBeLessThanOrEqual(licences.predictive ?? Number.POSITIVE_INFINITY);
    }
  });

  it('wastes nobody: without a licence bound, agents are left only when every job has all that it can use', () => {
    for (const { claims, agents } of worlds) {
      const shares = agentShares(claims, agents);
      const left = agents - [...shares.values()].reduce((a, b) => a + b, 0);
      if (left > 0) for (const c of claims) expect(shares.get(c.job)).toBe(use(c));
    }
  });

  it('honours every minimum when there are agents for all of them and one for each other job in need', () => {
    for (const { claims } of worlds) {
      const agents = claims.reduce((sum, c) => sum + Math.max(1, c.minAgents), 0);
      const shares = agentShares(claims, agents);
      for (const c of claims) expect(shares.get(c.job)).toBeGreaterThanOrEqual(Math.min(c.minAgents, use(c)));
    }
  });

  it('gives no job fewer agents because there is one more', () => {
    for (const { claims, agents } of worlds) {
      const calm = claims.map((c) => ({ ...c, withoutMs: 0 }));
      const before = agentShares(calm, agents);
      const after = agentShares(calm, agents + 1);
      for (const c of calm) expect(after.get(c.job)).toBeGreaterThanOrEqual(before.get(c.job) ?? 0);
    }
  });

  it('starves nobody: with fewer agents than jobs each has its turn, whatever its priority', () => {
    for (const { claims } of worlds.slice(0, 40)) {
      const needy = claims.map((c) => ({ ...c, need: 50, maxAgents: 50 }));
      const without = new Map(needy.map((c) => [c.job, 0]));
      const served = new Set<string>();
      // A minute a round: a priority of 10 against 1 takes its turn at most ten times before.
      for (let minute = 0; minute < 12 * needy.length * 10; minute++) {
        const shares = agentShares(needy.map((c) => ({ ...c, withoutMs: without.get(c.job) ?? 0 })), Math.max(1, Math.floor(needy.length / 2)));
        for (const c of needy) {
          const has = (shares.get(c.job) ?? 0) > 0;
          if (has) served.add(c.job);
          without.set(c.job, has ? 0 : (without.get(c.job) ?? 0) + turnMs);
        }
      }
      expect(served.size).toBe(needy.length);
    }
  });
});
