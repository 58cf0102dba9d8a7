import { createRequire } from 'node:module';
import { parseDatagram } from '../../../src/sip/message/parse-message.ts';
import { validateRequest } from '../../../src/sip/message/validate-request.ts';
import type { Benchmark, Goal } from '../benchmark.ts';

const SDP = [
  'v=0', 'o=carrier 3905241 3905241 IN IP4 198.51.100.20', 's=call', 'c=IN IP4 198.51.100.21', 't=0 0', 'm=audio 23456 RTP/AVP 0 8 18 101',
  'a=rtpmap:0 PCMU/8000', 'a=rtpmap:8 PCMA/8000', 'a=rtpmap:18 G729/8000', 'a=fmtp:18 annexb=no', 'a=rtpmap:101 telephone-event/8000', 'a=fmtp:101 0-15', 'a=ptime:20', 'a=sendrecv', '',
].join('\r\n');

/** What a carrier sends: two proxies on the way, identity, timers and an offer. */
const INVITE = Buffer.from(
  [
    'INVITE sip:+15555550123@203.0.113.5:5060;user=phone SIP/2.0',
    'Via: SIP/2.0/UDP 198.51.100.10:5060;branch=z9hG4bK8a7f.1c2d3e4f5a6b7c8d.0;rport',
    'Via: SIP/2.0/UDP 198.51.100.20:5060;received=198.51.100.20;branch=z9hG4bK-524287-1---9a8b7c6d5e4f3a2b',
    'Record-Route: <sip:198.51.100.10;lr;ftag=gK0a1b2c3d>',
    'Max-Forwards: 68',
    'From: "Example Customer" <sip:+15555550199@198.51.100.20;user=phone>;tag=gK0a1b2c3d',
    'To: <sip:+15555550123@203.0.113.5;user=phone>',
    'Call-ID: 1512784512_98123457@198.51.100.20',
    'CSeq: 812345 INVITE',
    'Contact: <sip:+15555550199@198.51.100.20:5060;transport=udp>',
    'Allow: INVITE, ACK, CANCEL, BYE, REGISTER, REFER, INFO, SUBSCRIBE, NOTIFY, PRACK, UPDATE, OPTIONS, MESSAGE',
    'Supported: timer, 100rel, precondition, replaces',
    'P-Asserted-Identity: "Example Customer" <sip:+15555550199@198.51.100.20;user=phone>',
    'Privacy: none',
    'Session-Expires: 1800;refresher=uac',
    'Min-SE: 90',
    'User-Agent: Carrier SBC 9.2',
    'Content-Type: application/sdp',
    `Content-Length: ${Buffer.byteLength(SDP)}`,
    '',
    SDP,
  ].join('\r\n'),
);

/** Median of rounds, microseconds per message. */
function microseconds(work: () => unknown, perRound = 5000, rounds = 15): number {
  for (let i = 0; i < perRound * 2; i++) work();
  const measured: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    for (let i = 0; i < perRound; i++) work();
    measured.push(((performance.now() - start) * 1000) / perRound);
  }
  return measured.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0;
}

function ours(): unknown {
  const parsed = parseDatagram(INVITE);
  if (!parsed.ok) throw new Error(parsed.error.detail);
  return parsed.value;
}

function transaction(): unknown {
  const parsed = parseDatagram(INVITE);
  if (!parsed.ok || parsed.value.kind !== 'request') throw new Error('refused');
  const { topVia, cseq, callId, fromTag, toTag, method } = parsed.value;
  return [topVia?.branch, topVia?.host, topVia?.port, cseq?.number, callId, fromTag, toTag, method];
}

function validated(): unknown {
  const parsed = parseDatagram(INVITE);
  if (!parsed.ok || parsed.value.kind !== 'request' || validateRequest(parsed.value) !== undefined) throw new Error('refused');
  return parsed.value;
}

/** A datagram of the given size, all of it in one header: the worst of several shapes. */
function large(size: number): Buffer[] {
  const head = INVITE.toString().slice(0, INVITE.indexOf('Content-Type'));
  const fill = (shape: string): Buffer => Buffer.from(`${head}${shape.repeat(Math.ceil((size - head.length) / shape.length))}\r\nContent-Length: 0\r\n\r\n`);
  return ['Contact: "\\"a, <', 'X: y\r\n z', 'Via: a/b/c ;;,', 'Route: <sip:a;b=c>,', 'a'].map(fill);
}

function worst(size: number): number {
  return Math.max(
    ...large(size).map((octets) =>
      microseconds(() => {
        const parsed = parseDatagram(octets);
        return parsed.ok && parsed.value.kind === 'request' ? validateRequest(parsed.value) : parsed;
      }, 20, 5),
    ),
  );
}

export const benchmark: Benchmark = {
  run: () => {
    const peer = createRequire(import.meta.url)('sip') as { parse(text: string): unknown };
    const bare = microseconds(ours);
    const routed = microseconds(transaction);
    const checked = microseconds(validated);
    const npm = microseconds(() => peer.parse(INVITE.toString('latin1')));
    const [small, big] = [worst(8_000), worst(64_000)];
    const goals: Goal[] = [
      { name: 'transaction-ready', goal: 'at most 8 µs per trunk INVITE', measured: round(routed), met: routed <= 8 },
      { name: 'beside npm sip', goal: 'framing, index and transaction fields cost no more than its parse', measured: round(routed / npm), met: routed <= npm },
      { name: 'linear', goal: '64 KB costs at most 16 times 8 KB', measured: round(big / small), met: big / small <= 16 },
    ];
    return Promise.resolve({
      title: `SIP parser, INVITE of ${INVITE.length} octets`,
      columns: ['what', 'µs per message'],
      rows: [
        ['frame and header index', round(bare)],
        ['… and what a transaction reads', round(routed)],
        ['… and full validation', round(checked)],
        ['npm sip parse', round(npm)],
        ['worst 8 KB message, validated', round(small)],
        ['worst 64 KB message, validated', round(big)],
      ],
      goals,
      measured: { bare, routed, checked, npm, small, big },
    });
  },
};

const round = (value: number): number => Math.round(value * 100) / 100;
