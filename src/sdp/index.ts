export { localCodec, localCodecs, packetTime, payloadFormats, sameEncoding, type LocalCodec, type PayloadFormat } from './audio-codec.ts';
export { canReceive, canSend, mediaDirection, meet, reversed } from './direction.ts';
export type { LocalAudio, NegotiatedAudio, NegotiationFailure } from './local-audio.ts';
export { acceptAnswer, createAnswer, createOffer, type SentBefore } from './negotiate-audio.ts';
export { parseSdp, sdpLimits, type SdpError } from './parse-sdp.ts';
export { cryptoSuites, sdesCryptos, type CryptoSuite, type SdesCrypto } from './sdes.ts';
export { serialiseSdp } from './serialise-sdp.ts';
export { attributeValue, type Attribute, type Connection, type Direction, type MediaDescription, type Origin, type SessionDescription } from './session-description.ts';
