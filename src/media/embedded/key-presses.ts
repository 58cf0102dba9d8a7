import type { DigitVia } from './media-node.ts';

/** A tone heard so soon after the event of the same key is of the same press, unless it is known where that ended, and it has had its tone. Milliseconds. */
const samePressMs = 250;
/**
 * An event of a tone's press begins so long before the tone's end, milliseconds. The next press of the key begins 40 ms after it at the
 * earliest (ITU-T Q.24): 50 ms are between the two, and where a tone ends is known to some 20.
 */
const beforeEndMs = 10;
/** A digit by SIP INFO is of the press in the media that began so long after it at most, or was over so long before it: it takes another way. Milliseconds. */
const infoAheadMs = 250;
const infoBehindMs = 500;
/** Presses whose other half may still come: RFC 4733 §2.5.1.4 repeats two in a packet. */
const kept = 4;

/** The timestamps between which a key was down; of a tone, to shortly before its end. */
interface Press {
  readonly key: string;
  readonly from: number;
  readonly to: number;
}

interface EventPress extends Press {
  readonly endedAt: number;
  readonly known: boolean;
  toneHeard: boolean;
}

/** A press that is told, by the thread's clock: by SIP INFO, and nothing of it has come in the media, or the other way round. */
interface ToldPress {
  readonly key: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Tells one key press of a phone from another: a press may come as an event (RFC 4733), as a tone in the audio, and by SIP INFO. A gateway
 * that sends the event and leaves the tone in the audio makes two of one, and so does a phone that is set to send INFO beside either; it is
 * told once, by what is known first. Which tone and which event are one is seen from where they lie in the stream: the tone is heard after the event, or the event comes after it, where its own packets
 * were lost and a later one repeats it (RFC 2198). Times are milliseconds of the thread's clock, timestamps those of the stream.
 */
export class KeyPresses {
  readonly #tell: (key: string, durationMs: number, via: DigitVia) => void;
  /** Told as tones, no event of which has come; told as events. The newest last. */
  readonly #tones: Press[] = [];
  readonly #events: EventPress[] = [];
  /** The event that goes on, or went on last: whether its tone or an INFO has told the press, and whether its tone has been heard since. */
  #key = '';
  #began = 0;
  #told = false;
  #toneHeard = false;
  /** The event goes on, and when it was known of. */
  #eventGoesOn = false;
  #eventFromMs = 0;
  /** The INFO of the event's press has come. */
  #infoCame = false;
  readonly #byInfo: ToldPress[] = [];
  readonly #byMedia: ToldPress[] = [];
  #infoUntil = Number.NEGATIVE_INFINITY;

  constructor(tell: (key: string, durationMs: number, via: DigitVia) => void) {
    this.#tell = tell;
  }

  /**
   * An event has begun at this timestamp, and goes on for `units` at least. True when its press has been told, and nobody waits for the event.
   * @param reached all whom the event would reach are reached by the tones, or the INFO, of this leg
   */
  eventBegins(key: string, timestamp: number, units: number, nowMs: number, reached: (via: 'inband' | 'info') => boolean): boolean {
    const told = this.#tones.findIndex((tone) => isSame(tone, { key, from: timestamp, to: timestamp + units }));
    if (told >= 0) this.#tones.splice(told, 1);
    const byInfo = taken(this.#byInfo, key, nowMs - infoAheadMs, nowMs);
    this.#key = key;
    this.#began = timestamp;
    this.#eventGoesOn = true;
    this.#eventFromMs = nowMs;
    this.#infoCame = byInfo;
    this.#toneHeard = told >= 0;
    this.#told = (told >= 0 && reached('inband')) || (byInfo && reached('info'));
    return this.#told;
  }

  /** It has ended, after `units`. @param known so it was told, and it was not only taken to be over when no more of it came */
  event(key: string, durationMs: number, units: number, known: boolean, nowMs: number): void {
    const told = this.#told;
    this.#told = this.#eventGoesOn = false;
    keep(this.#events, { key, from: this.#began, to: this.#began + units, endedAt: nowMs, known, toneHeard: this.#toneHeard });
    if (told) return;
    if (!this.#infoCame) keep(this.#byMedia, { key, fromMs: this.#eventFromMs, toMs: nowMs });
    this.#tell(key, durationMs, 'rfc4733');
  }

  /**
   * A tone was heard in the audio.
   * @param duringEvent an event goes on
   * @param timestamp of what lies so many milliseconds before the tone's end; NaN: it is not known
   */
  tone(key: string, durationMs: number, nowMs: number, duringEvent: boolean, timestamp: (ms: number) => number): void {
    const tone = { key, from: timestamp(durationMs), to: timestamp(beforeEndMs) };
    // Of the event that goes on, whose end tells the press; a tone of another key that was over before it is not.
    if (duringEvent && (key === this.#key || !isAhead(this.#began, tone.to))) {
      this.#toneHeard ||= key === this.#key && isPlaced(tone);
      return;
    }
    const event = this.#events.findLast((one) => isSame(tone, one)) ?? this.#expecting(tone, durationMs, nowMs);
    if (event !== undefined) {
      event.toneHeard ||= isPlaced(tone);
      return;
    }
    keep(this.#tones, tone);
    if (taken(this.#byInfo, key, nowMs - durationMs - infoAheadMs, nowMs)) return;
    keep(this.#byMedia, { key, fromMs: nowMs - durationMs, toMs: nowMs });
    this.#tell(key, durationMs, 'inband');
  }

  /** The last event, where it may be that its tone lies after it. */
  #expecting({ key }: Press, durationMs: number, nowMs: number): EventPress | undefined {
    const last = this.#events.at(-1);
    return last !== undefined && last.key === key && !(last.known && last.toneHeard) && nowMs - last.endedAt < samePressMs + durationMs ? last : undefined;
  }

  /** A digit came by SIP INFO. */
  info(key: string, durationMs: number, nowMs: number): void {
    this.#infoUntil = nowMs + durationMs;
    if (this.#eventGoesOn && key === this.#key && !this.#infoCame) {
      // Its end tells the press.
      this.#infoCame = true;
      return;
    }
    if (taken(this.#byMedia, key, nowMs - infoBehindMs, nowMs)) return;
    keep(this.#byInfo, { key, fromMs: nowMs, toMs: nowMs });
    this.#tell(key, durationMs, 'info');
  }

  /** A key that came by SIP INFO is still down, as far as its duration says. */
  infoHolds(nowMs: number): boolean {
    return nowMs < this.#infoUntil;
  }

  /** Reads what is going to be needed, so that it is on its way from memory; the number means nothing. */
  preload(): number {
    return this.#infoUntil;
  }
}

const isPlaced = ({ from }: Press): boolean => !Number.isNaN(from);

/** The first of these timestamps is the later one. False where one is not known. */
const isAhead = (a: number, b: number): boolean => ((a - b) | 0) > 0;

const isSame = (tone: Press, event: Press): boolean => tone.key === event.key && isAhead(tone.to, event.from) && isAhead(event.to, tone.from);

/** Takes the oldest press of that key away that lies within these times, if only in part; false where there is none. */
function taken(presses: ToldPress[], key: string, fromMs: number, toMs: number): boolean {
  const at = presses.findIndex((one) => one.key === key && one.toMs >= fromMs && one.fromMs <= toMs);
  if (at >= 0) presses.splice(at, 1);
  return at >= 0;
}

function keep<P>(presses: P[], press: P): void {
  presses.push(press);
  if (presses.length > kept) presses.shift();
}
