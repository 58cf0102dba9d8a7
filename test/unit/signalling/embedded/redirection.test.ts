import { SimulatedClock, SystemClock } from '../../../../src/kernel/clock.ts';
import { RandomIds } from '../../../../src/kernel/ids.ts';
import { silentLogger } from '../../../../src/kernel/logger.ts';
import { SeededRandom } from '../../../../src/kernel/random.ts';
import { SipResponse } from '../../../../src/sip/message/sip-message.ts';
import type { ServerInvite } from '../../../../src/sip/user-agent/server-invite.ts';
import { EmbeddedSignalling, type EmbeddedSignallingOptions } from '../../../../src/signalling/embedded/embedded-signalling.ts';
import { redirectTargets, type RedirectContext } from '../../../../src/signalling/embedded/redirection.ts';
import { Trunk } from '../../../../src/signalling/embedded/trunk.ts';
import type { SignallingEvent } from '../../../../src/signalling/signalling.ts';
import { closeAgents, sdp, startAgent, until } from '../../sip/user-agent/loopback-agents.ts';

const trunk = new Trunk({ name: 'carrier', address: 'carrier.example.org' }, new SimulatedClock(), undefined);

function targets(contacts: readonly string[], options: Partial<RedirectContext> = {}): string[] {
  const response = new SipResponse(302, 'Moved Temporarily');
  for (const contact of contacts) response.append('Contact', contact);
  const target = options.target ?? 'sip:+4930123@carrier.example.org';
  return redirectTargets(response, { policy: { max: 3, otherNumbers: false }, trunk, tried: [target], obstacle: () => undefined, ...options, target });
}

describe('the targets of a redirection that are called', () => {
  it('are those at the trunk with the same number, however it is written, best q first', () => {
    expect(targets([
      '<sip:+49-30-123@carrier.example.org:5070>;q=0.2', '<sip:+4930123;rn=+4989;npdi@carrier.example.org;user=phone?Subject=x>;q=0.9', '<tel:+49-30-123>',
    ])).toEqual(['sip:+4930123;rn=+4989;npdi@carrier.example.org;user=phone', 'sip:+49-30-123@carrier.example.org:5070']);
  });

  it('are none at another host, for another number, or where the call has been (RFC 3261 §19.1.4)', () => {
    expect(targets(['<sip:+4930123@premium.example.net>', '<sip:+881612@carrier.example.org>', '<sip:+4930123@CARRIER.example.org;unknown=1>', '<mailto:a@b>', '*'])).toEqual([]);
  });

  it('may be other numbers where that is configured, but never what the guard forbids', () => {
    const obstacle = (uri: string): string | undefined => (uri.includes('+881') ? 'begins with a blocked prefix' : undefined);
    expect(targets(['<sip:+4989@carrier.example.org>', '<sip:+881612@carrier.example.org>'], { policy: { max: 3, otherNumbers: true }, obstacle })).toEqual(['sip:+4989@carrier.example.org']);
  });

  it('keep the host of a call that went straight, and never give up sips', () => {
    expect(targets(['<sip:desk@pbx.example.org:5080>'], { trunk: undefined, target: 'sip:desk@pbx.example.org' })).toEqual(['sip:desk@pbx.example.org:5080']);
    expect(targets(['<sip:desk@pbx.example.org>', '<tel:+4930>'], { trunk: undefined, target: 'sips:desk@pbx.example.org' })).toEqual([]);
  });

  it('are five at most, and none when nothing is followed', () => {
    const many = Array.from({ length: 40 }, (_, i) => `<sip:+4930123@carrier.example.org:${6000 + i}>`);
    expect(targets(many)).toHaveLength(5);
    expect(targets(many, { policy: { max: 0, otherNumbers: true } })).toEqual([]);
  });
});

describe('a call that is redirected', () => {
  const open: EmbeddedSignalling[] = [];
  const ids = new RandomIds();

  afterEach(async () => {
    for (const signalling of open.splice(0)) {
      await signalling.stop(500);
      const { openCalls, openDialogs, openTransactions, openTimers } = signalling.stats();
      expect({ openCalls, openDialogs, openTransactions, openTimers }).toEqual({ openCalls: 0, openDialogs: 0, openTransactions: 0, openTimers: 0 });
    }
    await closeAgents();
  });

  /** A carrier that answers each INVITE by `answer`, and a call to +4930 over it. */
  async function dial(answer: (invite: ServerInvite, count: number, host: string) => void, options: Partial<EmbeddedSignallingOptions> & { trunk?: object } = {}): Promise<{ events: SignallingEvent[]; asked: string[]; host: string; signalling: EmbeddedSignalling }> {
    const asked: string[] = [];
    let host = '';
    const carrier = await startAgent({
      onInvite: (invite) => {
        asked.push(`${invite.request.get('CSeq') ?? ''} ${invite.request.requestUri}`);
        answer(invite, asked.length, host);
      },
    });
    host = carrier.agent.addresses[0]?.text ?? '';
    const signalling = new EmbeddedSignalling({
      listen: [{ transport: 'udp', host: '127.0.0.1', port: 0 }], clock: new SystemClock(), random: new SeededRandom(1), ids, log: silentLogger,
      timers: { t1: 50, t2: 400, t4: 200, d: 500 }, trunks: [{ name: 'carrier', address: host, ...options.trunk }], ...options,
    });
    const events: SignallingEvent[] = [];
    await signalling.start((event) => void events.push(event));
    open.push(signalling);
    signalling.place({ call: ids.next('call'), to: '+4930', trunk: 'carrier', sdp: sdp(1), timeoutMs: 10_000, identity: 'token' });
    await until(() => events.some(({ name }) => name === 'call.failed' || name === 'call.answered'), 'an outcome');
    return { events, asked, host, signalling };
  }

  it('goes on as the same call with the next CSeq, and counts at the trunk as one more', async () => {
    const { events, asked, host, signalling } = await dial((invite, count, at) => (count === 1 ? invite.redirect([`sip:+4930;rn=1@${at}`]) : invite.answer(sdp(2))));
    expect(asked).toEqual([`1 INVITE sip:+4930@${host}`, `101 INVITE sip:+4930;rn=1@${host}`]);
    expect(events.map(({ name }) => name)).toEqual(['call.redirected', 'call.answered']);
    expect(signalling.stats().counters['trunk.carrier.calls']).toBe(2);
    expect(signalling.stats().counters['trunk.carrier.openCalls']).toBe(1);
  });

  it('tries the next target when the first is not there, and not when the callee has spoken', async () => {
    const redirect = (invite: ServerInvite, at: string): void => invite.redirect([`sip:+4930;rn=1@${at}`, `sip:+4930;rn=2@${at}`]);
    const first = await dial((invite, count, at) => (count === 1 ? redirect(invite, at) : count === 2 ? invite.reject(404) : invite.answer(sdp(2))));
    expect(first.asked).toHaveLength(3);
    const second = await dial((invite, count, at) => (count === 1 ? redirect(invite, at) : invite.reject(486)));
    expect(second.asked).toHaveLength(2);
    expect(second.events.at(-1)).toMatchObject({ name: 'call.failed', failure: 'busy', status: 486 });
  });

  it('fails after as many redirections as are followed, and at once in a loop', async () => {
    const endless = await dial((invite, count, at) => invite.redirect([`sip:+4930;rn=${count}@${at}`]));
    expect(endless.asked).toHaveLength(4);
    expect(endless.events.at(-1)).toMatchObject({ name: 'call.failed', status: 302, failure: 'reject' });
    const loop = await dial((invite, _count, at) => invite.redirect([`sip:+4930@${at}`]));
    expect(loop.asked).toHaveLength(1);
  });

  it('does not go beyond the calls per second of its trunk', async () => {
    const { asked, events } = await dial((invite, _count, at) => invite.redirect([`sip:+4930;rn=1@${at}`]), { trunk: { callsPerSecond: 0.2, windowMs: 5_000 } });
    expect(asked).toHaveLength(1);
    expect(events.at(-1)).toMatchObject({ name: 'call.failed', status: 302 });
  });
});
