import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { ScriptedCallees } from '../../../../sim/callees/scripted-callees.ts';
import { createCcxmlServer, type RunningCcxmlServer } from '../../../../src/ccxml/index.ts';
import type { SessionEnd } from '../../../../src/ccxml/platform.ts';
import { UndiciFetcher } from '../../../../src/fetch/undici/undici-fetcher.ts';
import { SystemClock } from '../../../../src/kernel/clock.ts';
import { silentLogger } from '../../../../src/kernel/logger.ts';
import { refused } from '../../../../src/kernel/result.ts';
import { createEmbeddedMedia } from '../../../../src/media/embedded/index.ts';
import type { Media } from '../../../../src/media/media.ts';
import { CallStack } from '../../../conformance/over-sip/call-stack.ts';
import { SharedMedia } from '../../../conformance/over-sip/shared-media.ts';
import { mediaThreadOf } from '../../media/media-thread-of.ts';

const page = (transitions: string): string => `<?xml version="1.0"?>
<ccxml version="1.0" xmlns="http://www.w3.org/2002/09/ccxml">
  <var name="why" expr="''"/><var name="what" expr="''"/><var name="connection" expr="''"/>
  <eventprocessor>
    <transition event="connection.alerting"><assign name="connection" expr="event$.connectionid"/><accept/></transition>
    ${transitions}
    <transition event="connection.disconnected"><exit expr="what" namelist="what why"/></transition>
    <transition event="error.*"><assign name="what" expr="event$.name"/><assign name="why" expr="event$.reason"/><exit expr="what" namelist="what why"/></transition>
  </eventprocessor>
</ccxml>`;
const classify = `<?xml version="1.0"?>
<ccxml version="1.0" xmlns="http://www.w3.org/2002/09/ccxml">
  <var name="why" expr="''"/><var name="what" expr="''"/><var name="asked" expr="({ enable_call_classification: true })"/>
  <eventprocessor>
    <transition event="ccxml.loaded"><createcall dest="'sip:answer@sim'" hints="asked"/></transition>
    <transition event="connection.signal" cond="typeof event$.info.callprogress != 'undefined' &amp;&amp; event$.info.callprogress != 'ringing'">
      <assign name="what" expr="event$.info.callprogress"/><assign name="why" expr="event$.info.reason"/><exit expr="what" namelist="what why"/>
    </transition>
    <transition event="error.*"><assign name="what" expr="event$.name"/><assign name="why" expr="event$.reason"/><exit expr="what" namelist="what why"/></transition>
  </eventprocessor>
</ccxml>`;
const pages = {
  answer: page(`<transition event="connection.failed"><assign name="what" expr="event$.name"/><assign name="why" expr="event$.reason"/><exit expr="what" namelist="what why"/></transition>`),
  explain: page(`<transition event="connection.failed"><assign name="what" expr="event$.name + ' ' + event$.reason"/><assign name="why" expr="event$.info.reason"/><exit expr="what" namelist="what why"/></transition>`),
  join: page(`<transition event="connection.connected"><createconference conferenceid="why"/></transition>
    <transition event="conference.created"><join id1="connection" id2="why"/></transition>`),
  dialog: page(`<transition event="connection.connected"><dialogstart src="'hello.vxml'" connectionid="connection"/></transition>`),
  confer: page(`<transition event="connection.connected"><createconference conferenceid="why"/></transition>`),
  record: page(`<transition event="connection.connected">
    <var name="connectionid" expr="connection"/><var name="name" expr="'r'"/>
    <send targettype="'avaya_platform'" target="'nailup.record'" name="'record'" namelist="connectionid name"/>
  </transition>`),
  classify,
};

describe('a page whose media is refused', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nailup-refused-media-'));
  const callees = new ScriptedCallees(new SystemClock(), silentLogger);
  let plane: Media;
  let stack: CallStack;
  let server: RunningCcxmlServer;
  let ends: SessionEnd[] = [];

  /** The product from SIP to pages on this media plane. */
  async function house(media: Media): Promise<void> {
    plane = media;
    const shared = new SharedMedia(media);
    await shared.start();
    const clock = new SystemClock();
    stack = await CallStack.open({ media: shared.view(), resolver: callees.resolver, fetch: { fileRoots: [folder] }, recordingFolder: folder }, (event, session) => server.deliver(session === undefined ? event : { ...event, session } as typeof event));
    server = await createCcxmlServer(stack.platform, {}, { clock, ids: stack.ids, logger: silentLogger, fetcher: new UndiciFetcher({ clock, fileRoots: [folder] }) });
  }

  const call = (name: keyof typeof pages): ReturnType<ScriptedCallees['call']> => {
    stack.incoming = (incoming) => {
      const connection = incoming.take();
      server.start({ session: stack.ids.next('session'), uri: pathToFileURL(join(folder, `${name}.ccxml`)).href, inbound: { connection, facts: incoming.facts }, onEnd: (end) => void ends.push(end) });
    };
    return callees.call({ from: 'sip:alice@sim', to: 'sip:app@test', target: `sip:app@${stack.address}` });
  };

  beforeAll(async () => {
    for (const [name, text] of Object.entries(pages)) writeFileSync(join(folder, `${name}.ccxml`), text);
    await callees.start();
  });
  beforeEach(() => {
    ends = [];
  });
  afterEach(async () => {
    // Nothing half done is left.
    await until(() => stack.open === 0 && callees.openTelephones === 0);
    const { endpoints, conferences, dialogs, openPorts } = await plane.stats();
    expect({ endpoints, conferences, dialogs, openPorts, sessions: server.sessionCount }).toEqual({ endpoints: 0, conferences: 0, dialogs: 0, openPorts: 0, sessions: 0 });
    await server.stop();
    await stack.close();
    await plane.stop();
  });
  afterAll(async () => {
    await callees.stop();
    rmSync(folder, { recursive: true });
  });

  test('by a plane that is full: the caller gets 503, the page the reason, and the call before goes on', async () => {
    await house(createEmbeddedMedia({ address: '127.0.0.1', packetIo: 'dgram', maxEndpointsPerWorker: 1 }, { log: silentLogger }));
    const first = call('answer');
    await until(() => first.answered);
    const second = call('answer');
    await until(() => second.over && ends.length === 1);
    expect(second.status).toBe(503);
    expect(ends[0]).toMatchObject({ how: 'exit', values: { what: 'connection.failed', why: 'noresource' } });
    expect(first.answered).toBe(true);
    first.hangUp();
    await until(() => ends.length === 2);
    // Its place is free again.
    const third = call('answer');
    await until(() => third.answered);
    third.hangUp();
    await until(() => ends.length === 3);
  }, 30_000);

  test('by a plane whose ticks work too long: the same', async () => {
    await house(createEmbeddedMedia({ address: '127.0.0.1', packetIo: 'dgram', admissionTickMs: 0 }, { log: silentLogger }));
    // How long the ticks work is known after half a second of them; until then calls are taken.
    let status: number | undefined;
    for (let n = 1; status !== 503 && n < 50; n++) {
      const telephone = call('answer');
      await until(() => telephone.answered || telephone.over);
      if (telephone.answered) telephone.hangUp();
      await until(() => ends.length === n);
      status = telephone.status;
    }
    expect(status).toBe(503);
    expect(ends.at(-1)).toMatchObject({ how: 'exit', values: { what: 'connection.failed', why: 'noresource' } });
  }, 30_000);

  test.each([
    { kind: 'unsupported', status: 488 },
    { kind: 'noresource', status: 503 },
    { kind: 'bad-state', status: 500 },
  ] as const)('by an adapter that refuses an accepted call as $kind: the caller gets $status, and the page what was refused', async ({ kind, status }) => {
    const media = createEmbeddedMedia({ address: '127.0.0.1', packetIo: 'dgram' }, { log: silentLogger });
    await house(Object.assign(Object.create(media) as Media, poor(media), { openEndpoint: () => refused(kind, 'the codec opus is not installed') }));
    const telephone = call('explain');
    await until(() => telephone.over && ends.length === 1);
    expect(telephone.status).toBe(status);
    expect(ends[0]).toMatchObject({ how: 'exit', values: { what: `connection.failed ${kind}`, why: 'the codec opus is not installed' } });
  }, 30_000);

  test('by a thread that dies before the endpoint is up: the caller gets 500, the page `error`, and a later call is answered', async () => {
    const media = createEmbeddedMedia({ address: '127.0.0.1', packetIo: 'dgram', steadyMs: 50 }, { log: silentLogger });
    let dies: Worker | undefined;
    const openEndpoint: Media['openEndpoint'] = (command) => {
      void dies?.terminate();
      dies = undefined;
      return media.openEndpoint(command);
    };
    await house(Object.assign(Object.create(media) as Media, poor(media), { openEndpoint }));
    dies = await mediaThreadOf(media);
    const telephone = call('explain');
    await until(() => telephone.over && ends.length === 1);
    expect(telephone.status).toBe(500);
    expect(ends[0]).toMatchObject({ how: 'exit', values: { what: 'connection.failed error', why: 'its media thread failed' } });
    // Another thread takes its place; until then nothing is free.
    let status: number | undefined = 503;
    for (let n = 2; status === 503 && n < 500; n++) {
      const later = call('answer');
      await until(() => later.answered || later.over);
      ({ status } = later);
      if (later.answered) later.hangUp();
      await until(() => ends.length === n);
    }
    expect(status).toBe(200);
  }, 30_000);

  test('by an adapter that does not tell people from machines: the call is answered, and `error` stands for the verdict', async () => {
    const media = createEmbeddedMedia({ address: '127.0.0.1', packetIo: 'dgram' }, { log: silentLogger });
    await house(Object.assign(Object.create(media) as Media, poor(media), { classify: () => refused('unsupported', 'this media plane cannot do that') }));
    server.start({ session: stack.ids.next('session'), uri: pathToFileURL(join(folder, 'classify.ccxml')).href, onEnd: (end) => void ends.push(end) });
    await until(() => ends.length === 1);
    expect(ends[0]).toMatchObject({ how: 'exit', values: { what: 'error', why: 'this media plane cannot do that' } });
  }, 30_000);

  test.each([
    { name: 'confer', what: 'error.unsupported.createconference' },
    { name: 'record', what: 'error.send.failed' },
    { name: 'join', what: 'error.conference.join', reason: 'join: error.unsupported: this media plane cannot do that' },
    { name: 'dialog', what: 'error.dialog.notstarted', reason: 'dialogstart: error.unsupported: this media plane cannot do that' },
  ] as const)('$name: an adapter that cannot do it is refused at once with $what', async ({ name, what, ...told }) => {
    const media = createEmbeddedMedia({ address: '127.0.0.1', packetIo: 'dgram' }, { log: silentLogger });
    const cannot = () => refused('unsupported', 'this media plane cannot do that');
    const verb = { confer: 'openConference', record: 'record', join: 'connect', dialog: 'openDialog' }[name];
    await house(Object.assign(Object.create(media) as Media, poor(media), { [verb]: cannot }));
    const telephone = call(name);
    await until(() => ends.length === 1);
    expect(ends[0]).toMatchObject({ how: 'exit', values: { what } });
    expect(String(ends[0]?.values['why'])).toContain('reason' in told ? told.reason : 'this media plane cannot do that');
    telephone.hangUp();
  }, 30_000);
});

/** The whole port, bound to the adapter, with fewer capabilities. */
function poor(media: Media): Partial<Media> {
  const bound: Record<string, unknown> = {};
  for (const verb of Object.getOwnPropertyNames(Object.getPrototypeOf(media))) {
    const value: unknown = verb === 'constructor' ? undefined : Reflect.get(media, verb);
    if (typeof value === 'function') bound[verb] = value.bind(media);
  }
  return { ...bound, capabilities: new Set(['endpoint', 'dialog', 'play', 'digits']) } as Partial<Media>;
}

async function until(done: () => boolean): Promise<void> {
  for (const end = performance.now() + 10_000; !done(); ) {
    if (performance.now() > end) throw new Error('not in time');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
