/** The agent that the live parts talk to: our real user agent on loopback, with real media sections in its SDP. */
export interface LiveAgentOptions {
  /** 0: any free port. */
  readonly port: number;
  /** `none`: answer at once, without even a 100 or 180. */
  readonly provisional?: 'none' | 'ringing';
  /** BYE that long after our 200; null: never. */
  readonly hangupAfterAnswerMs?: number | null;
}

export interface CallOptions {
  readonly hangupAfterAnswerMs: number | null;
  /** CANCEL that long after the INVITE, though not before the first provisional response. */
  readonly cancelAfterMs?: number;
  readonly credentials?: { readonly realm: string; readonly user: string; readonly password: string };
  readonly supported?: readonly string[];
}

export interface LiveAgent {
  readonly port: number;
  /** Calls not yet ended. */
  openCalls(): number;
  call(target: string, options: CallOptions): void;
  register(target: string, options: CallOptions): void;
  close(): Promise<void>;
}

export function startLiveAgent(_options: LiveAgentOptions): Promise<LiveAgent> {
  return Promise.reject(new Error('the user agent is not there yet'));
}
