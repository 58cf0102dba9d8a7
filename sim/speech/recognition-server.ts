import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DtmfDetector } from '../../src/audio/dtmf-detector.ts';
import { VoiceActivityDetector } from '../../src/audio/voice-activity.ts';

const WORDS: Readonly<Record<string, string>> = { '0': 'zero', '1': 'one', '2': 'two', '3': 'three', '4': 'four', '5': 'five', '6': 'six', '7': 'seven', '8': 'eight', '9': 'nine', '*': 'star', '#': 'hash' };

interface Opening {
  readonly language: string;
  readonly sampleRate: number;
  readonly maxSpeechMs: number;
  readonly completeSilenceMs: number;
  readonly grammars: readonly { readonly key: string; readonly srgs: string }[];
}

/**
 * A test server of the recognition protocol (docs/speech.md). It understands touch tones: each digit heard in the audio is
 * one word of the utterance. Speech without a digit is `nomatch`; a body that ends without any sound is `noinput`.
 */
export class RecognitionServer {
  readonly #server: Server;
  /** The opening lines received, for tests. */
  readonly openings: Opening[] = [];

  constructor() {
    this.#server = createServer((request, response) => {
      if (request.method !== 'POST' || request.headers['content-type'] !== 'application/x-nailup-recognition') {
        response.writeHead(415).end();
        return;
      }
      let head = Buffer.alloc(0);
      let opening: Opening | undefined;
      let odd = Buffer.alloc(0);
      let digits = '';
      let answered = false;
      let listener: { detector: DtmfDetector; voice: VoiceActivityDetector; heard: boolean } | undefined;
      const answer = (): void => {
        if (answered) return;
        answered = true;
        listener?.detector.flush();
        const utterance = [...digits].map((d) => WORDS[d] ?? d).join(' ');
        const outcome = digits !== '' ? { kind: 'match', alternatives: [{ utterance, confidence: 0.93 }] } : { kind: listener?.heard === true ? 'nomatch' : 'noinput' };
        response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(outcome));
      };
      request.on('data', (chunk: Buffer) => {
        let audio = chunk;
        if (opening === undefined) {
          head = Buffer.concat([head, chunk]);
          const end = head.indexOf(10);
          if (end < 0) return;
          opening = JSON.parse(head.subarray(0, end).toString('utf8')) as Opening;
          this.openings.push(opening);
          audio = head.subarray(end + 1);
          listener = {
            detector: new DtmfDetector((digit) => (digits += digit), opening.sampleRate),
            voice: new VoiceActivityDetector(opening.sampleRate, { hangoverMs: opening.completeSilenceMs }),
            heard: false,
          };
        }
        if (listener === undefined) return;
        const bytes = Buffer.concat([odd, audio]);
        odd = bytes.subarray(bytes.length & ~1);
        const samples = new Int16Array(bytes.length >> 1);
        for (let i = 0; i < samples.length; i++) samples[i] = bytes.readInt16LE(i * 2);
        listener.detector.process(samples);
        const size = opening.sampleRate / 50;
        for (let i = 0; i + size <= samples.length; i += size) {
          const changed = listener.voice.process(samples.subarray(i, i + size));
          if (changed && listener.voice.speaking) listener.heard = true;
          if (changed && !listener.voice.speaking) answer();
        }
      });
      request.on('end', answer);
      request.on('error', () => undefined);
    });
  }

  /** Listens on 127.0.0.1 and returns the URL. */
  start(port = 0): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', () => resolve(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/recognize`));
    });
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.closeAllConnections();
      this.#server.close(() => resolve());
    });
  }
}
