import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** A bare UDP socket of the runner's side, which keeps what it receives. */
export class UdpPeer {
  readonly received: Buffer[] = [];
  /** When set, what comes from another port is not ours to judge: some other run on this machine sent it. */
  hearOnly: number | undefined;
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (octets, from) => {
      if (this.hearOnly === undefined || from.port === this.hearOnly) this.received.push(octets);
    });
    socket.on('error', () => undefined);
  }

  static async bind(address: string, port: number): Promise<UdpPeer> {
    const socket = createSocket('udp4');
    const peer = new UdpPeer(socket);
    socket.bind(port, address);
    await once(socket, 'listening');
    return peer;
  }

  get port(): number {
    return this.#socket.address().port;
  }

  send(octets: Buffer, port: number): void {
    this.#socket.send(octets, port, '127.0.0.1');
  }

  close(): void {
    this.#socket.close();
  }
}

let probes = 0;

/** A well-formed OPTIONS from a new socket: undefined when a 2xx comes within 2 s, else why not. */
export async function probe(port: number): Promise<string | undefined> {
  const peer = await UdpPeer.bind('127.0.0.1', 0);
  try {
    const id = `${process.pid}-${(probes += 1)}`;
    const request =
      `OPTIONS sip:probe@127.0.0.1:${port} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${peer.port};rport;branch=z9hG4bKprobe${id}\r\n` +
      `Max-Forwards: 70\r\nFrom: <sip:probe@127.0.0.1>;tag=probe${id}\r\nTo: <sip:probe@127.0.0.1:${port}>\r\nCall-ID: probe-${id}@127.0.0.1\r\n` +
      `CSeq: 1 OPTIONS\r\nContact: <sip:probe@127.0.0.1:${peer.port}>\r\nContent-Length: 0\r\n\r\n`;
    peer.send(Buffer.from(request), port);
    for (let waited = 0; waited < 2000; waited += 10) {
      await sleep(10);
      const answer = peer.received.find((octets) => !octets.toString('latin1', 0, 9).startsWith('SIP/2.0 1'));
      if (answer === undefined) continue;
      const line = answer.toString('latin1', 0, 11);
      return line.startsWith('SIP/2.0 2') ? undefined : `probe answered ${line}`;
    }
    return 'probe not answered: the agent is dead';
  } finally {
    peer.close();
  }
}
