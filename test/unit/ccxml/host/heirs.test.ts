import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionEnd, StartSession } from '../../../../src/ccxml/platform.ts';
import type { ConnectionId, SessionId } from '../../../../src/kernel/ids.ts';
import { packageRoot } from '../../../../src/kernel/package-root.ts';
import { CcxmlWorld, onLoaded } from '../ccxml-world.ts';

const nailer = readFileSync(join(packageRoot(), 'ccxml', 'nailer.ccxml'), 'utf8');
const customer = onLoaded('<createcall dest="\'sip:answer@sim\'" connectionid="c"/>', `
  <transition event="connection.connected"><createconference conferenceid="k" confname="'agent-7'"/></transition>
  <transition event="conference.created"><join id1="c" id2="k"/></transition>
  <transition event="conference.unjoined"><exit expr="'lost the agent'"/></transition>
  <transition event="look"><exit expr="session.connections[c].input == k ? 'talking' : 'alone'"/></transition>`, '<var name="c"/><var name="k"/>');

/** A nailed agent: the shipped nailer page, with sessions that take each other's leg over as long as `heirs` says. */
class Nailed {
  readonly ended: [SessionId, SessionEnd][] = [];
  readonly dialled: string[] = [];
  session: SessionId;
  readonly #world: CcxmlWorld;
  readonly #heirs: number;
  #born = 0;

  constructor(world: CcxmlWorld, heirs: number) {
    this.#world = world;
    this.#heirs = heirs;
    world.platform.onCommand = (name, command) => {
      if (name === 'createCall') this.dialled.push((command as { dest: string }).dest);
    };
    this.session = world.ids.next('session');
    world.host.start(this.#request(this.session, ''));
  }

  #request(session: SessionId, leg: ConnectionId | ''): StartSession {
    return {
      session, uri: 'http://pages/nailer', values: { avaya: { ParameterMap: { agent: '7', dest: 'sip:answer@sim', ani: 'sip:us@sim', conference: 'agent-7', trunk: '', noAnsTime: 5000, leg } } },
      onEnd: (end) => void this.ended.push([session, end]),
      heir: (_end, [first]) => {
        if (first === undefined || this.#born >= this.#heirs) return undefined;
        this.#born += 1;
        this.session = this.#world.ids.next('session');
        return this.#request(this.session, first);
      },
    };
  }
}

describe('heirs of a session', () => {
  const begin = async (heirs: number) => {
    const world = await CcxmlWorld.create({ nailer, customer });
    const nailed = new Nailed(world, heirs);
    await world.live(500);
    const talking = world.start('customer');
    await world.live(500);
    return { world, nailed, talking, first: nailed.session };
  };

  it('go on with its call, its conference and who is in it, and nothing is dialled', async () => {
    const { world, nailed, talking, first } = await begin(1);
    const before = { open: world.platform.open, connections: [...world.host.state.connections.keys()] };
    world.host.kill(first, true);
    await world.live(500);
    expect(nailed.session).not.toBe(first);
    expect(nailed.ended).toEqual([[first, expect.objectContaining({ how: 'kill' })]]);
    expect({ open: world.platform.open, connections: [...world.host.state.connections.keys()] }).toEqual(before);
    expect(nailed.dialled.filter((dest) => dest === 'sip:answer@sim')).toHaveLength(2);
    expect(world.platform.launcherWords.filter((word) => word.event === 'nailup.nailed').map((word) => word.session)).toEqual([first, nailed.session]);
    world.host.inject(talking, 'look', {});
    await world.live(100);
    expect(world.ends.get(talking)?.value).toBe('talking');
    await world.close();
  });

  it('hear of what happens to the leg afterwards, and leave nothing behind', async () => {
    const { world, nailed, first } = await begin(1);
    world.host.kill(first, true);
    await world.live(500);
    const [leg] = [...world.host.state.connections.values()].filter((connection) => connection.owner === nailed.session);
    expect(leg).toBeDefined();
    if (leg !== undefined) world.platform.farEndLeaves(leg.id);
    await world.live(500);
    expect(world.ends.get(nailed.session)).toMatchObject({ how: 'exit', values: { reason: 'lost' } });
    await world.close();
    expect(world.platform.open).toEqual({ calls: 0, conferences: 0, paths: 0 });
  });

  it('are not asked for after <exit>, nor when the server stops; without one everything ends with the session', async () => {
    const { world, nailed, first } = await begin(5);
    world.host.inject(first, 'nailer.unnail', {});
    await world.live(500);
    expect(nailed.session).toBe(first);
    await world.close();
    const stopping = await begin(5);
    await stopping.world.close();
    expect(stopping.nailed.session).toBe(stopping.first);
    const childless = await begin(0);
    childless.world.host.kill(childless.first, true);
    await childless.world.live(500);
    expect(childless.world.ends.get(childless.talking)?.value).toBe('lost the agent');
    expect(childless.world.platform.open.calls).toBe(0);
    await childless.world.close();
  });
});
