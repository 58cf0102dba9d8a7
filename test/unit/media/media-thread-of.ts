import { Worker } from 'node:worker_threads';
import { jest } from '@jest/globals';
import type { Media } from '../../../src/media/media.ts';

/** The media thread that takes the next command: the real one, found by what is posted to it. */
export async function mediaThreadOf(media: Media): Promise<Worker> {
  const post = jest.spyOn(Worker.prototype, 'postMessage');
  await media.stats();
  const [thread] = post.mock.contexts;
  post.mockRestore();
  if (!(thread instanceof Worker)) throw new Error('nothing was posted to a thread');
  return thread;
}
