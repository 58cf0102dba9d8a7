/** A media adapter under test with its events, and phones at it. */
import type { MediaId } from '../../../src/kernel/ids.ts';
import type { Edge, Media, MediaEvent, MediaEventMap, OpenEndpoint } from '../../../src/media/media.ts';
import { RtpPeer } from './rtp-peer.ts';

export const id = (name: string): MediaId => name as MediaId;

export class MediaHarness {
  readonly media: Media;
  readonly events: MediaEvent[] = [];
  readonly peers: RtpPeer[] = [];
  readonly #open = new Set<MediaId>();
  readonly #waiting = new Set<() => void>();

  constructor(media: Media) {
    this.media = media;
  }

  async start(): Promise<void> {
    await this.media.start((event) => {
      this.events.push(event);
      if (event.name === 'endpoint.ready' || event.name === 'endpoint.failed') this.#open.add(event.node);
      for (const wake of [...this.#waiting]) wake();
    });
  }

  /** The first event of that name for which `which` holds, past or to come. */
  async event<N extends keyof MediaEventMap>(name: N, which: (event: MediaEventMap[N]) => boolean = () => true, timeoutMs = 4000): Promise<MediaEventMap[N]> {
    let found: MediaEventMap[N] | undefined;
    await this.until(() => (found = this.all(name).find(which)) !== undefined, timeoutMs, name);
    return found!;
  }

  all<N extends keyof MediaEventMap>(name: N): MediaEventMap[N][] {
    return this.events.filter((event) => event.name === name) as unknown as MediaEventMap[N][];
  }

  /** Waits until the condition holds; asked at every event and every 10 ms. */
  async until(condition: () => boolean, timeoutMs = 4000, what = 'the condition'): Promise<void> {
    if (condition()) return;
    await new Promise<void>((resolve, reject) => {
      const stop = (): void => {
        this.#waiting.delete(check);
        clearInterval(poll);
        clearTimeout(limit);
      };
      const check = (): void => {
        if (!condition()) return;
        stop();
        resolve();
      };
      const poll = setInterval(check, 10);
      const limit = setTimeout(() => {
        stop();
        reject(new Error(`${what} did not come within ${timeoutMs} ms; events: ${this.events.map((e) => e.name).join(' ')}`));
      }, timeoutMs);
      this.#waiting.add(check);
    });
  }

  /** A phone joined to a new endpoint that answers its offer. Its clock runs. */
  async phone(name: string, options: { sdp?: Parameters<RtpPeer['sdp']>[0]; open?: Partial<OpenEndpoint> } = {}): Promise<RtpPeer> {
    const peer = await RtpPeer.open();
    this.peers.push(peer);
    const reply = this.media.openEndpoint({ node: id(name), remoteSdp: peer.sdp(options.sdp), ...options.open });
    if (!reply.accepted) throw new Error(reply.refusal.reason);
    peer.aim((await this.event('endpoint.ready', (event) => event.node === id(name))).sdp);
    await this.event('endpoint.negotiated', (event) => event.node === id(name));
    peer.start();
    return peer;
  }

  join(a: string, b: string, edge: Partial<Edge> = {}): void {
    this.connect(a, b, edge);
    this.connect(b, a, edge);
  }

  connect(from: string, to: string, edge: Partial<Edge> = {}): void {
    const reply = this.media.connect({ from: id(from), to: id(to), ...edge });
    if (!reply.accepted) throw new Error(reply.refusal.reason);
  }

  async closeAll(): Promise<void> {
    for (const peer of this.peers) peer.close();
    this.peers.length = 0;
    for (const node of this.#open) this.media.close({ node });
    // What comes late would be taken for the next case's.
    await this.until(() => [...this.#open].every((node) => this.all('node.closed').some((event) => event.node === node)), 4000, 'the end of all nodes');
    this.#open.clear();
  }

  digits(node: string): string {
    return this.all('digit').filter((event) => event.node === id(node)).map((event) => event.digit).join('');
  }
}

export const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
