/** What to do with a packet by its source. `learn`: it is taken, and we send there from now on. */
export type LatchVerdict = 'take' | 'learn' | 'refuse';

/** Consecutive packets that a source other than the signalled one must show before it is believed. */
const provingPackets = 3;
/** The signalled address may still take over from a learned one within this time. Milliseconds. */
const contestMs = 5000;
/** A confirmed source must have been silent so long before another port of the same host may follow it. */
const silenceMs = 1000;

/**
 * Symmetric RTP with protection against hijack. The signalled address is believed at its first packet. Behind a NAT the
 * packets come from elsewhere: such a source is learned when it shows three packets in sequence of one SSRC and nothing has come
 * from the signalled address. Once a source is confirmed, others are refused; only another port of the same host may follow
 * after a second of silence (a NAT that forgot its binding), or whatever a new description signals.
 */
export class Latch {
  #expectedAddress = 0;
  #expectedPort = 0;
  #address = 0;
  #port = 0;
  #confirmed = false;
  #bySignal = false;
  #confirmedAt = 0;
  #lastMs = 0;
  #candidateAddress = 0;
  #candidatePort = 0;
  #candidateSsrc = 0;
  #candidateSequence = 0;
  #proofs = 0;
  /** Packets refused. */
  refused = 0;

  /** A description signals this address. An unchanged one changes nothing. */
  expect(address: number, port: number): void {
    if (address === this.#expectedAddress && port === this.#expectedPort) return;
    this.#expectedAddress = address;
    this.#expectedPort = port;
    this.#confirmed = false;
    this.#proofs = 0;
  }

  /** RTCP may come from any port of the host that RTP comes from, or is expected from. */
  knowsHost(address: number): boolean {
    return address === (this.#confirmed ? this.#address : this.#expectedAddress) || address === this.#expectedAddress;
  }

  judge(address: number, port: number, ssrc: number, sequence: number, nowMs: number): LatchVerdict {
    if (this.#confirmed && address === this.#address && port === this.#port) {
      this.#lastMs = nowMs;
      return 'take';
    }
    if (address === this.#expectedAddress && port === this.#expectedPort && (!this.#confirmed || (!this.#bySignal && nowMs - this.#confirmedAt < contestMs))) {
      this.#confirm(address, port, true, nowMs);
      return 'learn';
    }
    const open = !this.#confirmed || (nowMs - this.#lastMs > silenceMs && address === this.#address);
    if (!open || !this.#proves(address, port, ssrc, sequence)) {
      this.refused += 1;
      return 'refuse';
    }
    this.#confirm(address, port, false, nowMs);
    return 'learn';
  }

  /** The source that it was confirmed for still sends. */
  heard(nowMs: number): void {
    this.#lastMs = nowMs;
  }

  #proves(address: number, port: number, ssrc: number, sequence: number): boolean {
    const follows = address === this.#candidateAddress && port === this.#candidatePort && ssrc === this.#candidateSsrc && sequence === ((this.#candidateSequence + 1) & 0xffff);
    this.#proofs = follows ? this.#proofs + 1 : 1;
    this.#candidateAddress = address;
    this.#candidatePort = port;
    this.#candidateSsrc = ssrc;
    this.#candidateSequence = sequence;
    return this.#proofs >= provingPackets;
  }

  #confirm(address: number, port: number, bySignal: boolean, nowMs: number): void {
    this.#address = address;
    this.#port = port;
    this.#confirmed = true;
    this.#bySignal = bySignal;
    this.#confirmedAt = nowMs;
    this.#lastMs = nowMs;
    this.#proofs = 0;
  }
}
