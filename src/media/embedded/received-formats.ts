import type { NegotiatedAudio, PayloadFormat } from '../../sdp/index.ts';
import { createCodec, type Codec } from './codecs.ts';

/** The audio formats that may arrive, by payload type. */
export class ReceivedFormats {
  #formats: readonly PayloadFormat[] = [];
  #codecs: ReadonlyMap<number, Codec> = new Map();
  /** Of the description before, until a packet of this one is due; undefined: none. */
  #former: Map<number, Codec> | undefined;
  /** The payload type that nearly every packet has: it is not looked up. */
  #usualType = -1;
  #usual: Codec;

  constructor(codec: Codec) {
    this.#usual = codec;
  }

  /**
   * From a new description on, what is on its way in a format of the one before is still understood, until the first packet in one of the
   * new formats is due (RFC 3264 §8.3.2); not where audio has another rate now, or RTP (`otherClock`).
   */
  agree({ receive, send }: NegotiatedAudio, codec: Codec, otherClock: boolean): void {
    const codecs = new Map<number, Codec>();
    const kept = new Map([...this.#codecs].filter(([, own]) => own.rate === codec.rate && !otherClock));
    for (const format of receive) {
      // Its state goes on with it.
      const own = (this.#formats.some((one) => JSON.stringify(one) === JSON.stringify(format)) ? kept.get(format.payloadType) : undefined) ?? createCodec(format);
      kept.delete(format.payloadType);
      if (own !== undefined && own.rate === codec.rate) codecs.set(format.payloadType, own);
    }
    this.#formats = receive;
    this.#codecs = codecs;
    this.#former = kept.size === 0 ? undefined : kept;
    const usual = codecs.get(send.payloadType);
    this.#usualType = usual === undefined ? -1 : send.payloadType;
    this.#usual = usual ?? codec;
  }

  get usual(): Codec {
    return this.#usual;
  }

  /** Only one may arrive. */
  get isOne(): boolean {
    return this.#codecs.size === 1 && this.#former === undefined;
  }

  get size(): number {
    return this.#codecs.size;
  }

  has(payloadType: number): boolean {
    return payloadType === this.#usualType || this.#codecs.has(payloadType) || this.#former?.has(payloadType) === true;
  }

  /** The codec of a packet that is due. */
  codecOf(payloadType: number): Codec {
    if (this.#former !== undefined) {
      const former = this.#former.get(payloadType);
      if (former !== undefined) return former;
      this.#former = undefined;
    }
    return payloadType === this.#usualType ? this.#usual : (this.#codecs.get(payloadType) ?? this.#usual);
  }
}
