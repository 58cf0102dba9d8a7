import { setTimeout as sleep } from 'node:timers/promises';
import { parseDatagram } from '../../../src/sip/message/parse-message.ts';
import { serialize } from '../../../src/sip/message/serialize.ts';
import { SipRequest, type SipResponse } from '../../../src/sip/message/sip-message.ts';
import { LiveAgent } from './live-agent.ts';
import type { TortureCase } from './torture-suite.ts';
import { probe, UdpPeer } from './udp-peer.ts';

/** Sends the message to a fresh agent from `address`, and judges what comes back. Undefined when it passes. */
export async function tortureLive(one: TortureCase, octets: Buffer, address: string): Promise<string | undefined> {
  const listen = new Set([...(one.wire?.listenPorts ?? []), one.wire?.sendFromPort ?? 5060]);
  const peers = new Map<number, UdpPeer>();
  const agent = await LiveAgent.start({ port: 0 }).catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
  if (agent instanceof Error) return `live: ${agent.message}`;
  try {
    for (const port of listen) peers.set(port, await UdpPeer.bind(address, port));
    for (const peer of peers.values()) peer.hearOnly = agent.port;
    const sender = peers.get(one.wire?.sendFromPort ?? 5060) as UdpPeer;
    sender.send(octets, agent.port);
    const request = requestOf(octets);
    const finals: SipResponse[] = [];
    let any = 0;
    const seen = new Map<UdpPeer, number>();
    for (let waited = 0; waited < 2000; waited += 20) {
      await sleep(20);
      for (const peer of peers.values()) {
        for (const datagram of peer.received.slice(seen.get(peer) ?? 0)) {
          any += 1;
          const response = finalOf(datagram, request);
          if (response === undefined) continue;
          finals.push(response);
          if (request?.method === 'INVITE') finish(request, response, sender, agent.port, address);
        }
        seen.set(peer, peer.received.length);
      }
    }
    const dead = judge(one, finals, any) ?? (await probe(agent.port));
    return agent.bugs[0] === undefined ? dead : `crash: ${agent.bugs[0]}`;
  } catch (error) {
    return `live: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    for (const peer of peers.values()) peer.close();
    await agent.close();
  }
}

function requestOf(octets: Buffer): SipRequest | undefined {
  const parsed = parseDatagram(octets);
  const message = parsed.ok ? parsed.value : parsed.error.request;
  return message?.kind === 'request' ? message : undefined;
}

/** A final response that belongs to the message sent, by CSeq and Call-ID where both sides can be read. */
function finalOf(datagram: Buffer, request: SipRequest | undefined): SipResponse | undefined {
  const parsed = parseDatagram(datagram);
  if (!parsed.ok || parsed.value.kind !== 'response' || parsed.value.status < 200) return undefined;
  const response = parsed.value;
  const method = request?.cseq?.method;
  if (method !== undefined && response.cseq !== undefined && response.cseq.method !== method) return undefined;
  return response;
}

function judge(one: TortureCase, finals: readonly SipResponse[], any: number): string | undefined {
  const [first] = finals;
  const other = finals.find(({ status, callId }) => status !== first?.status || callId !== first.callId);
  if (other !== undefined) return `live: answered ${first?.status ?? ''} and then ${other.status}`;
  if (one.kind === 'response' || one.asUas === 'drop') return any === 0 ? undefined : `live: ${any} datagrams came back where silence is right`;
  if (typeof one.asUas === 'string') return undefined;
  const allowed = typeof one.asUas.respond === 'string' ? [one.asUas.respond] : one.asUas.respond;
  if (allowed.includes('any-but-crash')) return undefined;
  if (first === undefined) return allowed.includes('drop') ? undefined : `live: no final answer, ${allowed.join(' or ')} expected`;
  const status = String(first.status);
  if (allowed.includes(status) || allowed.includes(`${status.charAt(0)}xx`)) return undefined;
  return `live: answered ${status} ${first.reason}, ${allowed.join(' or ')} expected`;
}

/** ACK with the same branch for 3xx to 6xx; ACK with its own branch and BYE in the dialog for 2xx. */
function finish(request: SipRequest, response: SipResponse, from: UdpPeer, port: number, address: string): void {
  const accepted = response.status < 300;
  const target = (accepted ? response.contact?.uri.raw : undefined) ?? request.requestUri;
  const make = (method: string, cseq: number, via: string): Buffer => {
    const made = new SipRequest(method, target);
    made.append('Via', via).append('Max-Forwards', '70');
    for (const name of ['From', 'Call-ID']) made.append(name, request.get(name) ?? '');
    made.append('To', response.get('To') ?? '').append('CSeq', `${cseq} ${method}`);
    return serialize(made);
  };
  const number = request.cseq?.number ?? 1;
  const branch = (label: string): string => `SIP/2.0/UDP ${address}:${from.port};rport;branch=z9hG4bK${label}${process.pid}x${number}`;
  if (!accepted) return from.send(make('ACK', number, request.all('Via')[0] ?? branch('ack')), port);
  from.send(make('ACK', number, branch('ack')), port);
  from.send(make('BYE', number + 1, branch('bye')), port);
}
