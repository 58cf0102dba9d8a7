import type { ConnectionId, DialogId } from '../../../../src/kernel/ids.ts';
import { refused } from '../../../../src/kernel/result.ts';
import { CcxmlWorld, onLoaded } from '../ccxml-world.ts';

/** What a platform may tell, or refuse, and the event a page sees of it. */
describe('platform events', () => {
  const call = '<createcall dest="\'sip:answer@sim\'" connectionid="c"/>';
  const variables = '<var name="c"/><var name="d"/><var name="k"/>';
  const tell = async (loaded: string, transitions: string, act: (world: CcxmlWorld, ids: { connection: ConnectionId; dialog: DialogId }) => void, before?: (world: CcxmlWorld) => void) => {
    const world = await CcxmlWorld.create({ main: onLoaded(loaded, transitions, variables) });
    before?.(world);
    const session = world.start('main');
    await world.live(200);
    act(world, { connection: [...world.host.state.connections.keys()][0] as ConnectionId, dialog: [...world.host.state.dialogs.keys()][0] as DialogId });
    await world.live(200);
    const end = world.ends.get(session);
    await world.close();
    return end?.value ?? end;
  };
  const dialogOn = '<transition event="connection.connected"><dialogstart src="\'http://pages/long\'" connectionid="c" dialogid="d"/></transition>';

  it('passes on what a dialog says, wants and ends', async () => {
    expect(await tell(call, `${dialogOn}<transition event="dialog.user.*"><exit expr="event$.name + event$.values.w + event$.dialogid.length"/></transition>`, (world, { dialog }) => world.host.deliver({ name: 'dialog.user', dialog, event: 'hello', values: { w: 1 } }))).toMatch(/^dialog\.user\.hello1\d+$/);
    expect(await tell(call, `${dialogOn}<transition event="dialog.disconnect"><exit expr="event$.connectionid == c"/></transition>`, (world, { dialog }) => world.host.deliver({ name: 'dialog.disconnect', dialog, values: {} }))).toBe(true);
    expect(await tell(call, `${dialogOn}<transition event="dialog.transfer"><exit expr="event$.type + event$.uri + event$.maxtime + event$.connecttimeout"/></transition>`, (world, { dialog }) => world.host.deliver({ name: 'dialog.transfer', dialog, type: 'bridge', uri: 'tel:1', maxTimeMs: 30000, connectTimeoutMs: 5000, values: {} }))).toBe('bridgetel:130000ms5000ms');
    expect(await tell(call, `${dialogOn}<transition event="dialog.terminatetransfer"><exit expr="event$.reason"/></transition>`, (world, { dialog }) => world.host.deliver({ name: 'dialog.terminatetransfer', dialog, reason: 'maxtime' }))).toBe('maxtime');
    expect(await tell(call, `${dialogOn}<transition event="dialog.exit"><exit expr="event$.reason"/></transition>`, (world, { dialog }) => world.host.deliver({ name: 'dialog.failed', dialog, phase: 'start', event: 'error.badfetch', reason: 'gone' }))).toBe('error.badfetch: gone');
  });

  it('answers a transfer by the command for it, and any other event by an event', async () => {
    const world = await CcxmlWorld.create({ main: onLoaded(call, `${dialogOn}<transition event="dialog.started"><send target="d" targettype="'dialog'" name="'dialog.transfer.complete'" namelist="r"/><send target="d" targettype="'dialog'" name="'user.x'"/></transition>`, `${variables}<var name="r" expr="'far_end_disconnect'"/>`) });
    world.start('main');
    await world.live(300);
    expect(world.dialogs[0]?.sent.map((s) => [s.event, s.data])).toEqual([['transfer.result', { r: 'far_end_disconnect' }], ['user.x', {}]]);
    await world.close();
  });

  it('tells of a connection that breaks, of signals, and of a path that fails', async () => {
    expect(await tell(call, '<transition event="error.connection"><exit expr="event$.connectionid == c &amp;&amp; event$.reason"/></transition>', (world, { connection }) => world.host.deliver({ name: 'connection.error', connection, event: 'error.connection', reason: 'odd' }))).toBe('odd');
    expect(await tell(call, '<transition event="connection.signal"><exit expr="event$.info.callprogress"/></transition>', (world, { connection }) => world.host.deliver({ name: 'connection.signal', connection, info: { callprogress: 'live_voice' } }))).toBe('live_voice');
    expect(await tell(`<createconference conferenceid="k"/>${call}`, '<transition event="connection.connected"><join id1="c" id2="k"/></transition><transition event="error.conference.join"><exit expr="session.connections[c].input === undefined"/></transition>', (world, { connection }) => {
      world.host.deliver({ name: 'path.failed', from: [...world.host.state.conferences.keys()][0] as never, to: connection, reason: 'no port' });
    })).toBe(true);
  });

  it('names the event after what a platform refuses', async () => {
    const refusing = (method: 'redirect' | 'createConference' | 'connectPath' | 'merge' | 'createCall' | 'disconnect' | 'destroyConference', kind: Parameters<typeof refused>[0]) => (world: CcxmlWorld) => {
      world.platform[method] = () => refused(kind, 'not here');
    };
    const name = '<transition event="error.*"><exit expr="event$.name + \': \' + event$.reason"/></transition>';
    expect(await tell(call, `<transition event="connection.connected"><redirect dest="'sip:x@y'"/></transition>${name}`, () => undefined, refusing('redirect', 'unsupported'))).toBe('error.unsupported.redirect: redirect: not here');
    expect(await tell('<createconference conferenceid="k"/>', name, () => undefined, refusing('createConference', 'noresource'))).toBe('error.conference.create: createconference: not here');
    expect(await tell(`<createconference conferenceid="k"/>${call}`, `<transition event="connection.connected"><join id1="c" id2="k"/></transition>${name}`, () => undefined, refusing('connectPath', 'unsupported'))).toBe('error.conference.join: join: error.unsupported: not here');
    expect(await tell(call, `<transition event="connection.connected"><disconnect/></transition>${name}`, () => undefined, refusing('disconnect', 'noresource'))).toBe('error.noresource: disconnect: not here');
    expect(await tell(call, `<transition event="connection.connected"><disconnect/></transition>${name}`, () => undefined, refusing('disconnect', 'bad-argument'))).toBe('error.connection: disconnect: not here');
    expect(await tell('<createconference conferenceid="k"/>', `<transition event="conference.created"><destroyconference conferenceid="k"/></transition>${name}`, () => undefined, refusing('destroyConference', 'unknown-id'))).toBe('error.conference.destroy: destroyconference: not here');
    const both = `<transition event="connection.connected" cond="event$.connectionid == d"><merge connectionid1="c" connectionid2="d"/></transition>`;
    const ids = '<transition event="error.*"><exit expr="event$.name + \' \' + (event$.connectionid1 == c) + (event$.connectionid2 == d) + session.connections[c].state"/></transition>';
    const twoCalls = `${call}<createcall dest="'sip:answer@sim'" connectionid="d"/>`;
    expect(await tell(twoCalls, both + ids, () => undefined, refusing('merge', 'bad-argument'))).toBe('error.merge truetrueCONNECTED');
    expect(await tell(twoCalls, both + ids, () => undefined, refusing('merge', 'unsupported'))).toBe('error.unsupported truetrueCONNECTED');
    expect(await tell(call, '<transition event="connection.failed"><exit expr="event$.reason + session.connections[c].state"/></transition>', () => undefined, refusing('createCall', 'noresource'))).toBe('not hereFAILED');
  });

  it('puts paths back when one direction of a bridge is refused', async () => {
    const world = await CcxmlWorld.create({ main: onLoaded('<createcall dest="\'sip:answer@sim\'" connectionid="c"/><createcall dest="\'sip:answer@sim\'" connectionid="d"/><createcall dest="\'sip:answer@sim\'" connectionid="k"/>', '<transition event="go"><join id1="c" id2="d"/></transition><transition event="again"><join id1="c" id2="k"/></transition><transition event="error.conference.join"><exit expr="session.connections[c].input == d &amp;&amp; session.connections[d].input == c"/></transition>', variables) });
    const session = world.start('main');
    await world.live(100);
    world.host.inject(session, 'go', {});
    await world.live(10);
    const before = world.platform.open.paths;
    const connect = world.platform.connectPath.bind(world.platform);
    let calls = 0;
    world.platform.connectPath = (path) => (calls++ === 1 ? refused('noresource', 'full') : connect(path));
    world.host.inject(session, 'again', {});
    await world.live(10);
    expect(before).toBe(2);
    expect(world.ends.get(session)?.value).toBe(true);
    await world.close();
  });

  it('counts and drops events of objects nobody has', async () => {
    const world = await CcxmlWorld.create({});
    world.host.deliver({ name: 'connection.disconnected', connection: 'connection-x' as ConnectionId, reason: '', trigger: 'remote' });
    world.host.deliver({ name: 'dialog.exit', dialog: 'dialog-x' as DialogId, values: {} });
    expect(world.host.state.dropped).toBe(2);
    await world.close();
  });

  it('stops a page that starts itself again and again, and one that hands itself on for ever', async () => {
    const bomb = onLoaded('<createccxml next="\'main\'"/><createccxml next="\'main\'"/>', '<transition event="error.createccxml"/>');
    const world = await CcxmlWorld.create({ main: bomb, relay: onLoaded('<createccxml next="\'relay\'"/>', '<transition event="ccxml.created"><exit/></transition><transition event="error.createccxml"><exit/></transition>') }, { childSessions: 10 });
    world.start('main');
    await world.live(5000);
    expect(world.host.sessionCount).toBe(11);
    world.start('relay');
    await world.live(100);
    expect(world.host.sessionCount).toBe(11);
    await world.close();
    expect(world.host.sessionCount).toBe(0);
  });

  it('lets one session see what another does with a shared conference', async () => {
    const world = await CcxmlWorld.create({
      nailer: onLoaded('<createconference conferenceid="k" confname="\'agent-7\'"/><createcall dest="\'sip:answer@sim\'" connectionid="c"/>', '<transition event="connection.connected"><join id1="c" id2="k"/></transition><transition event="look"><exit expr="session.connections[c].input == k ? \'nailed\' : \'lost\'"/></transition>', variables),
      driver: onLoaded('<createcall dest="\'sip:answer-hangup-1000@sim\'" connectionid="c"/>', '<transition event="connection.connected"><createconference conferenceid="k" confname="\'agent-7\'"/></transition><transition event="conference.created"><join id1="c" id2="k"/></transition><transition event="connection.disconnected"><exit expr="\'gone\'"/></transition>', variables),
    });
    const nailer = world.start('nailer');
    await world.live(200);
    const driver = world.start('driver');
    await world.live(2000);
    expect(world.ends.get(driver)?.value).toBe('gone');
    expect(world.host.state.conferences.size).toBe(1);
    world.host.inject(nailer, 'look', {});
    await world.live(100);
    expect(world.ends.get(nailer)?.value).toBe('nailed');
    expect(world.host.state.conferences.size).toBe(0);
    await world.close();
  });
});
