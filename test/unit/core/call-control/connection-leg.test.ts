import { ConnectionLeg } from '../../../../src/core/call-control/connection-leg.ts';
import { silentLogger } from '../../../../src/kernel/logger.ts';
import { accepted, type Reply } from '../../../../src/kernel/result.ts';
import type { MediaEventMap } from '../../../../src/media/media.ts';

type Failure = MediaEventMap['endpoint.failed']['kind'];
const node = 'node' as never;

/** A connected leg, and the commands that it gives from there on. */
function connectedLeg(): { readonly leg: ConnectionLeg; readonly commands: string[]; fail(kind: Failure): void } {
  const commands: string[] = [];
  const port = new Proxy({}, { get: (_, verb) => (command: { sdp?: string }): Reply => (commands.push(`${String(verb)} ${command.sdp ?? ''}`.trim()), accepted) });
  const deps = { signalling: port, media: port, logger: silentLogger, now: () => 0, tell: () => undefined, early: () => undefined, closed: () => undefined };
  const leg = new ConnectionLeg(deps as never, { connection: 'connection' as never, call: 'call' as never, node }, { sip: {} } as never, { outbound: { place: {} as never, hints: {} } });
  leg.dial();
  leg.onMedia({ name: 'endpoint.ready', node, sdp: 'offer' });
  leg.onSignalling({ name: 'call.answered', call: 'call' as never, sdp: 'answer', headers: {}, sip: { remoteTarget: 'sip:far@end' } } as never);
  leg.onMedia({ name: 'endpoint.negotiated', node } as never);
  expect(leg.state).toBe('connected');
  commands.length = 0;
  return { leg, commands, fail: (kind) => leg.onMedia({ name: 'endpoint.failed', node, kind, reason: 'why' }) };
}

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
