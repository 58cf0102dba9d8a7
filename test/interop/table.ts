import { asteriskVersion } from './asterisk-root.ts';
import { peerVersions } from './debian-packages.ts';
import type { InteropCase, NotPossible, PeerName } from './interop-case.ts';

export interface Outcome {
  readonly case: InteropCase;
  readonly passed: boolean;
  /** What was measured, or what went wrong: one line. */
  readonly words: string;
}

const packageOf: Readonly<Record<Exclude<PeerName, 'asterisk'>, string>> = {
  baresip: 'baresip-core', sipp: 'sip-tester', kamailio: 'kamailio', linphone: 'linphone-cli', tshark: 'tshark', spandsp: 'libspandsp2',
  'espeak-ng': 'espeak-ng', flite: 'flite', pocketsphinx: 'pocketsphinx',
};
const order: readonly PeerName[] = ['baresip', 'asterisk', 'sipp', 'kamailio', 'linphone', 'tshark', 'spandsp', 'espeak-ng', 'flite', 'pocketsphinx'];

/** `docs/interop.md`: peer × capability, as this run saw it. */
export function interopTable(outcomes: readonly Outcome[], impossible: readonly NotPossible[]): string {
  const versions = peerVersions();
  const versionOf = (peer: PeerName): string => (peer === 'asterisk' ? asteriskVersion() : versions[packageOf[peer]]) ?? 'not installed';
  const cells = new Map<string, Map<PeerName, string>>();
  const put = (capability: string, peer: PeerName, word: string): void => {
    const row = cells.get(capability) ?? new Map<PeerName, string>();
    cells.set(capability, row.set(peer, row.has(peer) ? `${row.get(peer) ?? ''}, ${word}` : word));
  };
  for (const { case: one, passed } of outcomes) for (const peer of one.peers) put(one.capability, peer, passed ? 'yes' : '**fails**');
  for (const { peer, capability } of impossible) put(capability, peer, 'not possible');
  const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  return [
    '# Interoperation',
    '',
    'Made by `npm run test:interop -- --write`. Every entry with a SIP peer is a call over real SIP and RTP on loopback between Nailup and a program that others',
    'wrote. In calls with baresip, asterisk and linphone each side sends a tone and the recordings of both are measured (Goertzel); sipp records nothing, so our tone goes',
    'to it and back. Rows of signalling alone (registration, REFER, refresh, INFO) check messages, and sound where their result says so.',
    '',
    `Peers: ${order.map((peer) => `${peer} ${versionOf(peer)}`).join(', ')}; Node ${process.versions.node}. ${outcomes.filter((one) => one.passed).length} passed, ${outcomes.filter((one) => !one.passed).length} failed.`,
    '',
    `| capability | ${order.join(' | ')} |`,
    `|---|${order.map(() => '---').join('|')}|`,
    ...[...cells].map(([capability, row]) => `| ${cell(capability)} | ${order.map((peer) => row.get(peer) ?? '').join(' | ')} |`),
    '',
    '## What was measured',
    '',
    '| case | result |',
    '|---|---|',
    ...outcomes.map(({ case: one, passed, words }) => `| ${one.name} | ${passed ? '' : '**fails**: '}${cell(words.split('\n', 1)[0] ?? '')} |`),
    '',
    '## Not possible',
    '',
    '| peer | capability | why |',
    '|---|---|---|',
    ...impossible.map(({ peer, capability, why }) => `| ${peer} | ${cell(capability)} | ${cell(why)} |`),
    '',
  ].join('\n');
}
