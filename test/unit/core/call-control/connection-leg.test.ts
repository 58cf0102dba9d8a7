import { ConnectionLeg } from '../../../../src/core/call-control/connection-leg.ts';
import { silentLogger } from '../../../../src/kernel/logger.ts';
import { accepted, type Reply } from '../../../../src/kernel/result.ts';
import type { MediaEventMap } from '../../../../src/media/media.ts';

type Failure = MediaEventMap['endpoint.failed']['kind'];
const node = 'node' as never;

interface Called {
  readonly leg: ConnectionLeg;
  readonly commands: string[];
  /** What its session is told. */
  readonly told: object[];
  fail(kind: Failure): void;
}

/** A leg whose INVITE is out, and the commands that it gives from there on. */
function callingLeg(hints: object = {}): Called {
  const told: object[] = [];
  const commands: string[] = [];
  const port = new Proxy({}, { get: (_, verb) => (command: { sdp?: string }): Reply => (commands.push(`${String(verb)} ${command.sdp ?? ''}`.trim()), accepted) });
  const deps = { signalling: port, media: port, logger: silentLogger, now: () => 0, tell: (event: object) => void told.push(event), early: () => undefined, closed: () => undefined };
  const leg = new ConnectionLeg(deps as never, { connection: 'connection' as never, call: 'call' as never, node }, { sip: {} } as never, { outbound: { place: {} as never, hints: hints as never } });
  leg.dial();
  leg.onMedia({ name: 'endpoint.ready', node, sdp: 'offer' });
  expect(leg.state).toBe('calling');
  commands.length = 0;
  return { leg, commands, told, fail: (kind) => leg.onMedia({ name: 'endpoint.failed', node, kind, reason: 'why' }) };
}

/** The same for one that is connected. */
function connectedLeg(): Called {
  const called = callingLeg();
  const { leg, commands } = called;
  leg.onSignalling({ name: 'call.answered', call: 'call' as never, sdp: 'answer', headers: {}, sip: { remoteTarget: 'sip:far@end' } } as never);
  leg.onMedia({ name: 'endpoint.negotiated', node } as never);
  expect(leg.state).toBe('connected');
  commands.length = 0;
  return called;
}

describe('a call that rings when its media thread dies', () => {
  const ends = ({ leg, commands, told }: Called): void => {
    expect(commands.at(-1)).toBe('hangUp');
    leg.onSignalling({ name: 'call.failed', call: 'call' as never, status: 487, reason: 'Request Terminated', headers: {} } as never);
    expect(leg.state).toBe('ended');
    expect(told.at(-1)).toMatchObject({ name: 'connection.failed', info: { reason: 'why' } });
    expect(commands.at(-1)).toBe('close');
  };

  test('is given up before anybody is told so', () => {
    const called = callingLeg();
    called.fail('error');
    ends(called);
  });

  test('is given up while early media are awaited too, which may fail by themselves', () => {
    const called = callingLeg({ call_classification_connectWhen: 'OnProgress', enable_call_classification: 'true' });
    const { leg, commands, fail } = called;
    const progress = (sdp: string): void => leg.onSignalling({ name: 'call.progress', call: 'call' as never, status: 183, sdp, headers: {}, early: true } as never);
    progress('first');
    expect(commands).toEqual(['applyAnswer first']);
    fail('unsupported');
    expect(leg.state).toBe('progressing');
    progress('second');
    fail('error');
    ends(called);
  });
});

describe('a call that the far end renegotiates', () => {
  test.each(['unsupported', 'bad-sdp'] as const)('goes on as it was when the offer is %s', (kind) => {
    const { leg, commands, fail } = connectedLeg();
    leg.onSignalling({ name: 'call.offer', call: 'call' as never, sdp: 'hold' } as never);
    fail(kind);
    expect(commands).toEqual(['applyOffer hold', 'answerOffer']);
    expect(leg.state).toBe('connected');
  });

  test('is ended when its media thread dies meanwhile', () => {
    const { leg, commands, fail } = connectedLeg();
    leg.onSignalling({ name: 'call.offer', call: 'call' as never, sdp: 'hold' } as never);
    fail('error');
    expect(commands).toEqual(['applyOffer hold', 'answerOffer', 'hangUp']);
    expect(leg.state).toBe('ending');
  });
});
