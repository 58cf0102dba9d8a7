import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ScriptedCallees } from '../../../../sim/callees/scripted-callees.ts';
import { createCcxmlServer, type RunningCcxmlServer } from '../../../../src/ccxml/index.ts';
import type { SessionEnd } from '../../../../src/ccxml/platform.ts';
import { PlatformSends, type PlatformSendsDeps } from '../../../../src/core/call-control/platform-sends.ts';
import { UndiciFetcher } from '../../../../src/fetch/undici/undici-fetcher.ts';
import { SystemClock } from '../../../../src/kernel/clock.ts';
import type { ConnectionId, DialogId, MediaId, SessionId } from '../../../../src/kernel/ids.ts';
import { silentLogger } from '../../../../src/kernel/logger.ts';
import { accepted, type Reply } from '../../../../src/kernel/result.ts';
import { createEmbeddedMedia } from '../../../../src/media/embedded/index.ts';
import { CallStack } from '../../../conformance/over-sip/call-stack.ts';
import { SharedMedia } from '../../../conformance/over-sip/shared-media.ts';

const foreign = (id: string): string => `${id} is no connection or dialog of this session; have the session that owns it send this, or <move> it here first`;
const reasonOf = (reply: Reply): unknown => reply.accepted || reply.refusal.reason;

describe('what pages and dialogs ask by send', () => {
  const mine = 'session-mine' as SessionId;
  const owners: Readonly<Record<string, SessionId>> = { 'connection-mine': mine, 'dialog-mine': mine, 'connection-other': 'session-other' as SessionId, 'dialog-other': 'session-other' as SessionId };
  const done: string[] = [];
  const warned: string[] = [];
  const take = (what: string) => (): Reply => {
    done.push(what);
    return accepted;
  };
  const sends = (owned = true): PlatformSends => new PlatformSends({
    media: { sendDigits: take('digits') } as unknown as PlatformSendsDeps['media'],
    logger: { ...silentLogger, warn: (values: object) => void warned.push(String((values as { reason?: unknown }).reason)) },
    recordings: { command: take('record') } as unknown as PlatformSendsDeps['recordings'],
    dialogs: { seek: take('seek'), connectionOf: () => 'connection-mine' } as unknown as PlatformSendsDeps['dialogs'],
    paths: { keepSecret: take('secret') } as unknown as PlatformSendsDeps['paths'],
    toLauncher: take('launcher'),
    ownerOf: owned ? (id: ConnectionId | DialogId) => owners[id] : undefined,
    legNode: () => 'media-1' as MediaId,
  });
  const page = (target: string, data: Record<string, unknown>, owned = true): unknown => reasonOf(sends(owned).ofPage({ session: mine, target, event: 'x', data, hints: {} }));
  const dialog = (name: string, event: string, values: Record<string, unknown>): void => sends().ofDialog({ dialog: name as DialogId, event, values });
  beforeEach(() => {
    done.length = warned.length = 0;
  });

  it.each([['nailup.record', 'record'], ['nailup.seek', 'seek'], ['nailup.senddigits', 'digits'], ['nailup.agent.digits', 'launcher']])('carries %s out for a connection and a dialog of the session, and for no other', (target, what) => {
    for (const name of ['connection-other', 'connection-none']) expect(page(target, { connectionid: name, digits: '1' })).toBe(foreign(name));
    expect(page(target, { connectionid: 'connection-mine', dialogid: 'dialog-other', digits: '1' })).toBe(foreign('dialog-other'));
    expect(done).toEqual([]);
    expect(page(target, { connectionid: 'connection-mine', dialogid: 'dialog-mine', digits: '1' })).toBe(true);
    expect(done).toEqual([what]);
  });

  it('leaves a word to the launcher alone, whatever it names', () => {
    expect(page('avaya.launchresponse', { connectionid: 'connection-other' })).toBe(true);
    expect(done).toEqual(['launcher']);
  });

  it('asks nobody where there is one session only', () => {
    expect(page('nailup.record', { connectionid: 'connection-other' }, false)).toBe(true);
  });

  it.each([['dialog.user.seek', 'seek'], ['dialog.user.senddigits', 'digits']])('does %s of a dialog to what its session owns, and warns of others', (event, what) => {
    dialog('dialog-mine', event, { connectionid: 'connection-other', digits: '1' });
    dialog('dialog-mine', event, { dialogid: 'dialog-other', digits: '1' });
    // Its session is over.
    dialog('dialog-left', event, { connectionid: 'connection-mine', digits: '1' });
    expect(done).toEqual([]);
    expect(warned).toEqual([foreign('connection-other'), foreign('dialog-other'), foreign('connection-mine')]);
    dialog('dialog-mine', event, { digits: '1' });
    dialog('dialog-mine', event, { connectionid: 'connection-mine', digits: '1' });
    expect(done).toEqual([what, what]);
  });
});

const owner = `<?xml version="1.0"?>
<ccxml version="1.0" xmlns="http://www.w3.org/2002/09/ccxml">
  <var name="connection" expr="''"/>
  <eventprocessor>
    <transition event="connection.alerting"><assign name="connection" expr="event$.connectionid"/><accept/></transition>
    <transition event="give"><move source="connection" sessionid="event$.taker"/></transition>
    <transition event="stop"><exit/></transition>
  </eventprocessor>
</ccxml>`;
const stranger = `<?xml version="1.0"?>
<ccxml version="1.0" xmlns="http://www.w3.org/2002/09/ccxml">
  <var name="connectionid" expr="session.values.connection"/><var name="digits" expr="'1'"/><var name="what" expr="''"/><var name="why" expr="''"/>
  <eventprocessor>
    <transition event="try"><send targettype="'avaya_platform'" target="'nailup.senddigits'" name="'digits'" namelist="connectionid digits"/></transition>
    <transition event="error.*"><assign name="what" expr="event$.name"/><assign name="why" expr="event$.reason"/></transition>
    <transition event="connection.signal" cond="typeof event$.info.digitssent != 'undefined'"><exit expr="'sent'" namelist="what why"/></transition>
  </eventprocessor>
</ccxml>`;

test('a page sends digits to a connection of another session once it was moved to it, not before', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'nailup-platform-sends-'));
  for (const [name, text] of Object.entries({ owner, stranger })) writeFileSync(join(folder, `${name}.ccxml`), text);
  const clock = new SystemClock();
  const callees = new ScriptedCallees(clock, silentLogger);
  await callees.start();
  const plane = createEmbeddedMedia({ address: '127.0.0.1', packetIo: 'dgram' }, { log: silentLogger });
  const shared = new SharedMedia(plane);
  await shared.start();
  let server: RunningCcxmlServer | undefined;
  const events: string[] = [];
  const stack = await CallStack.open({ media: shared.view(), resolver: callees.resolver, fetch: { fileRoots: [folder] }, ownerOf: (id) => server?.ownerOf(id) }, (event) => {
    events.push(event.name);
    server?.deliver(event);
  });
  const ccxml = server = await createCcxmlServer(stack.platform, {}, { clock, ids: stack.ids, logger: silentLogger, fetcher: new UndiciFetcher({ clock, fileRoots: [folder] }) });
  const [giver, taker] = [stack.ids.next('session'), stack.ids.next('session')];
  const ends: SessionEnd[] = [];
  const uri = (name: string): string => pathToFileURL(join(folder, `${name}.ccxml`)).href;
  const taken = new Promise<ConnectionId>((resolve) => {
    stack.incoming = (incoming) => {
      const connection = incoming.take();
      ccxml.start({ session: giver, uri: uri('owner'), inbound: { connection, facts: incoming.facts }, onEnd: () => undefined });
      resolve(connection);
    };
  });
  const heard: string[] = [];
  callees.call({ from: 'sip:alice@sim', to: 'sip:app@test', target: `sip:app@${stack.address}` }, { digit: (key) => void heard.push(key) });
  const connection = await taken;
  expect(ccxml.ownerOf(connection)).toBe(giver);
  ccxml.start({ session: taker, uri: uri('stranger'), values: { connection }, onEnd: (end) => void ends.push(end) });
  await until(() => events.includes('connection.connected'));
  ccxml.inject(taker, 'try', {});
  ccxml.inject(giver, 'give', { taker });
  await until(() => ccxml.ownerOf(connection) === taker);
  ccxml.inject(taker, 'try', {});
  await until(() => ends.length === 1);
  expect(ends[0]).toMatchObject({ how: 'exit', value: 'sent', values: { what: 'error.send.failed', why: `send: ${foreign(connection)}` } });
  await until(() => heard.length > 0);
  expect(heard).toEqual(['1']);
  ccxml.inject(giver, 'stop', {});
  // Nothing half done is left.
  await until(() => stack.open === 0 && callees.openTelephones === 0 && ccxml.sessionCount === 0);
  const { endpoints, openPorts } = await plane.stats();
  expect({ endpoints, openPorts }).toEqual({ endpoints: 0, openPorts: 0 });
  await ccxml.stop();
  await stack.close();
  await plane.stop();
  await callees.stop();
  rmSync(folder, { recursive: true });
}, 30_000);

async function until(condition: () => boolean): Promise<void> {
  for (const end = Date.now() + 10_000; !condition();) {
    if (Date.now() > end) throw new Error(`not in time: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
