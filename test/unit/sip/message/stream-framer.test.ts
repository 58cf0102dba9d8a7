import { StreamFramer, type StreamSink } from '../../../../src/sip/message/stream-framer.ts';

const message = (id: string, body = ''): string =>
  `OPTIONS sip:b@h SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK${id}\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\nCall-ID: ${id}\r\nCSeq: 1 OPTIONS\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

function framer(): { heard: string[]; framer: StreamFramer } {
  const heard: string[] = [];
  const sink: StreamSink = {
    message: (one) => heard.push(`${one.callId}:${one.body.toString()}`),
    malformed: (error) => heard.push(`malformed ${error.reason} ${error.status ?? 'drop'}`),
    ping: () => heard.push('ping'),
    pong: () => heard.push('pong'),
  };
  return { heard, framer: new StreamFramer(sink) };
}

describe('StreamFramer', () => {
  test.each([1, 2, 3, 7, 50, 100_000])('cuts the same messages out of chunks of %i octets', (size) => {
    const { heard, framer: f } = framer();
    const stream = Buffer.from(`${message('a', 'body\r\n\r\n')}${message('b')}${message('c', 'é')}`);
    for (let at = 0; at < stream.length; at += size) expect(f.push(stream.subarray(at, at + size))).toBe(true);
    expect(heard).toEqual(['a:body\r\n\r\n', 'b:', 'c:é']);
    expect(f.buffered).toBe(0);
  });

  test('tells ping from pong between messages', () => {
    const { heard, framer: f } = framer();
    f.push(Buffer.from('\r\n\r\n'));
    f.push(Buffer.from('\r\n'));
    f.push(Buffer.from(`\r\n\r\n${message('a')}`));
    expect(heard).toEqual(['ping', 'pong', 'ping', 'a:']);
  });

  test.each<[string, string, string]>([
    ['no Content-Length', message('a').replace(/Content-Length.*\r\n/, ''), 'malformed content-length 400'],
    ['an unreadable Content-Length', message('a').replace('Content-Length: 0', 'Content-Length: x'), 'malformed content-length 400'],
    ['a body above the limit', message('a').replace('Content-Length: 0', 'Content-Length: 99999999'), 'malformed body-too-large 413'],
    ['something that is no SIP', 'GET / HTTP/1.1\r\nHost: h\r\n\r\n', 'malformed not-sip drop'],
    ['headers without end', `OPTIONS sip:b@h SIP/2.0\r\nX: ${'y'.repeat(70_000)}`, 'malformed head-too-large 513'],
  ])('gives the stream up at %s', (_, stream, expected) => {
    const { heard, framer: f } = framer();
    expect(f.push(Buffer.from(stream))).toBe(false);
    expect(f.push(Buffer.from(message('later')))).toBe(false);
    expect(heard).toEqual([expected]);
  });

  test('a body keeps its octets when later chunks arrive', () => {
    const bodies: Buffer[] = [];
    const f = new StreamFramer({ message: (one) => bodies.push(one.body), malformed: () => undefined, ping: () => undefined, pong: () => undefined });
    f.push(Buffer.from(message('a', 'first')));
    f.push(Buffer.from(message('b', 'other')));
    expect(bodies.map(String)).toEqual(['first', 'other']);
  });

  test('octets one by one cost a large head no more than linear time', () => {
    const cost = (size: number): number => {
      const { framer: f } = framer();
      const stream = Buffer.from(message('a').replace('\r\n\r\n', `\r\nX: ${'y'.repeat(size)}\r\n\r\n`));
      const start = process.cpuUsage();
      for (let at = 0; at < stream.length; at++) f.push(stream.subarray(at, at + 1));
      return process.cpuUsage(start).user;
    };
    cost(8000);
    // The least of some: what else the process did meanwhile (collecting garbage, compiling) is not the framer's.
    const least = (size: number): number => Math.min(...[1, 2, 3, 4].map(() => cost(size)));
    // Quadratic work would be 64 times as much; the margin is for a busy machine.
    expect(least(60_000)).toBeLessThan(30 * Math.max(least(7500), 2000));
  });
});
