import { request as httpRequest, type ClientRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { RecognitionOutcome, RecognitionRequest, RecognitionStream, Recognizer } from '../recognizer.ts';

export interface HttpRecognizerOptions {
  readonly url: string;
  readonly languages: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  /** From the last audio to the answer. Default 10,000. */
  readonly answerTimeoutMs?: number;
}

const MAX_ANSWER_BYTES = 1024 * 1024;
/** Audio that the engine has not taken yet: past this it is too slow to be of use. */
const MAX_BACKLOG_BYTES = 4 * 1024 * 1024;

/**
 * Streams audio to an engine over HTTP (docs/speech.md): one chunked POST a recognition, of type
 * `application/x-nailup-recognition`: a line of JSON {language, sampleRate, maxSpeechMs, completeSilenceMs, grammars}, then
 * 16-bit little-endian samples as they come. The engine answers when it has decided, be it before the audio ends, with JSON
 * {kind: match | nomatch | noinput, alternatives?}. When maxSpeechMs of audio has been sent, the body ends.
 */
export class HttpRecognizer implements Recognizer {
  readonly name: string;
  readonly languages: readonly string[];
  readonly #options: HttpRecognizerOptions;

  constructor(options: HttpRecognizerOptions) {
    this.name = `http ${new URL(options.url).host}`;
    this.languages = options.languages;
    this.#options = options;
  }

  recognize(request: RecognitionRequest, onOutcome: (outcome: RecognitionOutcome) => void): RecognitionStream {
    const { url, headers, answerTimeoutMs = 10_000 } = this.#options;
    let ended = false;
    let sent = 0;
    const limit = (request.maxSpeechMs * request.sampleRate * 2) / 1000;
    const send = url.startsWith('https:') ? httpsRequest : httpRequest;
    const connection: ClientRequest = send(url, { method: 'POST', headers: { ...headers, 'Content-Type': 'application/x-nailup-recognition', Accept: 'application/json' }, timeout: answerTimeoutMs });
    const end = (outcome: RecognitionOutcome): void => {
      if (ended) return;
      ended = true;
      connection.destroy();
      onOutcome(outcome);
    };
    const failed = (reason: string): void => end({ kind: 'failed', reason: `${url}: ${reason}` });
    connection.on('error', (error) => failed(error.message));
    connection.on('timeout', () => failed(`no answer within ${answerTimeoutMs} ms`));
    connection.on('response', (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MAX_ANSWER_BYTES) failed('the answer is too long');
        else chunks.push(chunk);
      });
      response.on('error', (error) => failed(error.message));
      response.on('end', () => {
        if (response.statusCode !== 200) return failed(`status ${response.statusCode ?? 0}`);
        const outcome = readOutcome(Buffer.concat(chunks).toString('utf8'));
        if (outcome === undefined) failed('an answer that is not of the protocol');
        else end(outcome);
      });
    });
    const { language, sampleRate, maxSpeechMs, completeSilenceMs, grammars } = request;
    connection.write(JSON.stringify({ language, sampleRate, maxSpeechMs, completeSilenceMs, grammars }) + '\n');
    return {
      push: (samples) => {
        if (ended || sent >= limit) return;
        if (connection.writableLength > MAX_BACKLOG_BYTES) return failed('the engine does not take the audio');
        const bytes = Buffer.alloc(samples.length * 2);
        for (let i = 0; i < samples.length; i++) bytes.writeInt16LE(samples[i] as number, i * 2);
        connection.write(bytes);
        sent += bytes.length;
        if (sent >= limit) connection.end();
      },
      cancel: () => {
        ended = true;
        connection.destroy();
      },
    };
  }
}

/** Takes only what the protocol names; confidences are brought into 0–1, alternatives are put best first. */
function readOutcome(text: string): RecognitionOutcome | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('kind' in value)) return undefined;
  if (value.kind === 'nomatch' || value.kind === 'noinput') return { kind: value.kind };
  if (value.kind !== 'match' || !('alternatives' in value) || !Array.isArray(value.alternatives)) return undefined;
  const alternatives: { utterance: string; confidence: number; grammar?: string }[] = [];
  for (const item of value.alternatives as unknown[]) {
    if (typeof item !== 'object' || item === null || !('utterance' in item) || typeof item.utterance !== 'string') return undefined;
    const confidence = 'confidence' in item && typeof item.confidence === 'number' ? Math.min(1, Math.max(0, item.confidence)) : 0.5;
    alternatives.push({ utterance: item.utterance, confidence, ...('grammar' in item && typeof item.grammar === 'string' ? { grammar: item.grammar } : {}) });
  }
  if (alternatives.length === 0) return undefined;
  return { kind: 'match', alternatives: alternatives.sort((a, b) => b.confidence - a.confidence) };
}
