import { openCLibrary } from '../../../../src/kernel/c-library.ts';
import { closeAgents, sdp, startAgent, until } from '../user-agent/loopback-agents.ts';
import { createSocket, type Socket } from 'node:dgram';
import { markServiceClass } from '../../../../src/sip/transport/service-class.ts';

type ReadSocketOption = (fd: number, level: number, name: number, value: Int32Array, length: Int32Array) => number;

/** IP_TOS, or IPV6_TCLASS, of a socket, as the system tells it. */
function markOf(fd: number, level: number, name: number): number {
  const library = openCLibrary();
  if (typeof library === 'string') throw new Error(library);
  const value = Int32Array.of(0);
  const length = Int32Array.of(4);
  expect(library.bind<ReadSocketOption>('int getsockopt(int fd, int level, int name, _Inout_ int32_t* value, _Inout_ int32_t* length)')(fd, level, name, value, length)).toBe(0);
  return value[0] ?? -1;
}

const descriptor = (socket: Socket): number => (socket as unknown as { _handle: { fd: number } })._handle.fd;

describe('the mark of outgoing packets', () => {
  it.each([['udp4', '127.0.0.1', 'ipv4', 0, 1], ['udp6', '::1', 'ipv6', 41, 67]] as const)('is the DSCP that was asked for on a %s socket', async (type, address, family, level, name) => {
    const socket = createSocket(type);
    await new Promise<void>((resolve) => socket.bind(0, address, resolve));
    expect(markServiceClass(socket, family, 24)).toBeUndefined();
    expect(markOf(descriptor(socket), level, name)).toBe(24 << 2);
    socket.close();
  });

  it('is not had on what is no open socket, and that is told', () => {
    expect(markServiceClass({}, 'ipv4', 24)).toBe('the socket has no descriptor');
  });

  it('stands on the sockets of a user agent, and calls go through over UDP and TCP', async () => {
    const listen = (['udp', 'tcp'] as const).map((transport) => ({ transport, host: '127.0.0.1', port: 0, dscp: 24 }));
    const callee = await startAgent({ onInvite: (invite) => invite.answer(sdp(1)) }, { listen });
    const caller = await startAgent({}, { listen });
    let over = 0;
    for (const transport of ['udp', 'tcp'] as const) {
      caller.agent.invite({ target: callee.uri(transport), from: { uri: 'sip:a@b' }, sdp: sdp(2) }, {
        onAnswered: ({ session }) => {
          session.handlers = { onEnded: () => void (over += 1) };
          session.bye();
        },
        onFailed: () => undefined,
      });
    }
    await until(() => over === 2, 'both calls');
    await closeAgents();
  });
});
