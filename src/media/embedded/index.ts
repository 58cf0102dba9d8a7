import type { Media } from '../media.ts';
import type { EmbeddedMediaConfig, EmbeddedMediaDeps } from './config.ts';
import { EmbeddedMedia } from './embedded-media.ts';

export type { EmbeddedMediaConfig, EmbeddedMediaDeps } from './config.ts';

/** The media plane inside this process, on its own threads. Call `start` before anything else. */
export function createEmbeddedMedia(config: EmbeddedMediaConfig, deps: EmbeddedMediaDeps): Media {
  return new EmbeddedMedia(config, deps);
}
