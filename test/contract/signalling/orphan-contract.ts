import { createSocket } from 'node:dgram';
import { SystemClock } from '../../../src/kernel/clock.ts';
import { RandomIds, type CallId } from '../../../src/kernel/ids.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { SeededRandom } from '../../../src/kernel/random.ts';
import { DigestServer } from '../../../src/sip/auth/digest-server.ts';
import { SipResponse } from '../../../src/sip/message/sip-message.ts';
import type { ServerInvite } from '../../../src/sip/user-agent/server-invite.ts';
import { UserAgent } from '../../../src/sip/user-agent/user-agent.ts';
import type { EndOrphan, PlaceCall, Signalling, SignallingEvent, SignallingEventMap, TrunkConfig } from '../../../src/signalling/signalling.ts';

/** The adapter in a process of its own, to be killed. */
export interface DoomedProcess {
  /** The UDP port on which it listens. */
  readonly port: number;
  place(command: PlaceCall): void;
  /** Resolves with the first event of that name that the process told. */
  seen<N extends keyof SignallingEventMap>(name: N): Promise<SignallingEventMap[N]>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

export interface OrphanFactory {
  readonly name: string;
  doomed(trunks: readonly TrunkConfig[]): Promise<DoomedProcess>;
  /** The adapter started again, here, on the same port. */
  create(options: { trunks: readonly TrunkConfig[]; port: number }): Signalling;
}

const sdp = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 5000 RTP/AVP 0\r\n';

async function until(condition: () => boolean, what: string): Promise<void> {
  for (const end = Date.now() + 8_000; !condition(); ) {
    if (Date.now() > end) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** What an adapter with the capability `orphans` promises: calls of a process that was killed are ended by the next one. */
export function orphanContract(factory: OrphanFactory): void {
  const ids = new RandomIds();
  const identity = (): string => ids.next('attempt');
  let far: UserAgent;
  let doomed: DoomedProcess | undefined;
  let signalling: Signalling | undefined;
  let events: SignallingEvent[];
  let invites: ServerInvite[];
  let ends: string[];
  let onInvite: (invite: ServerInvite) => void;

  const farAddress = (): string => far.addresses[0]?.text ?? '';
  const restart = async (trunks: readonly TrunkConfig[] = []): Promise<Signalling> => {
    const port = doomed?.port ?? 0;
    await doomed?.kill();
    signalling = factory.create({ trunks, port });
    await signalling.start((event) => void events.push(event));
    return signalling;
  };
  const end = async (command: Omit<EndOrphan, 'call'>): Promise<string> => {
    const call: CallId = ids.next('call');
    expect(signalling?.endOrphan?.({ call, ...command })).toEqual({ accepted: true });
    await until(() => events.some((event) => event.name === 'orphan.ended' && event.call === call), 'orphan.ended');
    return events.flatMap((event) => (event.name === 'orphan.ended' && event.call === call ? [event.outcome] : [])).join();
  };

  describe(`calls that a killed process left behind, over ${factory.name}`, () => {
    beforeEach(async () => {
      events = [];
      invites = [];
      ends = [];
      onInvite = (invite) => invite.provisional(180);
      far = new UserAgent({
        listen: [{ transport: 'udp', host: '127.0.0.1', port: 0 }], clock: new SystemClock(), ids, random: new SeededRandom(2), log: silentLogger,
        timers: { t1: 50, t2: 400, t4: 500, d: 1_000 },
        handlers: {
          onInvite: (invite) => {
            invites.push(invite);
            invite.handlers = { onCancelled: () => void ends.push('cancelled') };
            invite.session.handlers = { onEnded: ({ by }) => void ends.push(`ended by ${by}`) };
            onInvite(invite);
          },
        },
      });
      await far.start();
    });

    afterEach(async () => {
      await doomed?.kill();
      doomed = undefined;
      await signalling?.stop(500);
      await far.stop(500);
      const { openCalls, openDialogs, openTransactions, openTimers } = signalling?.stats() ?? {};
      expect({ openCalls, openDialogs, openTransactions, openTimers }).toEqual({ openCalls: 0, openDialogs: 0, openTransactions: 0, openTimers: 0 });
    });

    it('cancels one that rings', async () => {
      doomed = await factory.doomed([]);
      const token = identity();
      doomed.place({ call: ids.next('call'), to: `sip:callee@${farAddress()}`, from: 'sip:me@127.0.0.1', sdp, timeoutMs: 30_000, identity: token });
      await doomed.seen('call.progress');
      const again = await restart();
      expect(again.capabilities.has('orphans')).toBe(true);
      expect(await end({ to: `sip:callee@${farAddress()}`, from: 'sip:me@127.0.0.1', identity: token })).toBe('ended');
      expect(ends).toEqual(['cancelled']);
    });

    it('cancels one that rings at a trunk that asked for credentials', async () => {
      const server = new DigestServer({ realm: 'carrier', secret: Buffer.alloc(16, 3), proxy: true }, new SystemClock());
      onInvite = (invite) => {
        if (server.read(invite.request).kind === 'presented') return invite.provisional(180);
        const challenge = new SipResponse(407, '');
        server.challenge(challenge);
        invite.reject(407, { headers: { 'Proxy-Authenticate': challenge.headers.lines('Proxy-Authenticate') } });
      };
      const trunks: TrunkConfig[] = [{ name: 'carrier', address: farAddress(), username: 'me', password: 'secret', callerId: '+4930900' }];
      doomed = await factory.doomed(trunks);
      const token = identity();
      doomed.place({ call: ids.next('call'), to: '+4989123', trunk: 'carrier', sdp, timeoutMs: 30_000, identity: token });
      await doomed.seen('call.progress');
      await restart(trunks);
      await end({ to: '+4989123', trunk: 'carrier', identity: token });
      expect(invites).toHaveLength(2);
      expect(ends).toEqual(['cancelled']);
    });

    it('hangs up one that is known to have been answered', async () => {
      onInvite = (invite) => invite.answer(sdp);
      doomed = await factory.doomed([]);
      const token = identity();
      doomed.place({ call: ids.next('call'), to: `sip:callee@${farAddress()}`, sdp, timeoutMs: 30_000, identity: token });
      const { sip } = await doomed.seen('call.answered');
      await restart();
      expect(await end({ to: `sip:callee@${farAddress()}`, identity: token, dialog: sip })).toBe('ended');
      expect(ends).toEqual(['ended by them']);
      expect(await end({ to: `sip:callee@${farAddress()}`, identity: token, dialog: sip })).toBe('none');
    });

    it('hangs up one whose answer nobody had noted', async () => {
      onInvite = (invite) => invite.answer(sdp);
      doomed = await factory.doomed([]);
      const token = identity();
      doomed.place({ call: ids.next('call'), to: `sip:callee@${farAddress()}`, sdp, timeoutMs: 30_000, identity: token });
      await doomed.seen('call.answered');
      await restart();
      expect(await end({ to: `sip:callee@${farAddress()}`, identity: token })).toBe('ended');
      expect(ends).toEqual(['ended by them']);
    });

    it('acknowledges and ends one that is answered after the restart, before anybody asked for its end', async () => {
      let acknowledged = false;
      const trunks: TrunkConfig[] = [{ name: 'carrier', address: farAddress() }];
      doomed = await factory.doomed(trunks);
      doomed.place({ call: ids.next('call'), to: '+4989123', trunk: 'carrier', sdp, timeoutMs: 30_000, identity: identity() });
      await doomed.seen('call.progress');
      const again = await restart(trunks);
      const [invite] = invites;
      if (invite === undefined) throw new Error('no call');
      invite.session.handlers = { onConfirmed: () => void (acknowledged = true), onEnded: ({ by }) => void ends.push(`ended by ${by}`) };
      invite.answer(sdp);
      await until(() => ends.length > 0, 'BYE');
      expect(acknowledged).toBe(true);
      expect(ends).toEqual(['ended by them']);
      expect(again.stats().counters['orphan.answered']).toBe(1);
    });

    it('leaves a 2xx alone whose tag and branch do not follow from its Call-ID', async () => {
      const again = await restart([{ name: 'carrier', address: farAddress() }]);
      const port = portOf(again);
      const socket = createSocket('udp4');
      const came: string[] = [];
      socket.on('message', (bytes) => came.push(bytes.toString('latin1')));
      await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
      socket.send(
        `SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bKforged.1\r\nFrom: <sip:me@127.0.0.1>;tag=forged\r\nTo: <sip:x@127.0.0.1>;tag=1\r\n` +
        `Call-ID: forged\r\nCSeq: 1 INVITE\r\nContact: <sip:127.0.0.1:${socket.address().port}>\r\nContent-Length: 0\r\n\r\n`, Number(port), '127.0.0.1');
      await until(() => again.stats().counters['dropped.stray-response'] === 1, 'the response came');
      await new Promise((resolve) => setTimeout(resolve, 100));
      socket.close();
      expect(came).toEqual([]);
      expect(again.stats().counters['orphan.answered']).toBeUndefined();
    });

    it('says so when the far end knows of no such call, and when nobody is there', async () => {
      await restart();
      expect(await end({ to: `sip:callee@${farAddress()}`, identity: identity() })).toBe('none');
      expect(await end({ to: 'sip:callee@127.0.0.1:9', identity: identity() })).toBe('unknown');
    });
  });
}

const portOf = (signalling: Signalling): string => Object.keys(signalling.stats().counters).map((name) => /^udp:127\.0\.0\.1:(\d+)\./.exec(name)?.[1]).find((port) => port !== undefined) ?? '';
