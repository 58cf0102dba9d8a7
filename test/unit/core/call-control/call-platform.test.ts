import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ScriptedCallees } from '../../../../sim/callees/scripted-callees.ts';
import { readWav } from '../../../../src/audio/wav-file.ts';
import { encodeWav } from '../../../../src/audio/wav-writer.ts';
import type { PlatformEvent, PlatformEventMap } from '../../../../src/ccxml/platform.ts';
import { SystemClock } from '../../../../src/kernel/clock.ts';
import { RandomIds, type ConnectionId, type DialogId } from '../../../../src/kernel/ids.ts';
import { silentLogger, type Logger } from '../../../../src/kernel/logger.ts';
import type { Reply } from '../../../../src/kernel/result.ts';
import { createEmbeddedMedia } from '../../../../src/media/embedded/index.ts';
import { CallStack } from '../../../conformance/over-sip/call-stack.ts';
import { SharedMedia } from '../../../conformance/over-sip/shared-media.ts';

const ids = new RandomIds();
const session = ids.next('session');
const hints = {};

const hangUpPage = `<?xml version="1.0"?>
<vxml version="2.1" xmlns="http://www.w3.org/2001/vxml">
  <var name="heard" expr="'nothing'"/>
  <catch event="connection.disconnect.hangup"><assign name="heard" expr="'hangup'"/><exit namelist="heard"/></catch>
  <form><field name="f" type="digits"><property name="timeout" value="20s"/></field></form>
</vxml>`;

const transferPage = `<?xml version="1.0"?>
<vxml version="2.1" xmlns="http://www.w3.org/2001/vxml">
  <var name="left" expr="'no'"/>
  <catch event="connection.disconnect"><assign name="left" expr="_event"/><exit namelist="left"/></catch>
  <form><transfer name="t" type="blind" dest="sip:somebody@sim"/></form>
</vxml>`;

const secretPage = `<?xml version="1.0"?>
<vxml version="2.1" xmlns="http://www.w3.org/2001/vxml">
  <form>
    <object name="on" classid="builtin:send-event"><param name="event" value="dialog.user.secret"/><param name="on" expr="true"/></object>
    <field name="card" type="digits?length=8"><property name="timeout" value="20s"/><property name="secret" value="true"/></field>
    <object name="off" classid="builtin:send-event"><param name="event" value="dialog.user.secret"/><param name="on" expr="false"/></object>
    <field name="choice" type="digits?length=1"><property name="timeout" value="20s"/></field>
    <block><var name="given" expr="session.connection.ccxml.namelist.account + session.connection.ccxml.values.locale"/><exit namelist="card choice given"/></block>
  </form>
</vxml>`;

const digitsPage = `<?xml version="1.0"?>
<vxml version="2.1" xmlns="http://www.w3.org/2001/vxml">
  <form>
    <object name="sent" classid="builtin:send-event"><param name="event" value="dialog.user.senddigits"/><param name="digits" value="*9"/></object>
    <object name="not" classid="builtin:send-event"><param name="event" value="dialog.user.senddigits"/><param name="digits" value="nine"/></object>
    <block><exit/></block>
  </form>
</vxml>`;

const longPage = `<?xml version="1.0"?>
<vxml version="2.1" xmlns="http://www.w3.org/2001/vxml">
  <form>
    <object name="not" classid="builtin:send-event"><param name="event" value="dialog.user.seek"/><param name="by" expr="-1000"/></object>
    <block><prompt bargein="false"><audio src="long.wav"/></prompt></block>
  </form>
</vxml>`;

/** Every line of log, and every step that the trace of a dialog shows. */
const lines: string[] = [];
const note = (fields: object, message: string): void => void lines.push(`${message} ${JSON.stringify(fields)}`);
const noted: Logger = { debug: note, info: note, warn: note, error: note, child: () => noted };

describe('the call platform over SIP and RTP', () => {
  let callees: ScriptedCallees;
  let media: SharedMedia;
  let stack: CallStack;
  let events: PlatformEvent[] = [];
  let over: { connection: ConnectionId; codec: string | undefined }[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'nailup-call-platform-'));

  beforeAll(async () => {
    writeFileSync(join(folder, 'hang-up.vxml'), hangUpPage);
    writeFileSync(join(folder, 'transfer.vxml'), transferPage);
    writeFileSync(join(folder, 'secret.vxml'), secretPage);
    writeFileSync(join(folder, 'digits.vxml'), digitsPage);
    writeFileSync(join(folder, 'long.vxml'), longPage);
    writeFileSync(join(folder, 'long.wav'), encodeWav({ encoding: 'linear16', sampleRate: 8_000, channels: 1 }, new Int16Array(60 * 8_000)));
    callees = new ScriptedCallees(new SystemClock(), silentLogger);
    await callees.start();
    media = new SharedMedia(createEmbeddedMedia({ address: '127.0.0.1', maxEndpointsPerWorker: 20 }, { log: silentLogger }));
    await media.start();
    stack = await CallStack.open({
      media: media.view(), resolver: callees.resolver, fetch: { fileRoots: [folder] }, logger: noted, recordingFolder: join(folder, 'recordings'),
      observe: { command: () => undefined, delivered: () => undefined, trace: (_dialog, trace) => void lines.push(JSON.stringify(trace)), ended: () => undefined },
    }, (event) => void events.push(event), (event, connection) => {
      if (event.name === 'node.closed') over.push({ connection, codec: event.leg?.codec });
    });
  });

  beforeEach(() => {
    events = [];
    over = [];
  });

  afterEach(async () => {
    // Nothing is left of a case: no leg, no telephone, no media.
    await until(() => stack.open === 0 && callees.openTelephones === 0);
    const { endpoints, conferences, dialogs, openPorts } = await media.plane.stats();
    expect({ endpoints, conferences, dialogs, openPorts }).toEqual({ endpoints: 0, conferences: 0, dialogs: 0, openPorts: 0 });
  });

  afterAll(async () => {
    await stack.close();
    await media.stop();
    await callees.stop();
    rmSync(folder, { recursive: true });
  });

  const told = <N extends keyof PlatformEventMap>(name: N): PlatformEventMap[N][] => events.filter((event) => event.name === name) as unknown as PlatformEventMap[N][];

  async function call(dest: string): Promise<ConnectionId> {
    const connection = ids.next('connection');
    expect(stack.platform.createCall({ connection, session, dest, timeoutMs: 5_000, hints }).accepted).toBe(true);
    await until(() => told('connection.connected').some((event) => event.connection === connection));
    return connection;
  }

  function inbound(): Promise<ConnectionId> {
    return new Promise((resolve) => {
      stack.incoming = (incoming) => resolve(incoming.take());
      callees.call({ from: 'sip:alice@sim', to: 'sip:app@test', target: `sip:app@${stack.address}` });
    });
  }

  it('tells the headers of what the far end sent: of the INVITE, of the answer, of a refusal', async () => {
    const incoming = await inbound();
    await until(() => told('connection.alerting').length > 0);
    expect(told('connection.alerting')[0]?.facts.sip).toMatchObject({ requesturi: expect.stringContaining('sip:app@') as unknown, headers: { 'Call-ID': expect.any(String) as unknown, From: expect.stringContaining('alice') as unknown } });
    stack.platform.reject({ connection: incoming, reason: 'declined', hints });
    const connection = await call('sip:answer@sim');
    const [connected] = told('connection.connected');
    expect(connected?.facts.sip).toMatchObject({ headers: { To: expect.stringContaining('answer@sim') as unknown } });
    expect(connected?.info).toMatchObject({ sip: { respcode: 200, headers: { To: expect.stringContaining('answer@sim') as unknown } } });
    stack.platform.disconnect({ connection, hints });
    const busy = ids.next('connection');
    stack.platform.createCall({ connection: busy, session, dest: 'sip:busy@sim', timeoutMs: 5_000, hints: { 'sip.contact': '<sip:elsewhere@sim>' } });
    await until(() => told('connection.failed').some((event) => event.connection === busy));
    expect(told('connection.failed').find((event) => event.connection === busy)?.info).toMatchObject({ sip: { respcode: 486, headers: { To: expect.stringContaining('busy@sim') as unknown } } });
    expect(lines.filter((line) => line.includes("not a page's to set") && line.includes('sip.contact'))).toHaveLength(1);
  });

  it('tells that an alerting call was redirected, and answers the caller with 302', async () => {
    const connection = await inbound();
    expect(stack.platform.redirect({ connection, dest: 'sip:elsewhere@sim', reason: 'moved', hints }).accepted).toBe(true);
    await until(() => told('connection.redirected').length > 0);
    expect(told('connection.redirected')).toMatchObject([{ connection, reason: 'moved', info: { dest: 'sip:elsewhere@sim' } }]);
    expect(told('connection.failed')).toEqual([]);
  });

  it('tells how a call sounded when its media is over, after the call itself', async () => {
    const connection = await call('sip:answer@sim');
    stack.platform.disconnect({ connection, hints });
    await until(() => over.length > 0);
    expect(over).toEqual([{ connection, codec: 'PCMU' }]);
    expect(told('connection.disconnected')).toHaveLength(1);
  });

  describe('early media', () => {
    const classified = { enable_call_classification: true, call_classification_connectWhen: 'OnProgress' };
    const progress = (connection: ConnectionId): unknown[] => told('connection.signal').filter((event) => event.connection === connection).map(({ info }) => info['callprogress']);
    const dial = (dest: string, asked: object): ConnectionId => {
      const connection = ids.next('connection');
      stack.platform.createCall({ connection, session, dest, timeoutMs: 20_000, hints: { ...asked } });
      return connection;
    };

    it.each([['busy', 'busy_tone'], ['reorder', 'reorder'], ['sit', 'sit_tone_no_circuit']])('tells the network\'s %s before the answer', async (tone, name) => {
      const connection = dial(`sip:early-${tone}@sim`, classified);
      await until(() => progress(connection).includes(name));
      expect(told('connection.connected')).toEqual([]);
      stack.platform.disconnect({ connection, hints });
      await until(() => told('connection.failed').length > 0);
    });

    it('tells ringback, begins anew at the answer, and takes the description of the early media for an answer that has none', async () => {
      const connection = dial('sip:early-ringback-5000@sim', classified);
      await until(() => told('connection.connected').length > 0);
      expect(progress(connection)).toEqual(['ringing']);
      await until(() => progress(connection).length > 1);
      expect(progress(connection)).toEqual(['ringing', 'ringing']);
      stack.platform.disconnect({ connection, hints });
    });

    it.each([[{ enable_call_classification: 'true', call_classification_timeout: 300, call_classification_connectWhen: 'OnProgress' }, ['timeout']], [{}, []]])('of a caller there is none; with hints %p on accept what is heard once it is connected is %p', async (asked, heard) => {
      const connection = await inbound();
      expect(stack.platform.accept({ connection, hints: asked }).accepted).toBe(true);
      await until(() => told('connection.connected').length > 0);
      await until(() => progress(connection).length === heard.length);
      expect(progress(connection)).toEqual(heard);
      stack.platform.disconnect({ connection, hints });
    });

    it.each([{ enable_call_classification: true }, {}])('is not listened to with hints %p, and the call is answered all the same', async (asked) => {
      const connection = dial('sip:early-busy-4000@sim', asked);
      await until(() => told('connection.connected').length > 0);
      expect(progress(connection)).toEqual([]);
      stack.platform.disconnect({ connection, hints });
    });
  });

  it('sends a connected far end elsewhere by REFER and lets go of it', async () => {
    const connection = await call('sip:answer@sim');
    expect(stack.platform.redirect({ connection, dest: 'sip:answer-hangup-200@sim', hints }).accepted).toBe(true);
    await until(() => told('connection.redirected').length > 0);
    expect(told('connection.disconnected')).toEqual([]);
  });

  it('keeps a connected call whose redirection fails, and says so', async () => {
    const connection = await call('sip:answer@sim');
    stack.platform.redirect({ connection, dest: 'sip:busy@sim', hints });
    await until(() => told('connection.error').length > 0);
    expect(told('connection.error')).toMatchObject([{ connection, event: 'error.connection', reason: expect.stringContaining('486') }]);
    stack.platform.disconnect({ connection, hints });
    await until(() => told('connection.disconnected').length > 0);
  });

  it('merges two calls at the network and tells so of both', async () => {
    const one = await call('sip:answer@sim');
    const two = await call('sip:answer-hangup-1500@sim');
    expect(stack.platform.merge({ connection1: one, connection2: two, hints }).accepted).toBe(true);
    await until(() => told('connection.merged').length === 2);
    expect(new Set(told('connection.merged').map((event) => event.connection))).toEqual(new Set([one, two]));
    expect(told('connection.disconnected')).toEqual([]);
  });

  it.each(['redirect', 'merge'] as const)('tells a dialog whose transfer ended by %s that its caller was sent on', async (how) => {
    const connection = await call('sip:answer@sim');
    const dialog: DialogId = ids.next('dialog');
    stack.platform.startDialog({ dialog, session, src: pathToFileURL(join(folder, 'transfer.vxml')).href, type: 'application/voicexml+xml', parameters: {}, fetch: { method: 'get', encType: '', namelist: {} }, hints, connection });
    await until(() => told('dialog.transfer').length > 0);
    if (how === 'redirect') stack.platform.redirect({ connection, dest: 'sip:answer-hangup-300@sim', hints });
    else stack.platform.merge({ connection1: connection, connection2: await call('sip:answer@sim'), hints });
    await until(() => told('dialog.exit').length > 0);
    expect(told('dialog.exit')).toMatchObject([{ dialog, values: { left: 'connection.disconnect.transfer' } }]);
  });

  it('sends digits of a page or a dialog to the leg that is named, and to nobody else in its conference', async () => {
    const heard: Record<string, string[]> = { agent: [], customer: [] };
    const called = async (name: string): Promise<ConnectionId> => {
      const connection = await new Promise<ConnectionId>((resolve) => {
        stack.incoming = (incoming) => resolve(incoming.take());
        callees.call({ from: `sip:${name}@sim`, to: 'sip:app@test', target: `sip:app@${stack.address}` }, { digit: (key) => void heard[name]?.push(key) });
      });
      stack.platform.accept({ connection, hints: {} });
      await until(() => told('connection.connected').some((event) => event.connection === connection));
      return connection;
    };
    const agent = await called('agent');
    const customer = await called('customer');
    const conference = 'conference-digits' as never;
    stack.platform.createConference({ conference, session, hints });
    for (const leg of [agent, customer]) {
      stack.platform.connectPath({ from: leg, to: conference, dtmfClamp: false, toneClamp: false });
      stack.platform.connectPath({ from: conference, to: leg, dtmfClamp: false, toneClamp: false });
    }
    const send = (data: Record<string, unknown>): Reply => stack.platform.sendToLauncher({ session, target: 'nailup.senddigits', event: 'digits', data, hints });
    expect(send({ connectionid: agent, digits: '12#', duration: 80 }).accepted).toBe(true);
    await until(() => told('connection.signal').some(({ connection, info }) => connection === agent && info['digitssent'] === 3));
    const dialog: DialogId = ids.next('dialog');
    stack.platform.startDialog({ dialog, session, src: pathToFileURL(join(folder, 'digits.vxml')).href, type: 'application/voicexml+xml', parameters: {}, fetch: { method: 'get', encType: '', namelist: {} }, hints, connection: customer });
    await until(() => heard['agent']?.length === 3 && heard['customer']?.length === 2);
    expect(heard).toEqual({ agent: ['1', '2', '#'], customer: ['*', '9'] });
    expect(lines.filter((line) => line.includes('a dialog sends digits that cannot be sent'))).toEqual([expect.stringContaining('digits must be 1 to 64 of')]);
    const reason = (data: Record<string, unknown>): unknown => {
      const reply = send(data);
      return reply.accepted || reply.refusal.reason;
    };
    expect(reason({ digits: '1' })).toBe('connectionid must name the connection that is to hear the digits');
    expect(reason({ connectionid: 'connection-none', digits: '1' })).toBe('no connection connection-none');
    expect(reason({ connectionid: agent, digits: '' })).toBe('digits must be 1 to 64 of 0–9, *, # and A–D');
    expect(reason({ connectionid: agent, digits: '1', duration: 10 })).toBe('duration must be 40 to 6000 milliseconds');
    expect(reason({ connectionid: agent, digits: '1', gap: 'long' })).toBe('gap must be 40 to 6000 milliseconds');
    stack.platform.destroyConference({ conference });
    for (const connection of [agent, customer]) stack.platform.disconnect({ connection, hints });
  });

  it('keeps digits that a dialog asks for in secret from the agent who is on the line, and lets later ones through; parameters and namelist reach the page', async () => {
    const heard: string[] = [];
    const called = async (listener: Parameters<ScriptedCallees['call']>[1]) => {
      const connection = await new Promise<ConnectionId>((resolve) => {
        stack.incoming = (incoming) => resolve(incoming.take());
        telephones.push(callees.call({ from: 'sip:alice@sim', to: 'sip:app@test', target: `sip:app@${stack.address}` }, listener));
      });
      stack.platform.accept({ connection, hints: {} });
      await until(() => told('connection.connected').some((event) => event.connection === connection));
      return connection;
    };
    const telephones: ReturnType<ScriptedCallees['call']>[] = [];
    const customer = await called({});
    const agent = await called({ digit: (key) => void heard.push(key) });
    const dialog: DialogId = ids.next('dialog');
    for (const [from, to] of [[customer, agent], [agent, customer]] as const) stack.platform.connectPath({ from, to, dtmfClamp: false, toneClamp: false });
    stack.platform.startDialog({ dialog, session, src: pathToFileURL(join(folder, 'secret.vxml')).href, type: 'application/voicexml+xml', parameters: { locale: 'en' }, fetch: { method: 'get', encType: '', namelist: { account: '7' } }, hints, connection: customer });
    stack.platform.connectPath({ from: customer, to: dialog, dtmfClamp: false, toneClamp: false });
    await until(() => told('dialog.user').length === 1);
    telephones[0]?.press('49291750');
    await until(() => told('dialog.user').length === 2);
    telephones[0]?.press('7');
    await until(() => told('dialog.exit').length > 0 && heard.length > 0);
    expect(told('dialog.exit')).toMatchObject([{ values: { card: '49291750', choice: '7', given: '7en' } }]);
    expect(heard).toEqual(['7']);
    expect(lines.some((line) => line.includes('secret'))).toBe(true);
    expect(lines.some((line) => line.includes('collect'))).toBe(true);
    expect(lines.filter((line) => line.includes('49291750'))).toEqual([]);
    for (const connection of [customer, agent]) stack.platform.disconnect({ connection, hints });
  });

  it('moves what a dialog plays as its page asks: a minute is over at once', async () => {
    const connection = await call('sip:answer@sim');
    const dialog: DialogId = ids.next('dialog');
    const seek = (data: Record<string, unknown>): unknown => {
      const reply = stack.platform.sendToLauncher({ session, target: 'nailup.seek', event: 'seek', data, hints });
      return reply.accepted || reply.refusal.reason;
    };
    expect(seek({ connectionid: connection, to: 0 })).toBe(`no dialog talks to ${connection}`);
    stack.platform.startDialog({ dialog, session, src: pathToFileURL(join(folder, 'long.vxml')).href, type: 'application/voicexml+xml', parameters: {}, fetch: { method: 'get', encType: '', namelist: {} }, hints, connection });
    await until(() => seek({ dialogid: dialog, to: 30_000 }) === true);
    expect(lines.filter((line) => line.includes('a dialog moves a play that cannot be moved'))).toEqual([expect.stringContaining('nothing is played')]);
    for (const data of [{ to: 1, by: 1 }, {}, { by: 'far' }]) expect(seek({ dialogid: dialog, ...data })).toBe('either to or by must be a number of milliseconds');
    expect(seek({ dialogid: 'dialog-none', to: 0 })).toBe('no dialog dialog-none');
    expect(told('dialog.exit')).toEqual([]);
    expect(seek({ connectionid: connection, by: '40000' })).toBe(true);
    await until(() => told('dialog.exit').length === 1);
    expect(seek({ dialogid: dialog, to: 0 })).toBe(`no dialog ${dialog}`);
    stack.platform.disconnect({ connection, hints });
  });

  it('records a call as its page asks, one party a side, halts and resumes it, and writes it in its folder only', async () => {
    const connection = await new Promise<ConnectionId>((resolve) => {
      stack.incoming = (incoming) => resolve(incoming.take());
      callees.call({ from: 'sip:alice@sim', to: 'sip:app@test', target: `sip:app@${stack.address}` }, { speak: (out) => (out.fill(4000), true) });
    });
    stack.platform.accept({ connection, hints: {} });
    await until(() => told('connection.connected').some((event) => event.connection === connection));
    const send = (data: Record<string, unknown>): Reply => stack.platform.sendToLauncher({ session, target: 'nailup.record', event: 'record', data: { connectionid: connection, ...data }, hints });
    const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
    expect(send({ name: 'call-1' }).accepted).toBe(true);
    await pause(600);
    expect(send({ name: 'call-1', do: 'pause' }).accepted).toBe(true);
    await pause(600);
    expect(send({ name: 'call-1', do: 'resume' }).accepted).toBe(true);
    await pause(600);
    expect(send({ name: 'call-1', do: 'stop' }).accepted).toBe(true);
    await until(() => told('connection.signal').some(({ info }) => info['recording'] === 'call-1'));
    const signal = told('connection.signal').find(({ info }) => info['recording'] === 'call-1');
    const path = join(folder, 'recordings', 'call-1.wav');
    expect(signal?.info).toEqual({ recording: 'call-1', path, durationms: expect.any(Number) as unknown, how: 'stopped' });
    const first = readFileSync(path);
    const wav = readWav(first);
    if (!wav.ok) throw new Error(wav.error.reason);
    expect(wav.value.channels).toBe(2);
    expect(wav.value.samples.length / 16).toBe(signal?.info['durationms']);
    expect(Math.abs(wav.value.samples.length / 16 - 1200)).toBeLessThan(200);
    const [left = new Int16Array(0), right = new Int16Array(0)] = [0, 1].map((side) => wav.value.samples.filter((_, i) => i % 2 === side));
    // A loaded machine may lose a frame of the phone's.
    expect(left.filter((sample) => Math.abs(sample - 4000) < 100).length).toBeGreaterThan(left.length * 0.9);
    expect(right.every((sample) => Math.abs(sample) < 10)).toBe(true);
    expect(lines.some((line) => line.includes('"audit":"call.recorded"') && line.includes(path))).toBe(true);

    // A second of that name leaves the first as it is.
    expect(send({ name: 'call-1' }).accepted).toBe(true);
    await until(() => told('connection.signal').filter(({ info }) => info['recording'] === 'call-1').length === 2);
    expect(told('connection.signal').at(-1)?.info).toMatchObject({ recording: 'call-1', how: 'failed', reason: `there is a file ${path} already` });
    expect(readFileSync(path)).toEqual(first);

    const reason = (data: Record<string, unknown>): unknown => {
      const reply = send(data);
      return reply.accepted || reply.refusal.reason;
    };
    expect(reason({ name: '../elsewhere' })).toBe('name must be 1 to 100 letters, digits, dots, - and _, and begin with a letter or digit');
    expect(reason({ name: 'a', what: 'all' })).toBe('what must be one of in, out, mono, stereo');
    expect(reason({ name: 'a', do: 'erase' })).toBe('do must be start, stop, pause or resume');
    expect(reason({ name: 'a', do: 'stop' })).toBe(`no recording ${connection} a`);
    expect(reason({ name: 'a', connectionid: 'connection-none' })).toBe('no connection connection-none with media');
    // The end of the call ends it as well.
    expect(send({ name: 'call-2', what: 'mono' }).accepted).toBe(true);
    expect(reason({ name: 'call-2' })).toBe(`the recording ${connection} call-2 is running`);
    stack.platform.disconnect({ connection, hints });
    await until(() => lines.some((line) => line.includes('call-2.wav') && line.includes('"how":"closed"')));
  });

  it('clamps the paths of a call that runs as it is told from outside, one of them or all, and gives its digits free again', async () => {
    const heard: Record<string, string[]> = { agent: [], monitor: [] };
    const telephones: ReturnType<ScriptedCallees['call']>[] = [];
    const called = async (name: string): Promise<ConnectionId> => {
      const connection = await new Promise<ConnectionId>((resolve) => {
        stack.incoming = (incoming) => resolve(incoming.take());
        telephones.push(callees.call({ from: `sip:${name}@sim`, to: 'sip:app@test', target: `sip:app@${stack.address}` }, { digit: (key) => void heard[name]?.push(key) }));
      });
      stack.platform.accept({ connection, hints: {} });
      await until(() => told('connection.connected').some((event) => event.connection === connection));
      return connection;
    };
    const customer = await called('customer');
    const [agent, monitor] = [await called('agent'), await called('monitor')];
    for (const to of [agent, monitor]) stack.platform.connectPath({ from: customer, to, dtmfClamp: false, toneClamp: false });
    const pressed = async (key: string, hears: readonly ('agent' | 'monitor')[]): Promise<void> => {
      telephones[0]?.press(key);
      await until(() => hears.every((name) => heard[name]?.at(-1) === key));
    };
    await pressed('1', ['agent', 'monitor']);
    expect(stack.platform.clamp(customer, { to: agent, dtmfClamp: true }).accepted).toBe(true);
    await pressed('2', ['monitor']);
    expect(stack.platform.clamp(customer, { secret: true }).accepted).toBe(true);
    expect(stack.platform.keepsSecret(customer)).toBe(true);
    telephones[0]?.press('3');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(stack.platform.clamp(customer, { secret: false, dtmfClamp: false }).accepted).toBe(true);
    await pressed('4', ['agent', 'monitor']);
    expect(heard).toEqual({ agent: ['1', '4'], monitor: ['1', '2', '4'] });
    expect(stack.platform.clamp('connection-none' as ConnectionId, { secret: true })).toMatchObject({ accepted: false, refusal: { kind: 'unknown-id' } });
    expect(stack.platform.clamp(agent, { to: monitor, dtmfClamp: true })).toMatchObject({ accepted: false, refusal: { kind: 'unknown-id', reason: `${agent} is not joined to ${monitor}` } });
    for (const connection of [customer, agent, monitor]) stack.platform.disconnect({ connection, hints });
  });

  it('leaves no media behind for a dialog of a type that nobody runs', async () => {
    const connection = await call('sip:answer@sim');
    const reply = stack.platform.prepareDialog({ dialog: ids.next('dialog'), session, src: 'x', type: 'application/x-none', parameters: {}, fetch: { method: 'get', encType: '', namelist: {} }, hints, connection });
    expect(reply.accepted).toBe(false);
    stack.platform.disconnect({ connection, hints });
  });

  it('reserves seats in conferences while there are some', async () => {
    const conference = (n: string) => `conference-${n}` as never;
    expect(stack.platform.createConference({ conference: conference('a'), session, reservedTalkers: 12, reservedListeners: 3, hints }).accepted).toBe(true);
    expect(stack.platform.createConference({ conference: conference('b'), session, reservedTalkers: 6, hints }).accepted).toBe(false);
    expect(stack.platform.createConference({ conference: conference('c'), session, reservedTalkers: 5, hints }).accepted).toBe(true);
    stack.platform.destroyConference({ conference: conference('a') });
    expect(stack.platform.createConference({ conference: conference('b'), session, reservedTalkers: 6, hints }).accepted).toBe(true);
    for (const name of ['b', 'c']) stack.platform.destroyConference({ conference: conference(name) });
    await until(() => told('conference.destroyed').length === 3);
  });

  it.each([
    { immediate: false, values: { heard: 'hangup' } },
    { immediate: true, values: {} },
  ])('ends a dialog with immediate $immediate', async ({ immediate, values }) => {
    const connection = await call('sip:answer@sim');
    const dialog: DialogId = ids.next('dialog');
    const src = pathToFileURL(join(folder, 'hang-up.vxml')).href;
    expect(stack.platform.startDialog({ dialog, session, src, type: 'application/voicexml+xml', parameters: {}, fetch: { method: 'get', encType: '', namelist: {} }, hints, connection }).accepted).toBe(true);
    await until(() => told('dialog.started').length > 0 || told('dialog.failed').length > 0);
    expect(told('dialog.failed')).toEqual([]);
    stack.platform.terminateDialog({ dialog, immediate, hints });
    await until(() => told('dialog.exit').length > 0);
    expect(told('dialog.exit')).toMatchObject([{ dialog, values }]);
    stack.platform.disconnect({ connection, hints });
    await until(() => told('connection.disconnected').length > 0);
  });
});

async function until(done: () => boolean): Promise<void> {
  const end = performance.now() + 6_000;
  while (!done()) {
    if (performance.now() > end) throw new Error('not in time');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
