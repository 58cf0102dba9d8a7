import { createSocket } from 'node:dgram';
import { sdp, type Stack } from './stack.ts';

/** The floor: datagrams in, datagrams out, a few string searches, no transactions, no timers, no checks. */
export function dgramStack(): Stack {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 });
  const calls = new Map<string, (ok: boolean) => void>();
  let count = 0;
  let port = 0;
  const line = (text: string, name: string): string => {
    const at = text.indexOf(`\r\n${name}:`);
    if (at < 0) return '';
    return text.slice(at + 2, text.indexOf('\r\n', at + 2) + 2);
  };
  const echo = (text: string): string => line(text, 'Via') + line(text, 'From') + line(text, 'Call-ID') + line(text, 'CSeq');
  const bind = (): Promise<void> => new Promise((resolve) => socket.bind(0, '127.0.0.1', () => {
    ({ port } = socket.address());
    resolve();
  }));
  return {
    serve: async () => {
      socket.on('message', (bytes, from) => {
        const text = bytes.toString('latin1');
        const to = line(text, 'To').trimEnd();
        if (text.startsWith('INVITE')) {
          const head = `${echo(text)}${to};tag=1\r\nContact: <sip:127.0.0.1:${port}>\r\n`;
          socket.send(`SIP/2.0 180 Ringing\r\n${head}Content-Length: 0\r\n\r\n`, from.port, from.address);
          socket.send(`SIP/2.0 200 OK\r\n${head}Content-Type: application/sdp\r\nContent-Length: ${sdp.length}\r\n\r\n${sdp}`, from.port, from.address);
        } else if (text.startsWith('BYE')) socket.send(`SIP/2.0 200 OK\r\n${echo(text)}${to}\r\nContent-Length: 0\r\n\r\n`, from.port, from.address);
      });
      await bind();
      return port;
    },
    openClient: async () => {
      socket.on('message', (bytes, from) => {
        const text = bytes.toString('latin1');
        if (!text.startsWith('SIP/2.0 200')) return;
        const callId = line(text, 'Call-ID').slice(8).trim();
        const cseq = line(text, 'CSeq');
        const done = calls.get(callId);
        if (done === undefined) return;
        if (cseq.includes('BYE')) {
          calls.delete(callId);
          return done(true);
        }
        const head = `Via: SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bK${(count += 1)}\r\nMax-Forwards: 70\r\n${line(text, 'From')}${line(text, 'To')}${line(text, 'Call-ID')}`;
        const uri = `sip:127.0.0.1:${from.port}`;
        socket.send(`ACK ${uri} SIP/2.0\r\n${head}CSeq: 1 ACK\r\nContent-Length: 0\r\n\r\n`, from.port, from.address);
        socket.send(`BYE ${uri} SIP/2.0\r\n${head}CSeq: 2 BYE\r\nContent-Length: 0\r\n\r\n`, from.port, from.address);
      });
      await bind();
    },
    call: (target, done) => {
      const callId = `${(count += 1)}-${process.pid}`;
      calls.set(callId, done);
      const uri = `sip:service@127.0.0.1:${target}`;
      socket.send(
        `INVITE ${uri} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bK${callId}\r\nMax-Forwards: 70\r\nFrom: <sip:caller@127.0.0.1>;tag=${callId}\r\nTo: <${uri}>\r\n` +
        `Call-ID: ${callId}\r\nCSeq: 1 INVITE\r\nContact: <sip:caller@127.0.0.1:${port}>\r\nContent-Type: application/sdp\r\nContent-Length: ${sdp.length}\r\n\r\n${sdp}`, target, '127.0.0.1');
      setTimeout(() => {
        if (calls.delete(callId)) done(false);
      }, 5_000).unref();
    },
    retransmissions: () => 0,
  };
}
