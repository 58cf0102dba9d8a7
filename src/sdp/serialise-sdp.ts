import type { Attribute, Bandwidth, Connection, MediaDescription, SessionDescription } from './session-description.ts';

/** Writes a session description in the order that RFC 8866 §9 demands, with CRLF. Missing `o=`, `s=`, `t=` get neutral values. */
export function serialiseSdp(description: SessionDescription): string {
  const origin = description.origin ?? { username: '-', sessionId: '0', sessionVersion: '0', nettype: 'IN', addrtype: 'IP4', address: '0.0.0.0' };
  const lines = [`v=${description.version}`];
  lines.push(`o=${origin.username} ${origin.sessionId} ${origin.sessionVersion} ${origin.nettype} ${origin.addrtype} ${origin.address}`);
  lines.push(`s=${description.name === undefined || description.name === '' ? '-' : description.name}`);
  if (description.information !== undefined) lines.push(`i=${description.information}`);
  if (description.uri !== undefined) lines.push(`u=${description.uri}`);
  for (const email of description.emails) lines.push(`e=${email}`);
  for (const phone of description.phones) lines.push(`p=${phone}`);
  if (description.connection !== undefined) lines.push(connectionLine(description.connection));
  pushBandwidths(lines, description.bandwidths);
  if (!description.timing.some((line) => line.type === 't')) lines.push('t=0 0');
  for (const { type, value } of description.timing) lines.push(`${type}=${value}`);
  pushAttributes(lines, description.attributes);
  for (const media of description.media) pushMedia(lines, media);
  return lines.join('\r\n') + '\r\n';
}

function pushMedia(lines: string[], media: MediaDescription): void {
  const ports = media.portCount === undefined ? `${media.port}` : `${media.port}/${media.portCount}`;
  lines.push(`m=${[media.media, ports, media.protocol, ...media.formats].join(' ')}`);
  if (media.title !== undefined) lines.push(`i=${media.title}`);
  if (media.connection !== undefined) lines.push(connectionLine(media.connection));
  pushBandwidths(lines, media.bandwidths);
  pushAttributes(lines, media.attributes);
}

function connectionLine({ nettype, addrtype, address, ttl, count }: Connection): string {
  const suffix = `${ttl === undefined ? '' : `/${ttl}`}${count === undefined ? '' : `/${count}`}`;
  return `c=${nettype} ${addrtype} ${address}${suffix}`;
}

function pushBandwidths(lines: string[], bandwidths: readonly Bandwidth[]): void {
  for (const { type, value } of bandwidths) lines.push(`b=${type}:${value}`);
}

function pushAttributes(lines: string[], attributes: readonly Attribute[]): void {
  for (const { name, value } of attributes) lines.push(value === undefined ? `a=${name}` : `a=${name}:${value}`);
}
