import { createRequire } from 'node:module';

interface Koffi {
  load(name: string): { func(declaration: string): (...args: unknown[]) => unknown };
}

/** The digits that spandsp's own DTMF receiver (Debian's libspandsp2) finds in 8 kHz audio. */
export function spandspDigits(samples: Int16Array): string {
  const library = (createRequire(import.meta.url)('koffi') as Koffi).load('libspandsp.so.2');
  const init = library.func('void* dtmf_rx_init(void* state, void* callback, void* user)');
  const receive = library.func('int dtmf_rx(void* state, void* samples, int count)');
  const get = library.func('size_t dtmf_rx_get(void* state, void* digits, int most)');
  const free = library.func('int dtmf_rx_free(void* state)');
  const state = init(null, null, null);
  const digits = Buffer.alloc(129);
  let found = '';
  // It keeps 128 digits at most: they are fetched after each frame.
  for (let at = 0; at < samples.length; at += 160) {
    const frame = samples.slice(at, at + 160);
    receive(state, frame, frame.length);
    found += digits.toString('latin1', 0, Number(get(state, digits, 128)));
  }
  free(state);
  return found;
}
