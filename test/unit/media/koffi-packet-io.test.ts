/** The packet I/O of the system's own calls, one by one and by io_uring, against Node's sockets. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { setTimeout as pause } from 'node:timers/promises';
import { KoffiPacketIo } from '../../../src/media/embedded/koffi-packet-io.ts';
import { loadLibc, type Libc } from '../../../src/media/embedded/libc.ts';
import type { SocketPair } from '../../../src/media/embedded/packet-io.ts';

const ports = { from: 0, to: 0 };
const loaded = loadLibc();
const kinds: { kind: string; open: (dscp?: number) => KoffiPacketIo | string }[] = typeof loaded === 'string' ? [] : [
  { kind: 'koffi', open: (dscp = 46) => new KoffiPacketIo(loaded, '127.0.0.1', ports, dscp) },
  { kind: 'io_uring', open: (dscp = 46) => KoffiPacketIo.withRing(loaded, '127.0.0.1', ports, dscp) },
];
// Where the system has no koffi or forbids io_uring, what is left to hold is that it says so.
const usable = kinds.filter(({ open }) => {
  const io = open();
  if (typeof io !== 'string') io.close();
  return typeof io !== 'string';
});

test('what cannot be used says why', () => {
  if (typeof loaded === 'string') expect(loaded).toMatch(/\w/);
  for (const { open } of kinds) {
    const io = open();
    if (typeof io === 'string') expect(io).toMatch(/io_uring/);
    else io.close();
  }
});

const opened = (io: KoffiPacketIo, inTurn = false): SocketPair => {
  let pair: SocketPair | undefined;
  io.openPair(inTurn, (got) => (pair = got));
  if (pair === undefined) throw new Error('no port pair');
  return pair;
};

interface Peer {
  readonly socket: Socket;
  readonly heard: { bytes: Buffer; from: RemoteInfo }[];
}
async function peer(): Promise<Peer> {
  const socket = createSocket('udp4');
  socket.setMaxListeners(0);
  const heard: Peer['heard'] = [];
  socket.on('message', (bytes, from) => heard.push({ bytes, from }));
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  socket.setRecvBufferSize(1 << 20);
  return { socket, heard };
}
const until = async (condition: () => boolean): Promise<void> => {
  for (let i = 0; i < 400 && !condition(); i++) await pause(5);
};

// Before Linux 6.2 the ring cannot be told where to without a struct msghdr: a kernel that will not send the trial packet is taken for such a one.
const older = (libc: Libc): Libc => {
  let first = true;
  return { ...libc, bind: (fd, address, length) => (first ? ((first = false), -1) : libc.bind(fd, address, length)) };
};
if (usable.some(({ kind }) => kind === 'io_uring')) usable.push({ kind: 'io_uring of an older system', open: (dscp = 46) => KoffiPacketIo.withRing(older(loaded as Libc), '127.0.0.1', ports, dscp) });

if (usable.length > 0) describe.each(usable)('by $kind', ({ open }) => {
  const io = open() as KoffiPacketIo;
  afterAll(() => {
    io.close();
    expect(io.openSockets).toBe(0);
  });

  describe.each([{ how: 'polled', inTurn: false }, { how: 'read in turn', inTurn: true }])('$how', ({ inTurn }) => {
    const tick = (nowMs: number, pairs: readonly SocketPair[]): void => {
      io.poll(nowMs, false, false);
      if (inTurn) io.read(pairs.map(({ rtp }) => rtp), pairs.length, nowMs);
      io.flush();
    };

    test('more sockets than go into one call, each of which answers what it hears: every packet comes back from its own port', async () => {
      const { socket, heard } = await peer();
      const pairs = Array.from({ length: 300 }, () => opened(io, inTurn));
      const delivered = new Map<number, string>();
      for (const { rtp } of pairs) {
        rtp.listener = { packet: (bytes, length, address, port) => {
          delivered.set(rtp.port, Buffer.from(bytes.subarray(0, length)).toString());
          expect([address, port]).toEqual([0x7f000001, socket.address().port]);
          rtp.sendToSource();
          rtp.send(bytes, length);
        } };
      }
      for (const { rtp } of pairs) socket.send(`to ${rtp.port}`, rtp.port, '127.0.0.1');
      await pause(50);
      tick(performance.now(), pairs);
      await until(() => heard.length >= 300);
      expect(delivered.size).toBe(300);
      expect(new Set(heard.map(({ bytes, from }) => (bytes.toString() === `to ${from.port}` ? from.port : 0)))).toEqual(new Set(pairs.map(({ rtp }) => rtp.port)));
      for (const { rtp, rtcp } of pairs) for (const one of [rtp, rtcp]) one.close();
      socket.close();
    });

    test('a socket that is flooded brings a burst in a poll and no more, and the rest in the next ones', async () => {
      const { socket } = await peer();
      const { rtp, rtcp } = opened(io, inTurn);
      let count = 0;
      rtp.listener = { packet: () => void (count += 1) };
      for (let i = 0; i < 130; i++) socket.send('x', rtp.port, '127.0.0.1');
      await pause(50);
      tick(performance.now(), [{ rtp, rtcp }]);
      expect(count).toBe(65);
      tick(performance.now(), [{ rtp, rtcp }]);
      expect(count).toBe(130);
      for (const one of [rtp, rtcp]) one.close();
      socket.close();
    });

    test('a socket that brings two packets in each tick keeps up', async () => {
      const { socket } = await peer();
      const { rtp, rtcp } = opened(io, inTurn);
      let count = 0;
      rtp.listener = { packet: () => void (count += 1) };
      const begun = performance.now();
      for (let n = 1; n <= 12; n++) {
        for (let i = 0; i < 2; i++) socket.send('x', rtp.port, '127.0.0.1');
        await pause(5);
        tick(begun + n * 20, [{ rtp, rtcp }]);
      }
      expect(count).toBe(24);
      for (const one of [rtp, rtcp]) one.close();
      socket.close();
    });
  });

  test('what is read in turn is not polled, and a packet that came beside another is read when one may be there', async () => {
    const { socket } = await peer();
    const { rtp, rtcp } = opened(io, true);
    let count = 0;
    rtp.listener = { packet: () => void (count += 1) };
    const begun = performance.now();
    const after = async (n: number, packets: number): Promise<number> => {
      for (let i = 0; i < packets; i++) socket.send('x', rtp.port, '127.0.0.1');
      await pause(5);
      const before = count;
      io.poll(begun + n * 20, false, false);
      expect(count).toBe(before);
      io.read([rtp], 1, begun + n * 20);
      return count - before;
    };
    expect(await after(1, 1)).toBe(1);
    expect(await after(2, 0)).toBe(0);
    // One came late, and the next in time.
    expect(await after(3, 2)).toBe(2);
    // One came early: it is read with a later one, soon.
    let taken = await after(4, 2);
    for (let n = 5; n <= 20; n++) taken += await after(n, 1);
    expect(taken).toBe(18);
    // A tick that comes late finds what has gathered.
    expect(await after(25, 5)).toBe(5);
    for (const one of [rtp, rtcp]) one.close();
    io.read([rtp], 1, begun + 520);
    socket.close();
  });

  test('a socket that brings packets is not looked at before its next one is due, is given up when it brings none, and is heard again then', async () => {
    const { socket } = await peer();
    const { rtp, rtcp } = opened(io);
    let count = 0;
    rtp.listener = { packet: () => void (count += 1) };
    const send = async (): Promise<void> => {
      socket.send('x', rtp.port, '127.0.0.1');
      await pause(5);
    };
    const polled = (nowMs: number): number => {
      const before = count;
      io.poll(nowMs, true, true);
      return count - before;
    };
    await send();
    const first = performance.now();
    expect(polled(first)).toBe(1);
    await send();
    expect(polled(first + 5)).toBe(0);
    expect(polled(first + 23)).toBe(1);
    // Whoever looks only once a tick takes what is there.
    await send();
    io.poll(performance.now(), false, false);
    expect(count).toBe(3);
    for (let n = 1; n <= 8; n++) expect(polled(first + 100 + n * 10)).toBe(0);
    await send();
    expect(polled(first + 185)).toBe(1);
    for (const one of [rtp, rtcp]) one.close();
    expect(polled(first + 1000)).toBe(0);
    socket.close();
  });

  test('what is queued goes to where it was meant to when the far end moves, and is sent from the room that it was made in', async () => {
    const [first, second] = [await peer(), await peer()];
    const { rtp, rtcp } = opened(io);
    const say = (text: string): void => {
      const room = rtp.room();
      expect(room.length).toBeGreaterThanOrEqual(1500);
      rtp.send(room, Buffer.from(text).copy(room));
    };
    rtp.sendTo('127.0.0.1', first.socket.address().port);
    for (const text of ['one', 'two']) say(text);
    rtp.sendTo('127.0.0.1', second.socket.address().port);
    say('three');
    rtp.send(Buffer.from('four'), 4);
    say('five');
    io.flush();
    await until(() => first.heard.length >= 2 && second.heard.length >= 3);
    expect([first, second].map(({ heard }) => heard.map(({ bytes }) => bytes.toString()))).toEqual([['one', 'two'], ['three', 'four', 'five']]);
    for (const one of [rtp, rtcp]) one.close();
    for (const { socket } of [first, second]) socket.close();
  });

  test('what was sent just before a socket closes still leaves', async () => {
    const { socket, heard } = await peer();
    const { rtp, rtcp } = opened(io);
    rtp.sendTo('127.0.0.1', socket.address().port);
    rtp.send(Buffer.from('farewell'), 8);
    for (const one of [rtp, rtcp]) one.close();
    await until(() => heard.length > 0);
    expect(heard.map(({ bytes }) => bytes.toString())).toEqual(['farewell']);
    socket.close();
  });

  test('packets carry the service class that was asked for', () => {
    expect(serviceClassOf(open(46) as KoffiPacketIo)).toBe(46);
    expect(serviceClassOf(open(8) as KoffiPacketIo)).toBe(8);
  });
});

/** Sends a packet to a socket that asks for the type-of-service octet (IP_RECVTOS), and reads it there. */
function serviceClassOf(io: KoffiPacketIo): number {
  const libc = loaded as Libc;
  const fd = libc.socket(2, 2, 0);
  const address = new Uint8Array(28);
  address.set([2, 0, 0, 0, 127, 0, 0, 1]);
  libc.bind(fd, address, 16);
  libc.getsockname(fd, address, Int32Array.of(28));
  libc.setsockopt(fd, 0, 13, Int32Array.of(1), 4);
  const { rtp } = opened(io);
  rtp.sendTo('127.0.0.1', ((address[2] as number) << 8) | (address[3] as number));
  rtp.send(Buffer.from('x'), 1);
  io.flush();
  // struct msghdr 56, struct iovec 16, payload 8, control 64.
  const { bytes, address: at } = libc.allocate(160);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(16, at + 64n, true);
  view.setBigUint64(24, 1n, true);
  view.setBigUint64(32, at + 96n, true);
  view.setBigUint64(40, 64n, true);
  view.setBigUint64(64, at + 80n, true);
  view.setBigUint64(72, 8n, true);
  const length = libc.recvmsg(fd, Number(at), 0x40);
  libc.close(fd);
  io.close();
  // struct cmsghdr 16: length, level (IPPROTO_IP), type (IP_TOS).
  return length === 1 && view.getInt32(96 + 12, true) === 1 ? (bytes[96 + 16] as number) >> 2 : -1;
}
