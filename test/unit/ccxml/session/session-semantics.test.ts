import { CcxmlWorld, onLoaded, page } from '../ccxml-world.ts';

const value = async (text: string, options: Parameters<typeof CcxmlWorld.run>[1] = {}) => {
  const { end } = await CcxmlWorld.run(text, options);
  return end?.how === 'exit' ? end.value : end;
};

describe('session semantics', () => {
  it('goes on after an invalid identifier, but not after an ECMAScript error (§9.1)', async () => {
    const trail = (element: string) => value(onLoaded(`${element}<assign name="t" expr="t + 'on '"/>`, '<transition event="error.semantic"><exit expr="t + event$.tagname"/></transition>', '<var name="t" expr="\'\'"/>'));
    expect(await trail('<accept connectionid="\'nobody\'"/>')).toBe('on accept');
    expect(await trail('<disconnect/>')).toBe('on disconnect');
    expect(await trail('<send target="session.id" name="\'a\'" delay="\'banana\'"/>')).toBe('on send');
    expect(await trail('<accept connectionid="nobody"/>')).toBe('accept');
    expect(await trail('<log expr="1 +"/>')).toBe('log');
  });

  it('gives a page without statevariable the variable state$ (§9.2.1)', async () => {
    expect(await value(page(`<eventprocessor>
      <transition event="ccxml.loaded"><if cond="state$ === undefined"><assign name="state$" expr="'two'"/></if><send target="session.id" name="'go'"/></transition>
      <transition event="go" state="one"><exit expr="'one'"/></transition>
      <transition event="go" state="two three"><exit expr="'two'"/></transition></eventprocessor>`))).toBe('two');
  });

  it('takes a condition that cannot be evaluated as false and tells of it', async () => {
    expect(await value(page(`<eventprocessor>
      <transition event="ccxml.loaded" cond="nothing.here"><exit expr="'wrong'"/></transition>
      <transition event="ccxml.loaded"/>
      <transition event="error.semantic"><exit expr="event$.tagname"/></transition></eventprocessor>`))).toBe('transition');
  });

  it('ends a session on an error that nobody handles, and on an error raised by its own handler again and again', async () => {
    const { end } = await CcxmlWorld.run(onLoaded('<log expr="oops"/>'));
    expect(end).toMatchObject({ how: 'error', reason: expect.stringContaining('error.semantic was not handled') });
    const loop = await CcxmlWorld.run(page('<eventprocessor><transition event="ccxml.loaded"><log expr="oops"/></transition><transition event="error.*"><log expr="oops2"/></transition></eventprocessor>'));
    expect(loop.end?.how).toBe('error');
  });

  it('lets a page catch ccxml.kill but not ccxml.kill.unconditional', async () => {
    const world = await CcxmlWorld.create({ main: page('<eventprocessor><transition event="ccxml.kill"><exit expr="\'asked\'"/></transition></eventprocessor>'), stay: onLoaded('', '<transition event="ccxml.*"/>') });
    const first = world.start('main');
    const second = world.start('stay');
    await world.live(100);
    world.host.kill(first, false);
    world.host.kill(second, false);
    await world.live(100);
    expect(world.ends.get(first)).toMatchObject({ how: 'exit', value: 'asked' });
    expect(world.ends.has(second)).toBe(false);
    world.host.kill(second, true);
    await world.live(10);
    expect(world.ends.get(second)?.how).toBe('kill');
    expect(world.clock.openTimers).toBe(0);
    await world.close();
  });

  it('keeps a reference to a connection object true after the event', async () => {
    expect(await value(onLoaded('<createcall dest="\'sip:ring-500@sim\'" connectionid="c"/>', `
      <transition event="connection.progressing"><assign name="kept" expr="event$.connection"/><assign name="before" expr="kept.state"/></transition>
      <transition event="connection.connected"><exit expr="before + ' ' + kept.state + ' ' + (kept === session.connections[c])"/></transition>`, '<var name="c"/><var name="kept"/><var name="before"/>'))).toBe('PROGRESSING CONNECTED true');
  });

  it('refuses every write to session, deep down too', async () => {
    expect(await value(onLoaded('<createcall dest="\'sip:answer@sim\'" connectionid="c"/>', `
      <transition event="connection.connected"><assign name="session.connections[c].state" expr="'FAILED'"/></transition>
      <transition event="error.semantic"><exit expr="session.connections[c].state"/></transition>`, '<var name="c"/>'))).toBe('CONNECTED');
  });

  it('forgets an object once the event of its end was handled', async () => {
    expect(await value(onLoaded('<createcall dest="\'sip:busy@sim\'" connectionid="c"/>', `
      <transition event="connection.failed"><assign name="at" expr="session.connections[c].state"/><send target="session.id" name="'later'"/></transition>
      <transition event="later"><exit expr="at + ' ' + typeof session.connections[c]"/></transition>`, '<var name="c"/><var name="at"/>'))).toBe('FAILED undefined');
  });

  it('cannot be told by a namelist who sent an event', async () => {
    expect(await value(onLoaded('<send target="session.id" name="\'a\'" namelist="eventsource name word"/>', '<transition event="a"><exit expr="event$.eventsource == session.id &amp;&amp; event$.name + event$.word"/></transition>', '<var name="eventsource" expr="\'forged\'"/><var name="name" expr="\'forged\'"/><var name="word" expr="\'w\'"/>'))).toBe('aw');
  });

  it('sends a qualified name of a namelist under the same path', async () => {
    expect(await value(onLoaded('<send target="session.id" name="\'a\'" namelist="o.p.q application.z"/>', '<transition event="a"><exit expr="event$.o.p.q + event$.application.z"/></transition>', '<var name="o" expr="{p: {q: 5, r: 6}}"/><var name="application.z" expr="7"/>'))).toBe(12);
  });

  it('tells an unknown target, target type and dialog apart', async () => {
    const error = (attributes: string) => value(onLoaded(`<send name="'a'" ${attributes}/>`, '<transition event="error.*"><exit expr="event$.name"/></transition>'));
    expect(await error('target="\'nobody\'"')).toBe('error.send.targetunavailable');
    expect(await error('target="\'x\'" targettype="\'pigeon\'"')).toBe('error.send.targettypeinvalid');
    expect(await error('target="\'x\'" targettype="\'dialog\'"')).toBe('error.send.targetunavailable');
    expect(await error('target="\'http://nowhere/\'" targettype="\'basichttp\'"')).toBe('error.send.targetunavailable');
  });

  it('hands avaya.launchresponse to the launcher', async () => {
    const { world } = await CcxmlWorld.run(onLoaded('<send targettype="\'avaya_platform\'" target="\'avaya.launchresponse\'" name="\'avaya.launchresponse\'" namelist="status"/>', '<transition event="send.successful"><exit/></transition>', '<var name="status" expr="\'ok\'"/>'));
    expect(world.platform.launcherWords).toEqual([expect.objectContaining({ target: 'avaya.launchresponse', event: 'avaya.launchresponse', data: { status: 'ok' } })]);
  });

  it('passes launch values and returns exit values', async () => {
    const { end } = await CcxmlWorld.run(onLoaded('<assign name="_avayaExitReason" expr="session.values.avaya.ParameterMap.dnis"/><exit namelist="_avayaExitReason"/>', '', '<var name="_avayaExitReason"/>'), { values: { avaya: { ParameterMap: { dnis: '+4930123' } } } });
    expect(end).toEqual({ how: 'exit', value: undefined, values: { _avayaExitReason: '+4930123' } });
  });

  it('refuses a document whose initial variables cannot be evaluated, naming the place', async () => {
    const { end } = await CcxmlWorld.run(onLoaded('<exit/>', '', '<var name="x" expr="nothing"/>'));
    expect(end).toMatchObject({ how: 'load', place: expect.stringMatching(/main:1:\d+$/) });
  });

  it('leaves nothing behind when a session with calls, conferences, dialogs and timers ends', async () => {
    const world = await CcxmlWorld.create({ main: onLoaded('<createconference conferenceid="k"/><createcall dest="\'sip:answer@sim\'" connectionid="a"/><createcall dest="\'sip:noanswer@sim\'"/><send target="session.id" name="\'x\'" delay="\'1h\'"/><send target="session.id" name="\'x\'" delay="\'100s\'"/>', '<transition event="connection.connected"><dialogstart src="\'d.vxml\'" connectionid="a"/><join id1="a" id2="k"/></transition><transition event="error.*"/><transition event="stop"><exit/></transition>', '<var name="k"/><var name="a"/>') });
    const session = world.start('main');
    await world.live(500);
    world.host.inject(session, 'stop', {});
    await world.live(500);
    expect(world.ends.get(session)?.how).toBe('exit');
    expect(world.platform.open).toEqual({ calls: 0, conferences: 0, paths: 0 });
    expect([world.host.state.connections.size, world.host.state.dialogs.size, world.host.state.conferences.size, world.clock.openTimers]).toEqual([0, 0, 0, 0]);
    await world.close();
  });

  it('shows each step of a traced session', async () => {
    const { world } = await CcxmlWorld.run(page('<var name="s" expr="\'one\'"/><eventprocessor statevariable="s"><transition event="ccxml.loaded"><assign name="s" expr="\'two\'"/><exit/></transition></eventprocessor>'));
    expect(world.traced.map((t) => t.what)).toEqual(['document', 'element', 'event', 'transition', 'element', 'element']);
  });
});
