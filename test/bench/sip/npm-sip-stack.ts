import { createRequire } from 'node:module';
import { createSocket } from 'node:dgram';
import { sdp, type Stack } from './stack.ts';

/** npm `sip`: a message and transaction layer without dialogs; what a call needs above that is done here by hand. */
export function npmSipStack(): Stack {
  const sip = createRequire(import.meta.url)('sip') as any;
  let port = 0;
  let count = 0;
  const freePort = async (): Promise<number> => {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    const { port: free } = socket.address();
    await new Promise<void>((resolve) => socket.close(() => resolve()));
    return free;
  };
  const open = async (onRequest: (request: any) => void): Promise<number> => {
    port = await freePort();
    // A request to its own host would be taken for one of its flow tokens.
    sip.start({ address: '127.0.0.1', publicAddress: '127.0.0.2', port, tcp: false, logger: { error: () => undefined } }, onRequest);
    return port;
  };
  return {
    serve: () => open((request) => {
      if (request.method === 'INVITE') {
        request.headers.to.params.tag = `t${(count += 1)}`;
        const contact = [{ uri: `sip:127.0.0.1:${port}` }];
        sip.send(sip.makeResponse(request, 180, 'Ringing'));
        const answer = sip.makeResponse(request, 200, 'OK');
        answer.headers.contact = contact;
        answer.headers['content-type'] = 'application/sdp';
        answer.content = sdp;
        sip.send(answer);
      } else if (request.method !== 'ACK') sip.send(sip.makeResponse(request, 200, 'OK'));
    }),
    openClient: async () => void (await open((request) => sip.send(sip.makeResponse(request, 405, 'Method Not Allowed')))),
    call: (target, done) => {
      const callId = `c${(count += 1)}-${process.pid}`;
      const from = { uri: 'sip:caller@127.0.0.1', params: { tag: `f${count}` } };
      const headers = (to: any, seq: number, method: string): any => ({
        to, from, 'call-id': callId, cseq: { seq, method }, contact: [{ uri: `sip:caller@127.0.0.1:${port}` }], 'max-forwards': 70,
      });
      const uri = `sip:service@127.0.0.1:${target}`;
      let over = false;
      sip.send({ method: 'INVITE', uri, headers: { ...headers({ uri }, 1, 'INVITE'), 'content-type': 'application/sdp' }, content: sdp }, (response: any) => {
        if (response.status < 200 || over) return;
        over = true;
        if (response.status >= 300) return done(false);
        const remote = response.headers.contact?.[0]?.uri ?? uri;
        sip.send({ method: 'ACK', uri: remote, headers: { ...headers(response.headers.to, 1, 'ACK'), via: [] } });
        sip.send({ method: 'BYE', uri: remote, headers: headers(response.headers.to, 2, 'BYE') }, (bye: any) => {
          if (bye.status >= 200) done(bye.status < 300);
        });
      });
    },
    retransmissions: () => 0,
  };
}
