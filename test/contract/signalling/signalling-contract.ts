import { inspect, isDeepStrictEqual } from 'node:util';
import { SystemClock } from '../../../src/kernel/clock.ts';
import { RandomIds, type CallId } from '../../../src/kernel/ids.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { SeededRandom } from '../../../src/kernel/random.ts';
import { DigestServer } from '../../../src/sip/auth/digest-server.ts';
import { SipResponse } from '../../../src/sip/message/sip-message.ts';
import type { InviteSession } from '../../../src/sip/user-agent/invite-session.ts';
import type { ServerInvite } from '../../../src/sip/user-agent/server-invite.ts';
import { UserAgent } from '../../../src/sip/user-agent/user-agent.ts';
import type { Signalling, SignallingEvent, SignallingEventMap, TrunkConfig } from '../../../src/signalling/signalling.ts';

/** What an adapter must bring to be tested. */
export interface SignallingSubject {
  readonly signalling: Signalling;
  /** `host:port` on which it takes calls over UDP, known after `start`. */
  address(): string;
}

export interface SignallingFactory {
  readonly name: string;
  /** Trunks are given because they are configuration. SIP timers should be short: T1 about 50 ms. */
  create(options: { trunks: readonly TrunkConfig[] }): SignallingSubject;
}

const sdp = (port: number): string => `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio ${port} RTP/AVP 0\r\n`;

async function until(condition: () => boolean, what: string): Promise<void> {
  const end = Date.now() + 8_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** What came out of JSON again is what went in: the port has to fit over a socket. */
function expectPlain(what: string, data: unknown): void {
  if (!isDeepStrictEqual(JSON.parse(JSON.stringify(data)), data)) throw new Error(`${what} is no plain data: ${inspect(data, { depth: 5 })}`);
}

/** The same adapter, with every argument and reply watched. */
const plainly = (signalling: Signalling): Signalling => new Proxy(signalling, {
  get: (target, name) => {
    const member: unknown = Reflect.get(target, name, target);
    if (typeof member !== 'function') return member;
    return (...args: readonly unknown[]): unknown => {
      for (const arg of args) if (typeof arg === 'object') expectPlain(`the argument of ${String(name)}`, arg);
      const reply: unknown = Reflect.apply(member, target, args);
      if (!(reply instanceof Promise) && reply !== undefined) expectPlain(`the reply of ${String(name)}`, reply);
      return reply;
    };
  },
});

/** Everything that any signalling adapter promises. The far end is a plain user agent on loopback. */
export function signallingContract(factory: SignallingFactory): void {
  const ids = new RandomIds();
  let far: UserAgent;
  let onFarInvite: (invite: ServerInvite) => void;
  let subject: SignallingSubject;
  let events: SignallingEvent[];

  const farAddress = (): string => far.addresses[0]?.text ?? '';
  const of = <N extends keyof SignallingEventMap>(name: N, call?: CallId): SignallingEventMap[N][] =>
    events.filter((event) => event.name === name && (call === undefined || ('call' in event && event.call === call))) as unknown as SignallingEventMap[N][];
  const seen = async <N extends keyof SignallingEventMap>(name: N, call?: CallId, count = 1): Promise<SignallingEventMap[N]> => {
    await until(() => of(name, call).length >= count, `${name}; got ${events.map((event) => event.name).join(', ')}`);
    return of(name, call)[count - 1] as SignallingEventMap[N];
  };
  const start = async (trunks: readonly TrunkConfig[] = []): Promise<Signalling> => {
    const made = factory.create({ trunks });
    subject = { signalling: plainly(made.signalling), address: () => made.address() };
    await subject.signalling.start((event) => {
      expectPlain(event.name, event);
      events.push(event);
    });
    return subject.signalling;
  };
  const place = (to = `sip:callee@${farAddress()}`, more: Partial<Parameters<Signalling['place']>[0]> = {}): CallId => {
    const call = ids.next('call');
    expect(subject.signalling.place({ call, to, sdp: sdp(4000), timeoutMs: 5_000, ...more })).toEqual({ accepted: true });
    return call;
  };
  const terminal = (call: CallId): string[] => events.filter((event) => (event.name === 'call.failed' || event.name === 'call.ended') && event.call === call).map(({ name }) => name);

  describe(`the signalling port over ${factory.name}`, () => {
    beforeEach(async () => {
      events = [];
      onFarInvite = (invite) => invite.answer(sdp(5000));
      far = new UserAgent({
        listen: [{ transport: 'udp', host: '127.0.0.1', port: 0 }], clock: new SystemClock(), ids, random: new SeededRandom(2), log: silentLogger,
        timers: { t1: 50, t2: 400, t4: 500, d: 1_000 }, handlers: { onInvite: (invite) => onFarInvite(invite) },
      });
      await far.start();
    });

    afterEach(async () => {
      await subject.signalling.stop(1_000);
      await far.stop(500);
      const { openCalls, openDialogs, openTransactions, openTimers } = subject.signalling.stats();
      expect({ openCalls, openDialogs, openTransactions, openTimers }).toEqual({ openCalls: 0, openDialogs: 0, openTransactions: 0, openTimers: 0 });
      const failed = new Set(events.flatMap((event) => ('call' in event ? [event.call] : [])));
      for (const call of failed) expect(terminal(call)).toHaveLength(1);
    });

    it('places a call that rings, is answered, and is hung up by us', async () => {
      let ended = false;
      onFarInvite = (invite) => {
        invite.session.handlers = { onEnded: ({ by, message }) => void (ended = by === 'them' && message?.get('Reason') === 'Q.850;cause=16;text="done"') };
        received = ['From', 'To', 'Subject', 'X-Shop-ID'].map((name) => invite.request.get(name)?.replace(/;tag=.*/, ''));
        invite.provisional(180, { headers: { 'X-Carrier': 'yes' } });
        invite.answer(sdp(5000));
      };
      let received: readonly (string | undefined)[] = [];
      const signalling = await start();
      const call = place(undefined, { uui: '00C8;encoding=hex', from: 'sip:+4930111@example.org', fromDisplayName: 'Nailup GmbH', toDisplayName: 'Ada', headers: { Subject: 'Your order', 'X-Shop-ID': 'berlin' } });
      const progress = await seen('call.progress', call);
      expect(progress).toMatchObject({ status: 180, headers: { 'X-Carrier': 'yes' } });
      expect(received).toEqual(['"Nailup GmbH" <sip:+4930111@example.org>', expect.stringMatching(/^"?Ada"? <sip:.*>$/), 'Your order', 'berlin']);
      const answered = await seen('call.answered', call);
      expect(answered.sdp).toBe(sdp(5000));
      expect(answered.sip.callId).not.toBe('');
      expect(signalling.hangUp({ call, reason: { protocol: 'Q.850', cause: 16, text: 'done' } })).toEqual({ accepted: true });
      expect(await seen('call.ended', call)).toMatchObject({ by: 'us' });
      await until(() => ended, 'the far end heard the reason');
      expect(signalling.hangUp({ call })).toMatchObject({ accepted: false, refusal: { kind: 'unknown-id' } });
    });

    it('tells when the far end hangs up, and why', async () => {
      let session: InviteSession | undefined;
      onFarInvite = (invite) => {
        session = invite.session;
        invite.answer(sdp(5000));
      };
      await start();
      const call = place();
      await seen('call.answered', call);
      session?.bye({ Reason: 'Q.850;cause=31;text="network"' });
      expect(await seen('call.ended', call)).toMatchObject({ by: 'them', reason: { protocol: 'Q.850', cause: 31, text: 'network' } });
    });

    it.each([
      [486, {}, 'busy', 'Call_Busy'], [600, {}, 'busy', 'Call_Busy'], [404, {}, 'noroute', 'Invalid_Number'], [484, {}, 'noroute', 'Invalid_Number'],
      [480, {}, 'noanswer', 'Ring_No_Answer'], [503, {}, 'networkbusy', 'Network_Refusal'], [603, {}, 'reject', 'Network_Refusal'], [403, {}, 'reject', 'Network_Refusal'],
      [480, { Reason: 'Q.850;cause=17' }, 'busy', 'Call_Busy'], [500, { Reason: 'Q.850;cause=1' }, 'noroute', 'Invalid_Number'],
    ])('names the failure of %i with %j %s', async (status, headers, failure, completionCode) => {
      onFarInvite = (invite) => invite.reject(status, { headers });
      await start();
      const call = place();
      expect(await seen('call.failed', call)).toMatchObject({ status, failure, completionCode });
    });

    it('gives up with noanswer when the time is over', async () => {
      onFarInvite = (invite) => invite.provisional(180);
      await start();
      const call = place(undefined, { timeoutMs: 150 });
      expect(await seen('call.failed', call)).toMatchObject({ failure: 'noanswer' });
    });

    it('hangs up a call that rings with CANCEL', async () => {
      let cancelled = false;
      onFarInvite = (invite) => {
        invite.handlers.onCancelled = () => void (cancelled = true);
        invite.provisional(180);
      };
      const signalling = await start();
      const call = place();
      await seen('call.progress', call);
      signalling.hangUp({ call });
      expect(await seen('call.failed', call)).toMatchObject({ failure: 'cancelled' });
      expect(cancelled).toBe(true);
    });

    it('tells the targets of a redirection', async () => {
      onFarInvite = (invite) => invite.redirect(['sip:one@example.org', 'sip:two@example.org']);
      await start();
      const call = place();
      const told = await seen('call.redirected', call);
      expect(told).toMatchObject({ status: 302, targets: ['sip:one@example.org', 'sip:two@example.org'] });
      expect(told.following).toBeUndefined();
      expect(await seen('call.failed', call)).toMatchObject({ status: 302, failure: 'reject' });
    });

    it('passes early media and a late offer through', async () => {
      let acknowledged: string | undefined;
      onFarInvite = (invite) => {
        invite.session.handlers = { onConfirmed: (answer) => void (acknowledged = answer) };
        invite.provisional(183, { sdp: sdp(5002), reliable: false });
        setTimeout(() => invite.answer(sdp(5001)), 50);
      };
      const signalling = await start();
      const call = ids.next('call');
      signalling.place({ call, to: `sip:callee@${farAddress()}`, timeoutMs: 5_000 });
      expect((await seen('call.progress', call)).sdp).toBe(sdp(5002));
      expect(await seen('call.answered', call)).toMatchObject({ offer: true, sdp: sdp(5001) });
      expect(signalling.answerOffer({ call, sdp: sdp(4000) })).toEqual({ accepted: true });
      await until(() => acknowledged === sdp(4000), 'answer in the ACK');
      signalling.hangUp({ call });
      await seen('call.ended', call);
    });

    it('takes an incoming call: progress, answer, confirmation, end', async () => {
      const signalling = await start();
      let near: InviteSession | undefined;
      const progress: number[] = [];
      far.invite({ target: `sip:+4989222@${subject.address()}`, from: { uri: 'sip:+4930111@example.org', displayName: 'Ada' }, sdp: sdp(6000), headers: { 'User-to-User': 'abc', 'P-Asserted-Identity': ['<sip:a@x>', '<tel:+4930111>'] } }, {
        onProgress: ({ status }) => void progress.push(status), onAnswered: (answer) => void (near = answer.session), onFailed: () => undefined,
      });
      const incoming = await seen('call.incoming');
      expect(incoming).toMatchObject({ from: 'sip:+4930111@example.org', fromDisplayName: 'Ada', sdp: sdp(6000), uui: 'abc', source: '127.0.0.1', headers: { 'P-Asserted-Identity': ['<sip:a@x>', '<tel:+4930111>'] } });
      const { call } = incoming;
      expect(signalling.progress({ call, status: 180 })).toEqual({ accepted: true });
      expect(signalling.answer({ call, sdp: sdp(6001) })).toEqual({ accepted: true });
      expect(signalling.answer({ call, sdp: sdp(6001) })).toMatchObject({ accepted: false, refusal: { kind: 'bad-state' } });
      await seen('call.answered', call);
      await until(() => near !== undefined, 'the caller is connected');
      expect(progress).toEqual([180]);
      near?.bye();
      expect(await seen('call.ended', call)).toMatchObject({ by: 'them' });
    });

    it('rejects and redirects incoming calls, and tells when the caller gives up', async () => {
      const signalling = await start();
      const outcomes: string[] = [];
      const dial = (): { cancel(): void } => far.invite({ target: `sip:x@${subject.address()}`, from: { uri: 'sip:a@b' }, sdp: sdp(1) }, {
        onAnswered: () => undefined, onFailed: ({ status, reason }) => void outcomes.push(`${status} ${reason}`),
      });
      dial();
      signalling.reject({ call: (await seen('call.incoming')).call, status: 486, reason: 'Not now' });
      await until(() => outcomes.length === 1, 'refused');
      dial();
      signalling.redirect({ call: (await seen('call.incoming', undefined, 2)).call, target: 'sip:elsewhere@example.org' });
      await until(() => outcomes.length === 2, 'redirected');
      const given = dial();
      const { call } = await seen('call.incoming', undefined, 3);
      signalling.progress({ call, status: 180 });
      await new Promise((resolve) => setTimeout(resolve, 50));
      given.cancel();
      expect(await seen('call.failed', call)).toMatchObject({ failure: 'cancelled' });
      await until(() => outcomes.length === 3, 'cancelled');
      expect(outcomes).toEqual(['486 Not now', '302 Moved Temporarily', '487 Request Terminated']);
    });

    it('renegotiates in both directions', async () => {
      let session: InviteSession | undefined;
      onFarInvite = (invite) => {
        session = invite.session;
        session.handlers = { onOffer: (offer) => (offer.sdp === sdp(7) ? offer.reject() : offer.accept(sdp(5003))) };
        invite.answer(sdp(5000));
      };
      const signalling = await start();
      const call = place();
      await seen('call.answered', call);
      signalling.renegotiate({ call, sdp: sdp(4002) });
      expect(await seen('call.renegotiated', call)).toMatchObject({ status: 200, sdp: sdp(5003) });
      signalling.renegotiate({ call, sdp: sdp(7) });
      expect(await seen('call.renegotiated', call, 2)).toMatchObject({ status: 488 });
      let outcome: string | number | undefined;
      session?.offers.offer(sdp(5004), (done) => void (outcome = done.sdp ?? done.status));
      expect((await seen('call.offer', call)).sdp).toBe(sdp(5004));
      signalling.answerOffer({ call, sdp: sdp(4003) });
      await until(() => outcome !== undefined, 'accepted');
      expect(outcome).toBe(sdp(4003));
      outcome = undefined;
      await until(() => session?.offers.busy === false, 'settled');
      session?.offers.offer(sdp(5005), (done) => void (outcome = done.status));
      await seen('call.offer', call, 2);
      signalling.answerOffer({ call });
      await until(() => outcome !== undefined, 'refused');
      expect(outcome).toBe(488);
      signalling.hangUp({ call });
      await seen('call.ended', call);
    });

    it('passes INFO both ways', async () => {
      let session: InviteSession | undefined;
      let heard = '';
      onFarInvite = (invite) => {
        session = invite.session;
        session.handlers = { onInfo: (request) => void (heard = request.body.toString()) };
        invite.answer(sdp(5000));
      };
      const signalling = await start();
      const call = place();
      await seen('call.answered', call);
      signalling.info({ call, contentType: 'application/dtmf-relay', body: 'Signal=1\r\n' });
      await until(() => heard === 'Signal=1\r\n', 'INFO out');
      session?.info('application/dtmf', '5');
      expect(await seen('call.info', call)).toMatchObject({ contentType: 'application/dtmf', body: '5' });
      signalling.hangUp({ call });
      await seen('call.ended', call);
    });

    it('passes MESSAGE both ways inside a call, and confirms none outside', async () => {
      let session: InviteSession | undefined;
      let heard = '';
      onFarInvite = (invite) => {
        session = invite.session;
        session.handlers = { onMessage: (request) => void (heard = `${request.contentType ?? ''}: ${request.body.toString()}`) };
        invite.answer(sdp(5000));
      };
      const signalling = await start();
      const call = place();
      await seen('call.answered', call);
      expect(signalling.message({ call, contentType: 'text/plain', body: 'your case is 4711' })).toEqual({ accepted: true });
      await until(() => heard === 'text/plain: your case is 4711', 'MESSAGE out');
      const status = await new Promise<number>((resolve) => session?.message('text/plain', 'STOP', resolve));
      expect(status).toBe(200);
      expect(await seen('call.message', call)).toMatchObject({ contentType: 'text/plain', body: 'STOP' });
      const outside = await new Promise<number>((resolve) => far.request('MESSAGE', { target: `sip:x@${subject.address()}`, from: { uri: 'sip:a@b' }, body: 'hello' }, ({ status: code }) => resolve(code)));
      expect(outside).toBeGreaterThanOrEqual(400);
      signalling.hangUp({ call });
      await seen('call.ended', call);
    });

    it('tells where an incoming call was sent on from, and who a trunk says it is from', async () => {
      await start([{ name: 'carrier', address: farAddress() }]);
      far.invite({ target: `sip:x@${subject.address()}`, from: { uri: 'sip:anonymous@anonymous.invalid' }, sdp: sdp(1), headers: { 'P-Asserted-Identity': ['"Ada" <sip:+4930@carrier>', '<tel:+4930>'], Privacy: 'id', Diversion: '<sip:+4989@carrier>;reason=user-busy' } }, { onAnswered: () => undefined, onFailed: () => undefined });
      const { call, trunk, assertedIdentity, redirections } = await seen('call.incoming');
      expect({ trunk, assertedIdentity, redirections }).toEqual({ trunk: 'carrier', assertedIdentity: 'sip:+4930@carrier', redirections: [{ uri: 'sip:+4989@carrier', reason: 'user-busy', private: false }] });
      subject.signalling.reject({ call, status: 480 });
      await seen('call.failed', call);
    });

    it('transfers, and is transferred with the progress of the call that it then places', async () => {
      let session: InviteSession | undefined;
      let referred = '';
      onFarInvite = (invite) => {
        session ??= invite.session;
        invite.session.handlers = { onRefer: (refer) => {
          referred = `${refer.target} ${refer.replaces?.callId ?? ''}`;
          refer.accept().notify(200);
        } };
        invite.answer(sdp(5000));
      };
      const signalling = await start();
      const call = place();
      await seen('call.answered', call);
      const other = place();
      const { sip } = await seen('call.answered', other);
      signalling.transfer({ call, target: 'sip:third@example.org', replaces: other });
      await until(() => of('transfer.progress', call).some(({ done }) => done), 'transferred');
      expect(referred).toBe(`sip:third@example.org ${sip.callId}`);
      const seenByFar: [number, boolean][] = [];
      session?.transfer.refer(`sip:next@${farAddress()}`, undefined, (status, done) => void seenByFar.push([status, done]));
      const { target } = await seen('call.referred', call);
      const placed = place(target, { referredBy: call });
      await seen('call.answered', placed);
      await until(() => seenByFar.some(([status, done]) => status === 200 && done), 'told of the answer');
      for (const one of [call, other, placed]) {
        signalling.hangUp({ call: one });
        await seen('call.ended', one);
      }
    });

    it('refuses what it does not know or cannot do', async () => {
      const signalling = await start();
      const call = ids.next('call');
      expect(signalling.answer({ call, sdp: '' })).toMatchObject({ accepted: false, refusal: { kind: 'unknown-id' } });
      expect(signalling.place({ call, to: 'not a number', timeoutMs: 1_000 })).toMatchObject({ accepted: false, refusal: { kind: 'bad-argument' } });
      expect(signalling.place({ call, to: '+4930123', timeoutMs: 1_000, trunk: 'nowhere' })).toMatchObject({ accepted: false, refusal: { kind: 'bad-argument' } });
      expect(signalling.stats().openCalls).toBe(0);
    });

    describe('through a trunk', () => {
      it('sends the number to it with caller-ID, headers and credentials', async () => {
        const server = new DigestServer({ realm: 'carrier', secret: Buffer.alloc(16, 3), proxy: true }, new SystemClock());
        const seenByCarrier: string[] = [];
        onFarInvite = (invite) => {
          const presented = server.read(invite.request);
          if (presented.kind === 'presented' && presented.username === 'me' && presented.check({ password: 'secret' }) === 'right') {
            seenByCarrier.push(invite.request.requestUri, invite.request.get('From') ?? '', invite.request.get('X-Account') ?? '');
            return invite.answer(sdp(1));
          }
          const challenge = new SipResponse(407, '');
          server.challenge(challenge);
          invite.reject(407, { headers: { 'Proxy-Authenticate': challenge.headers.lines('Proxy-Authenticate') } });
        };
        const signalling = await start([{ name: 'carrier', address: farAddress(), username: 'me', password: 'secret', callerId: '+4930900', headers: { 'X-Account': '17' } }]);
        const call = place('tel:+49-89-123', { trunk: 'carrier' });
        await seen('call.answered', call);
        expect(seenByCarrier[0]).toBe(`sip:+4989123@${farAddress()}`);
        expect(seenByCarrier[1]).toMatch(/^<sip:\+4930900@127\.0\.0\.1>;tag=/);
        expect(seenByCarrier[2]).toBe('17');
        signalling.hangUp({ call });
        await seen('call.ended', call);
      });

      it('refuses calls above its concurrency and its rolling sum of calls per second', async () => {
        const signalling = await start([
          { name: 'two', address: farAddress(), maxConcurrentCalls: 2 }, { name: 'slow', address: farAddress(), callsPerSecond: 1, windowMs: 3_000 },
        ]);
        const first = place('+491', { trunk: 'two' });
        place('+492', { trunk: 'two' });
        const refusedNow = (trunk: string): unknown => signalling.place({ call: ids.next('call'), to: '+493', trunk, timeoutMs: 1_000 });
        expect(refusedNow('two')).toMatchObject({ accepted: false, refusal: { kind: 'noresource' } });
        await seen('call.answered', first);
        signalling.hangUp({ call: first });
        await seen('call.ended', first);
        place('+494', { trunk: 'two' });
        for (let i = 0; i < 3; i += 1) place(`+49${i}`, { trunk: 'slow' });
        expect(refusedNow('slow')).toMatchObject({ accepted: false, refusal: { kind: 'noresource' } });
      });

      it('follows a redirection of the same number at the trunk, as the same call', async () => {
        const asked: string[] = [];
        onFarInvite = (invite) => {
          asked.push(invite.request.requestUri);
          if (asked.length === 1) return invite.redirect([`sip:+4930;npdi@${farAddress()}`, 'sip:+4930@elsewhere.example.org']);
          invite.provisional(180);
          invite.answer(sdp(1));
        };
        await start([{ name: 'one', address: farAddress() }]);
        const call = place('+4930', { trunk: 'one', identity: 'attempt-1' });
        const { following } = await seen('call.redirected', call);
        expect(following).toBe(`sip:+4930;npdi@${farAddress()}`);
        await seen('call.answered', call);
        expect(asked).toEqual([`sip:+4930@${farAddress()}`, following]);
        subject.signalling.hangUp({ call });
        await seen('call.ended', call);
      });

      it('tries the next of a group after 503 or silence, honours Retry-After, and does not after busy', async () => {
        const users: string[] = [];
        onFarInvite = (invite) => {
          const { uri } = invite.request;
          const user = uri?.kind === 'sip' ? (uri.user ?? '') : '';
          users.push(user);
          if (user === 'busy') return invite.reject(486);
          if (users.length === 1) return invite.reject(503, { headers: { 'Retry-After': '30' } });
          invite.answer(sdp(1));
        };
        const signalling = await start([
          { name: 'first', group: 'out', address: farAddress(), priority: 1 }, { name: 'second', group: 'out', address: farAddress(), priority: 2 },
        ]);
        const call = place('+4930', { trunk: 'out' });
        await seen('call.answered', call);
        expect(users).toEqual(['+4930', '+4930']);
        expect(signalling.place({ call: ids.next('call'), to: '+4931', trunk: 'first', timeoutMs: 1_000 })).toMatchObject({ accepted: false, refusal: { kind: 'noresource' } });
        signalling.hangUp({ call });
        await seen('call.ended', call);
      });
    });
  });
}
