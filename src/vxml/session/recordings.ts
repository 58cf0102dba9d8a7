/** The formats that recordings can have: those of VoiceXML 2.0 App. E, and other names for them. */
const recordable: ReadonlySet<string> = new Set(['audio/x-wav', 'audio/wav', 'audio/wave', 'audio/vnd.wave', 'audio/basic', 'audio/x-alaw-basic']);

/** Parameters of the type say nothing that would change the file. */
export const isRecordable = (type: string): boolean => recordable.has(type.replace(/;.*$/s, '').trim().toLowerCase());

/** Audio that the caller spoke, by the id that stands in the ECMAScript variable: `{ recording: 'recording-1', … }`. */
export interface Recording {
  readonly path: string;
  readonly contentType: string;
  readonly durationMs: number;
  readonly bytes: number;
}

/** What the form item variable of a `<record>` holds; scripts can test it, `<audio expr>` plays it, `<submit>` sends it. */
export interface RecordingValue {
  readonly recording: string;
  readonly size: number;
  readonly duration: number;
}

export class Recordings {
  readonly #byId = new Map<string, Recording>();

  add(id: string, recording: Recording): RecordingValue {
    this.#byId.set(id, recording);
    return { recording: id, size: recording.bytes, duration: recording.durationMs };
  }

  /** The recording that a value of an expression stands for. */
  of(value: unknown): Recording | undefined {
    if (typeof value !== 'object' || value === null || !('recording' in value)) return undefined;
    return typeof value.recording === 'string' ? this.#byId.get(value.recording) : undefined;
  }

  get paths(): readonly string[] {
    return [...this.#byId.values()].map((r) => r.path);
  }
}
