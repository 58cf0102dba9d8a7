import type { IncomingOffer } from '../../../../src/sip/user-agent/incoming-offer.ts';
import type { ServerInvite } from '../../../../src/sip/user-agent/server-invite.ts';
import { closeAgents, RawPeer, sdp, startAgent, until, type TestAgent } from './loopback-agents.ts';

/** A caller that speaks bytes, within one call. */
class RawCaller {
  readonly peer: RawPeer;
  readonly #port: number;
  #toTag = '';
  #branch = 0;

  constructor(peer: RawPeer, callee: TestAgent) {
    this.peer = peer;
    this.#port = callee.agent.addresses[0]?.port ?? 0;
  }

  send(method: string, sequence: number, options: { body?: string; headers?: readonly string[] } = {}): void {
    const { body = '', headers = [] } = options;
    this.peer.send([
      `${method} sip:x@127.0.0.1 SIP/2.0`, `Via: SIP/2.0/UDP 127.0.0.1:${this.peer.port};branch=z9hG4bKearly${(this.#branch += 1)}`, 'Max-Forwards: 70',
      'From: <sip:raw@example.org>;tag=raw', `To: <sip:x@127.0.0.1>${this.#toTag === '' ? '' : `;tag=${this.#toTag}`}`, `Call-ID: early-${this.peer.port}`, `CSeq: ${sequence} ${method}`,
      `Contact: <sip:raw@127.0.0.1:${this.peer.port}>`, ...headers, ...(body === '' ? [] : ['Content-Type: application/sdp']), `Content-Length: ${body.length}`, '', body,
    ].join('\r\n'), this.#port);
  }

  /** The first response of that status to that request. */
  async response(status: number, cseq: string): Promise<string> {
    const matches = (text: string): boolean => text.startsWith(`SIP/2.0 ${status} `) && RawPeer.header(text, 'CSeq') === cseq;
    await until(() => this.peer.received.some(matches), `${status} to ${cseq}, not ${this.peer.received.map((text) => text.slice(8, 11)).join(' ')}`);
    const text = this.peer.received.find(matches) ?? '';
    this.#toTag = /;tag=([^;\r]+)/.exec(RawPeer.header(text, 'To'))?.[1] ?? this.#toTag;
    return text;
  }

  ack(sequence: number): void {
    this.send('ACK', sequence);
  }
}

describe('offers before the answer', () => {
  let peer: RawPeer;

  beforeEach(async () => {
    peer = await RawPeer.open();
  });
  afterEach(async () => {
    peer.close();
    await closeAgents();
  });

  const called = async (onInvite: (invite: ServerInvite) => void): Promise<RawCaller> => new RawCaller(peer, await startAgent({ onInvite }));
  const body = (text: string): string => text.slice(text.indexOf('\r\n\r\n') + 4);

  it('UPDATE with an offer is refused with 500 while the first offer is unanswered, and taken once a reliable 183 answered it', async () => {
    let invite: ServerInvite | undefined;
    const offers: IncomingOffer[] = [];
    const caller = await called((incoming) => {
      invite = incoming;
      incoming.session.handlers = { onOffer: (offer) => {
        offers.push(offer);
        offer.accept(sdp(5001));
      } };
      incoming.provisional(180);
    });
    caller.send('INVITE', 1, { body: sdp(4000), headers: ['Supported: 100rel', 'Allow: INVITE, ACK, UPDATE, PRACK, BYE'] });
    await caller.response(180, '1 INVITE');
    caller.send('UPDATE', 2, { body: sdp(4001) });
    expect(RawPeer.header(await caller.response(500, '2 UPDATE'), 'Retry-After')).toMatch(/^\d$/);
    invite?.provisional(183, { sdp: sdp(5000) });
    const progress = await caller.response(183, '1 INVITE');
    caller.send('PRACK', 3, { headers: [`RAck: ${RawPeer.header(progress, 'RSeq')} 1 INVITE`] });
    await caller.response(200, '3 PRACK');
    caller.send('UPDATE', 4, { body: sdp(4002) });
    expect(body(await caller.response(200, '4 UPDATE'))).toBe(sdp(5001));
    expect(offers.map(({ method, sdp: text }) => [method, text])).toEqual([['UPDATE', sdp(4002)]]);
    invite?.reject(486);
    await caller.response(486, '1 INVITE');
    caller.ack(1);
  });

  it('a PRACK may offer anew, and its 200 carries the answer; one that is refused gets 488', async () => {
    let invite: ServerInvite | undefined;
    const caller = await called((incoming) => {
      invite = incoming;
      incoming.session.handlers = { onOffer: (offer) => (offer.sdp === sdp(4001) ? offer.accept(sdp(5001)) : offer.reject()) };
      incoming.provisional(183, { sdp: sdp(5000) });
    });
    caller.send('INVITE', 1, { body: sdp(4000), headers: ['Supported: 100rel'] });
    const first = await caller.response(183, '1 INVITE');
    caller.send('PRACK', 2, { body: sdp(4001), headers: [`RAck: ${RawPeer.header(first, 'RSeq')} 1 INVITE`] });
    expect(body(await caller.response(200, '2 PRACK'))).toBe(sdp(5001));
    peer.received.length = 0;
    invite?.provisional(183, { sdp: sdp(5001) });
    const second = await caller.response(183, '1 INVITE');
    caller.send('PRACK', 3, { body: sdp(7), headers: [`RAck: ${RawPeer.header(second, 'RSeq')} 1 INVITE`] });
    await caller.response(488, '3 PRACK');
    invite?.reject(480);
    await caller.response(480, '1 INVITE');
    caller.ack(1);
  });

  it('a 200 waits for the PRACK to a description, and a late offer is answered in the PRACK', async () => {
    let confirmed: string | undefined;
    const caller = await called((incoming) => {
      incoming.session.handlers = { onConfirmed: (answer) => void (confirmed = answer) };
      incoming.provisional(183, { sdp: sdp(5000) });
      incoming.answer(sdp(5000));
    });
    caller.send('INVITE', 1, { headers: ['Supported: 100rel'] });
    const progress = await caller.response(183, '1 INVITE');
    expect(body(progress)).toBe(sdp(5000));
    caller.send('UPDATE', 2, { body: sdp(4001) });
    await caller.response(491, '2 UPDATE');
    expect(peer.received.some((text) => text.startsWith('SIP/2.0 200'))).toBe(false);
    caller.send('PRACK', 3, { body: sdp(4000), headers: [`RAck: ${RawPeer.header(progress, 'RSeq')} 1 INVITE`] });
    await caller.response(200, '3 PRACK');
    expect(body(await caller.response(200, '1 INVITE'))).toBe('');
    caller.ack(1);
    await until(() => confirmed !== undefined, 'confirmed with the answer of the PRACK');
    expect(confirmed).toBe(sdp(4000));
    caller.send('BYE', 4);
    await caller.response(200, '4 BYE');
  });

  it('a PRACK that comes after the final response is still answered', async () => {
    const caller = await called((incoming) => {
      incoming.provisional(180, { reliable: true });
      incoming.answer(sdp(5000));
    });
    caller.send('INVITE', 1, { body: sdp(4000), headers: ['Supported: 100rel'] });
    const ringing = await caller.response(180, '1 INVITE');
    await caller.response(200, '1 INVITE');
    caller.ack(1);
    caller.send('PRACK', 2, { headers: [`RAck: ${RawPeer.header(ringing, 'RSeq')} 1 INVITE`] });
    await caller.response(200, '2 PRACK');
    caller.send('BYE', 3);
    await caller.response(200, '3 BYE');
  });

  it('an INVITE without an offer does not announce reliable provisional responses, whose PRACK would have to answer', async () => {
    const callee = await startAgent({ onInvite: (invite) => invite.reject(486) });
    const caller = await startAgent();
    let failed = false;
    caller.agent.invite({ target: callee.uri(), from: { uri: 'sip:a@b' } }, { onAnswered: () => undefined, onFailed: () => void (failed = true) });
    await until(() => failed, 'refused');
    expect(RawPeer.header(caller.messages[0]?.text ?? '', 'Supported')).toBe('timer, replaces');
  });
});

describe('an INVITE with Replaces', () => {
  afterEach(closeAgents);

  it('takes over a call that we place and that still rings: it is cancelled, and the new one is up', async () => {
    const phone = await startAgent({ onInvite: (invite) => invite.provisional(180) });
    let taken: ServerInvite | undefined;
    const ours = await startAgent({
      onInvite: (invite) => {
        taken = invite;
        invite.answer(sdp(1));
      },
    });
    let dialog: { callId: string; to: string; from: string } | undefined;
    let cause = '';
    ours.agent.invite({ target: phone.uri(), from: { uri: 'sip:a@b' }, sdp: sdp(2) }, {
      onProgress: ({ response }) => void (dialog = { callId: response.callId, to: response.fromTag ?? '', from: response.toTag ?? '' }),
      onAnswered: () => undefined,
      onFailed: (failure) => void (cause = failure.cause),
    });
    await until(() => dialog !== undefined, 'ringing');
    const { callId, to, from } = dialog ?? { callId: '', to: '', from: '' };
    let up = false;
    const picker = await startAgent();
    picker.agent.invite({ target: ours.uri(), from: { uri: 'sip:c@d' }, sdp: sdp(3), headers: { Replaces: `${callId};to-tag=${to};from-tag=${from};early-only`, Require: 'replaces' } }, {
      onAnswered: ({ session }) => {
        up = true;
        session.bye();
      },
      onFailed: () => undefined,
    });
    await until(() => up && cause !== '', 'taken over');
    expect(taken?.replaces?.dialog.callId).toBe(callId);
    expect(cause).toBe('cancelled');
    expect(phone.wire.some((line) => line.startsWith('< CANCEL'))).toBe(true);
  });

  it.each([
    ['a call that rings here', 'ring', '', 481], ['a call that is up, when early ones alone are meant', 'answer', ';early-only', 486], ['a call that nobody knows', 'none', '', 481],
  ] as const)('is refused for %s', async (_what, state, suffix, expected) => {
    const invites: ServerInvite[] = [];
    const callee = await startAgent({
      onInvite: (invite) => {
        invites.push(invite);
        if (state === 'answer') invite.answer(sdp(1));
        else invite.provisional(180);
      },
    });
    const caller = await startAgent();
    let ready = false;
    if (state !== 'none') {
      caller.agent.invite({ target: callee.uri(), from: { uri: 'sip:a@b' }, sdp: sdp(2) }, { onProgress: () => void (ready = true), onAnswered: () => void (ready = true), onFailed: () => undefined });
      await until(() => ready, state);
    }
    const dialog = invites[0]?.session.dialog;
    const replaces = `${dialog?.callId ?? 'nobody'};to-tag=${dialog?.localTag ?? 'x'};from-tag=${dialog?.remoteTag ?? 'y'}${suffix}`;
    let status = 0;
    caller.agent.invite({ target: callee.uri(), from: { uri: 'sip:a@b' }, sdp: sdp(3), headers: { Replaces: replaces } }, { onAnswered: () => undefined, onFailed: (failure) => void (status = failure.status) });
    await until(() => status !== 0, 'refused');
    expect(status).toBe(expected);
  });
});
