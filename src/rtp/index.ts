export { JitterBuffer, type JitterBufferOptions, type Pulled } from './jitter-buffer.ts';
export { ReceptionStatistics, type Arrival } from './reception-statistics.ts';
export { readRtcp, RtcpWriter, rtcpType, type RtcpReader } from './rtcp.ts';
export { isRtcp, readUint32, rtpHeaderBytes, RtpPacket, writeRtpHeader, writeUint32 } from './rtp-packet.ts';
export { eventOfKey, keyOfEvent } from './telephone-event.ts';
export { TelephoneEventReceiver, type TelephoneEventListener } from './telephone-event-receiver.ts';
export { TelephoneEventSender } from './telephone-event-sender.ts';
export { meanOpinionScore, ratingFactor, type VoiceQualityInput } from './voice-quality.ts';
export { SrtpContext, srtpOverhead, type SrtpSuite } from './srtp.ts';
