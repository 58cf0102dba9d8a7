import { randomBytes } from 'node:crypto';
import { acceptAnswer, createAnswer, createOffer, cryptoSuites, parseSdp, serialiseSdp, type Direction, type LocalAudio, type NegotiatedAudio, type SentBefore } from '../../sdp/index.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { MediaEventMap, OpenEndpoint } from '../media.ts';
import { isCodecAvailable } from './codecs.ts';
import type { SocketPair } from './packet-io.ts';

export interface NegotiationError {
  readonly kind: MediaEventMap['endpoint.failed']['kind'];
  readonly reason: string;
}

/** The offer/answer state of one endpoint: our last description, its version, and the direction that we want. */
export class EndpointNegotiation {
  readonly #pair: SocketPair;
  readonly #address: string;
  readonly #codecs: readonly string[];
  readonly #srtp: LocalAudio['srtp'];
  readonly #keys: LocalAudio['keys'];
  readonly #sessionId: string;
  #version = 0;
  #direction: Direction = 'sendrecv';
  #sent: SentBefore | undefined;

  constructor(command: OpenEndpoint, pair: SocketPair, address: string, codecs: readonly string[]) {
    this.#pair = pair;
    this.#address = address;
    this.#codecs = (command.codecs ?? codecs).filter(isCodecAvailable);
    this.#srtp = command.srtp ?? 'never';
    this.#keys = this.#srtp === 'never' ? [] : cryptoSuites.map((suite) => ({ suite, keySalt: randomBytes(30).toString('base64') }));
    this.#sessionId = String(randomBytes(6).readUIntBE(0, 6));
  }

  offer(direction?: Direction): string {
    if (direction !== undefined) this.#direction = direction;
    const description = createOffer(this.#next(), this.#sent);
    this.#sent = { description, section: this.#sent?.section ?? 0 };
    return serialiseSdp(description);
  }

  answer(remoteSdp: string): Result<{ sdp: string; agreed: NegotiatedAudio }, NegotiationError> {
    const parsed = parseSdp(remoteSdp);
    if (!parsed.ok) return fail({ kind: 'bad-sdp', reason: `line ${parsed.error.line}: ${parsed.error.reason}` });
    const result = createAnswer(parsed.value, this.#next());
    if (!result.ok) return result;
    this.#sent = { description: result.value.answer, section: result.value.agreed.section };
    return ok({ sdp: serialiseSdp(result.value.answer), agreed: result.value.agreed });
  }

  accept(remoteSdp: string): Result<NegotiatedAudio, NegotiationError> {
    if (this.#sent === undefined) return fail({ kind: 'error', reason: 'an answer without an offer of ours' });
    const parsed = parseSdp(remoteSdp);
    if (!parsed.ok) return fail({ kind: 'bad-sdp', reason: `line ${parsed.error.line}: ${parsed.error.reason}` });
    return acceptAnswer(this.#sent, parsed.value, this.#local());
  }

  #next(): LocalAudio {
    this.#version += 1;
    return this.#local();
  }

  #local(): LocalAudio {
    return {
      address: this.#address, rtpPort: this.#pair.rtp.port, rtcpPort: this.#pair.rtcp.port, sessionId: this.#sessionId, sessionVersion: this.#version,
      codecs: this.#codecs, direction: this.#direction, ptimeMs: 20, rtcpMux: true, srtp: this.#srtp, keys: this.#keys,
    };
  }
}
