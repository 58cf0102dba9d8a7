/** One SIP stack under measurement, in the two roles. Only what one call needs: INVITE, 180, 200, ACK, BYE, 200. */
export interface Stack {
  /** Answers every call with 180 and 200. Resolves with the bound port. */
  serve(): Promise<number>;
  /** Makes one call to the port and hangs up as soon as it is answered. `done` is called once. */
  call(port: number, done: (ok: boolean) => void): void;
  /** Binds for calling. */
  openClient(): Promise<void>;
  /** Requests or responses that this side sent a second time. */
  retransmissions(): number;
}

export const sdp = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n';
