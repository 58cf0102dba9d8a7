import type { MediaId } from '../kernel/ids.ts';
import type { Logger } from '../kernel/logger.ts';
import { NailupError } from '../kernel/nailup-error.ts';
import type { Media, MediaEvent } from '../media/media.ts';

interface Listener {
  readonly hear: (samples: Int16Array) => void;
  readonly ended: () => void;
}

/** Operators who listen to legs: the media plane's tap is on while anybody does. Each beginning and end is an audit line. */
export class LegTaps {
  readonly #log: Logger;
  readonly #listeners = new Map<MediaId, Set<Listener>>();

  constructor(log: Logger) {
    this.#log = log;
  }

  get open(): number {
    return this.#listeners.size;
  }

  async listen(media: Media, leg: string, who: string, hear: Listener['hear'], ended: Listener['ended']): Promise<() => void> {
    const node = leg as MediaId;
    const { legs } = await media.stats();
    if (!legs.some((one) => one.node === node) || !media.tap({ node, on: true }).accepted) throw new NailupError('MEDIA_LEG_UNKNOWN', 'no such leg', { place: leg, mend: 'nailup media stats lists the legs.' });
    const listener: Listener = { hear, ended };
    const listeners = this.#listeners.get(node) ?? new Set();
    listeners.add(listener);
    this.#listeners.set(node, listeners);
    const since = performance.now();
    this.#log.info({ audit: 'media.tap', leg, who }, 'an operator listens to a leg');
    return () => {
      if (!listeners.delete(listener)) return;
      this.#log.info({ audit: 'media.tap.end', leg, who, ms: Math.round(performance.now() - since) }, 'an operator no longer listens');
      if (listeners.size > 0 || this.#listeners.get(node) !== listeners) return;
      this.#listeners.delete(node);
      media.tap({ node, on: false });
    };
  }

  onMedia(event: MediaEvent): void {
    if (event.name !== 'audio' && event.name !== 'node.closed') return;
    const listeners = this.#listeners.get(event.node);
    if (listeners === undefined) return;
    if (event.name === 'audio') for (const { hear } of listeners) hear(event.samples);
    else {
      this.#listeners.delete(event.node);
      for (const { ended } of [...listeners]) ended();
    }
  }
}
