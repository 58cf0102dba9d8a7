import { fail, ok, type Result } from '../kernel/result.ts';
import { localCodec, packetTime, payloadFormats, sameEncoding, type LocalCodec, type PayloadFormat } from './audio-codec.ts';
import { mediaDirection, meet } from './direction.ts';
import type { LocalAudio, NegotiatedAudio, NegotiationFailure } from './local-audio.ts';
import { isRedundancy, offeredLevels, redundancyOf, redundantFormat } from './redundant-events.ts';
import { cryptoLine, sdesCryptos, type SdesCrypto } from './sdes.ts';
import { attributeValue, type Attribute, type MediaDescription, type SessionDescription } from './session-description.ts';

/** The description that we sent last and the section that carries our audio, so that a further one keeps its shape and numbers. */
export interface SentBefore {
  readonly description: SessionDescription;
  readonly section: number;
}

/** An offer (RFC 3264 §5), or a later one in the same session (§8), which keeps sections and payload numbers. */
export function createOffer(local: LocalAudio, before?: SentBefore): SessionDescription {
  const known = before === undefined ? [] : payloadFormats(before.description.media[before.section] ?? noMedia);
  const formats = numberFormats(local.codecs, known);
  const cryptos = local.srtp === 'require' ? local.keys.map((key, index) => ({ tag: index + 1, ...key })) : [];
  const audio = audioSection(local, formats, cryptos.length > 0 ? 'RTP/SAVP' : 'RTP/AVP', local.direction, cryptos, local.rtcpMux);
  const section = before?.section ?? 0;
  const media = before === undefined ? [audio] : before.description.media.map((old, index) => (index === section ? audio : rejected(old)));
  return describe(local, media);
}

/** Answers an offer (RFC 3264 §6): the first audio section that can be served, every other one refused with port 0. */
export function createAnswer(offer: SessionDescription, local: LocalAudio): Result<{ answer: SessionDescription; agreed: NegotiatedAudio }, NegotiationFailure> {
  if (offer.version !== 0) return fail({ kind: 'bad-sdp', reason: `v=${offer.version} is not a version that exists` });
  if (offer.media.length === 0) return fail({ kind: 'bad-sdp', reason: 'the offer has no m= section' });
  let reason = 'the offer has no audio section';
  for (const [section, media] of offer.media.entries()) {
    if (media.media !== 'audio' || media.port === 0) continue;
    const match = matchSection(offer, media, section, local);
    if (!match.ok) {
      reason = match.error.reason;
      continue;
    }
    const agreed = match.value;
    const formats = [agreed.send, ...(agreed.receiveEvents === undefined ? [] : [agreed.receiveEvents])];
    if (agreed.redundancy !== undefined && agreed.sendEvents !== undefined) formats.push(redundantFormat(agreed.redundancy.receiveType, agreed.sendEvents, agreed.redundancy.levels));
    if (agreed.comfortNoise !== undefined) formats.push({ payloadType: agreed.comfortNoise, encoding: 'CN', clockRate: 8000, channels: 1 });
    const ours = agreed.crypto === undefined ? [] : [agreed.crypto.local];
    const audio = audioSection(local, formats, media.protocol, agreed.direction, ours, agreed.rtcpMux);
    return ok({ answer: describe(local, offer.media.map((other, index) => (index === section ? audio : rejected(other)))), agreed: { ...agreed, receive: [agreed.send] } });
  }
  return fail({ kind: 'unsupported', reason });
}

/** Reads the far end's answer to the offer that we sent. */
export function acceptAnswer(sent: SentBefore, answer: SessionDescription, local: LocalAudio): Result<NegotiatedAudio, NegotiationFailure> {
  const offered = sent.description.media[sent.section];
  const media = answer.media[sent.section];
  if (answer.version !== 0 || offered === undefined || media === undefined) return fail({ kind: 'bad-sdp', reason: 'the answer lacks our audio section' });
  if (media.media !== 'audio') return fail({ kind: 'bad-sdp', reason: `the answer's section ${sent.section} is ${media.media}, not audio` });
  if (media.port === 0) return fail({ kind: 'unsupported', reason: 'the far end rejected the audio stream' });
  const match = matchSection(answer, media, sent.section, local);
  if (!match.ok) return match;
  const ours = payloadFormats(offered);
  const asOffered = (format: PayloadFormat): PayloadFormat => ours.find((candidate) => sameEncoding(candidate, format)) ?? format;
  const { send, receiveEvents, redundancy, crypto, ...rest } = match.value;
  const oursRedundant = ours.find(isRedundancy);
  const agreed: NegotiatedAudio = {
    ...rest, send,
    // RFC 3264 §7: the answer's numbers are for what we send, the offer's for what we receive; some peers use theirs both ways.
    receive: [...match.value.receive.map(asOffered), ...match.value.receive.filter((format) => asOffered(format).payloadType !== format.payloadType && !ours.some((o) => o.payloadType === format.payloadType))],
    ...(receiveEvents === undefined ? {} : { receiveEvents: asOffered(receiveEvents) }),
    ...(redundancy === undefined || oursRedundant === undefined ? {} : { redundancy: { ...redundancy, receiveType: oursRedundant.payloadType } }),
    rtcpMux: match.value.rtcpMux && attributeValue(offered.attributes, 'rtcp-mux') !== undefined,
  };
  if (crypto === undefined) return ok(agreed);
  // The answer repeats the tag of the line it chose (RFC 4568 §5.1.3); our own key stands on that line of our offer.
  const local_ = sdesCryptos(offered).find((line) => line.tag === crypto.remote.tag && line.suite === crypto.remote.suite);
  if (local_ === undefined) return fail({ kind: 'bad-sdp', reason: 'the answer chose a crypto line that was not offered' });
  return ok({ ...agreed, crypto: { local: local_, remote: crypto.remote } });
}

const noMedia: MediaDescription = { media: 'audio', port: 0, protocol: 'RTP/AVP', formats: [], bandwidths: [], attributes: [] };
const plainProtocols: readonly string[] = ['RTP/AVP', 'RTP/AVPF'];
const secureProtocols: readonly string[] = ['RTP/SAVP', 'RTP/SAVPF'];

/** What one section of the far end and our wishes have in common, in the far end's order. */
function matchSection(session: SessionDescription, media: MediaDescription, section: number, local: LocalAudio): Result<NegotiatedAudio, NegotiationFailure> {
  const unsupported = (reason: string): Result<NegotiatedAudio, NegotiationFailure> => fail({ kind: 'unsupported', reason });
  const protocol = media.protocol.toUpperCase();
  const secure = secureProtocols.includes(protocol);
  if (!secure && !plainProtocols.includes(protocol)) return unsupported(`transport ${media.protocol} is not served`);
  const crypto = agreeCrypto(media, local);
  if (secure && crypto === undefined) return unsupported(local.srtp === 'never' ? 'SRTP is switched off' : 'no crypto line in common');
  if (local.srtp === 'require' && crypto === undefined) return unsupported('SRTP is required and was not offered');

  const ours = local.codecs.map(localCodec).filter((codec) => codec !== undefined);
  const common = payloadFormats(media).filter((format) => ours.some((codec) => sameEncoding(codec, format) || sameEvents(codec, format)));
  const audio = common.filter((format) => !isAuxiliary(format.encoding));
  const send = audio[0];
  if (send === undefined) return unsupported(`no common codec: the far end has ${payloadFormats(media).map((f) => f.encoding).join(', ') || 'none'}`);
  const eventFormats = common.filter((format) => format.encoding.toLowerCase() === 'telephone-event');
  const events = eventFormats.find((format) => format.clockRate === send.clockRate) ?? eventFormats.find((format) => format.clockRate === 8000);
  const redundancy = events === undefined || events.clockRate !== send.clockRate ? undefined : redundancyOf(payloadFormats(media), events);
  const comfortNoise = common.find((format) => format.encoding.toUpperCase() === 'CN' && format.clockRate === send.clockRate);

  const connection = media.connection ?? session.connection;
  if (connection === undefined) return fail({ kind: 'bad-sdp', reason: 'no c= line for the audio section' });
  const direction = meet(local.direction, mediaDirection(session, media));
  const most = packetTime(media, 'maxptime') ?? 1000;
  const wanted = packetTime(media, 'ptime') ?? local.ptimeMs;
  const mux = local.rtcpMux && attributeValue(media.attributes, 'rtcp-mux') !== undefined;
  return ok({
    section, send, receive: audio, direction, rtcpMux: mux,
    ...(events === undefined ? {} : { sendEvents: events, receiveEvents: events }),
    ...(redundancy === undefined ? {} : { redundancy }),
    ...(comfortNoise === undefined ? {} : { comfortNoise: comfortNoise.payloadType }),
    remote: { address: connection.address, port: media.port, ...rtcpTarget(media, connection.address, mux) },
    ptimeMs: Math.min(wanted, most),
    ...(crypto === undefined ? {} : { crypto }),
  });
}

function agreeCrypto(media: MediaDescription, local: LocalAudio): { local: SdesCrypto; remote: SdesCrypto } | undefined {
  if (local.srtp === 'never') return undefined;
  for (const remote of sdesCryptos(media)) {
    const key = local.keys.find((candidate) => candidate.suite === remote.suite);
    if (key !== undefined) return { remote, local: { tag: remote.tag, suite: remote.suite, keySalt: key.keySalt } };
  }
  return undefined;
}

/** `a=rtcp` (RFC 3605), else the next port, or the same one when multiplexed. */
function rtcpTarget(media: MediaDescription, address: string, mux: boolean): { rtcpAddress: string; rtcpPort: number } {
  if (mux) return { rtcpAddress: address, rtcpPort: media.port };
  const match = /^(\d{1,5})(?:\s+IN\s+IP[46]\s+(\S+))?/.exec(attributeValue(media.attributes, 'rtcp') ?? '');
  const port = match === null ? 0 : Number(match[1]);
  if (match === null || port < 1 || port > 65_535) return { rtcpAddress: address, rtcpPort: Math.min(media.port + 1, 65_535) };
  return { rtcpAddress: match[2] ?? address, rtcpPort: port };
}

const isAuxiliary = (encoding: string): boolean => encoding.toLowerCase() === 'telephone-event' || encoding.toUpperCase() === 'CN' || isRedundancy({ encoding });

/** Events are understood at any clock rate. */
function sameEvents(codec: LocalCodec, format: PayloadFormat): boolean {
  return codec.encoding === 'telephone-event' && format.encoding.toLowerCase() === 'telephone-event';
}

/** Gives each codec its payload number: its static one, the one it had before, or the next free dynamic one (events like 101). */
function numberFormats(names: readonly string[], known: readonly PayloadFormat[]): PayloadFormat[] {
  const codecs = names.map(localCodec).filter((codec) => codec !== undefined).filter((codec) => !isRedundancy(codec));
  if (codecs.some((c) => c.encoding === 'telephone-event')) {
    for (const rate of new Set(codecs.filter((c) => !isAuxiliary(c.encoding) && c.clockRate !== 8000).map((c) => c.clockRate))) {
      codecs.push({ encoding: 'telephone-event', clockRate: rate, channels: 1, fmtp: '0-16' });
    }
  }
  const used = new Set(known.map((format) => format.payloadType));
  const free = (from: number): number => {
    let number = from;
    while (used.has(number)) number = number >= 127 ? 96 : number + 1;
    used.add(number);
    return number;
  };
  const formats = codecs.map((codec) => {
    const payloadType = codec.staticType ?? known.find((format) => sameEncoding(format, codec))?.payloadType
      ?? free(codec.encoding === 'telephone-event' ? 101 : 96);
    used.add(payloadType);
    const { encoding, clockRate, channels, fmtp } = codec;
    return { payloadType, encoding, clockRate, channels, ...(fmtp === undefined ? {} : { fmtp }) };
  });
  const events = formats.find((format) => format.encoding === 'telephone-event' && format.clockRate === 8000);
  const before = known.find((format) => isRedundancy(format) && format.clockRate === 8000);
  const wanted = before !== undefined || names.some((name) => isRedundancy({ encoding: name }));
  return events === undefined || !wanted ? formats : [...formats, redundantFormat(before?.payloadType ?? free(121), events, offeredLevels)];
}

function audioSection(local: LocalAudio, formats: readonly PayloadFormat[], protocol: string, direction: string, cryptos: readonly SdesCrypto[], mux: boolean): MediaDescription {
  const attributes: Attribute[] = [];
  for (const { payloadType, encoding, clockRate, channels, fmtp } of formats) {
    attributes.push({ name: 'rtpmap', value: `${payloadType} ${encoding}/${clockRate}${channels > 1 ? `/${channels}` : ''}` });
    const written = encoding.toLowerCase() === 'telephone-event' ? '0-16' : fmtp;
    if (written !== undefined) attributes.push({ name: 'fmtp', value: `${payloadType} ${written}` });
  }
  attributes.push({ name: 'ptime', value: String(local.ptimeMs) });
  if (mux) attributes.push({ name: 'rtcp-mux' });
  else if (local.rtcpPort !== local.rtpPort + 1) attributes.push({ name: 'rtcp', value: String(local.rtcpPort) });
  for (const crypto of cryptos) attributes.push({ name: 'crypto', value: cryptoLine(crypto) });
  attributes.push({ name: direction });
  return { media: 'audio', port: local.rtpPort, protocol, formats: formats.map((format) => String(format.payloadType)), bandwidths: [], attributes };
}

function rejected(media: MediaDescription): MediaDescription {
  return { media: media.media, port: 0, protocol: media.protocol, formats: media.formats.slice(0, 1), bandwidths: [], attributes: [] };
}

function describe(local: LocalAudio, media: readonly MediaDescription[]): SessionDescription {
  const addrtype = local.address.includes(':') ? 'IP6' : 'IP4';
  const origin = { username: '-', sessionId: local.sessionId, sessionVersion: String(local.sessionVersion), nettype: 'IN', addrtype, address: local.address };
  const connection = { nettype: 'IN', addrtype, address: local.address };
  return { version: 0, origin, name: '-', emails: [], phones: [], connection, bandwidths: [], timing: [], attributes: [], media };
}
