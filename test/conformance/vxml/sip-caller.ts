import { ClipPlayer } from '../../../sim/phone/clip-player.ts';
import type { ScriptedTelephone } from '../../../sim/callees/scripted-telephone.ts';
import type { Turn } from '../../../src/vxml/console/scripted-caller.ts';
import type { VxmlCommand, VxmlPlatformEvent } from '../../../src/vxml/index.ts';
import type { ScriptedRecognizer } from '../over-sip/scripted-recognizer.ts';

/** Time for keys that have arrived to settle a wait, before the next turn is taken. */
const settleMs = 250;
const utteranceMs = 600;

/** The scripted caller at a real telephone: takes a turn whenever the interpreter waits and nothing plays any more. */
export class SipCaller {
  readonly player = new ClipPlayer();
  readonly #turns: readonly Turn[];
  readonly #recognizer: ScriptedRecognizer;
  #next = 0;
  #playing = 0;
  #keysUnderway = 0;
  #quietSince = 0;
  #waiting: { readonly id: string; readonly record: boolean } | undefined;
  #inTransfer = false;
  telephone: ScriptedTelephone | undefined;
  unexpectedWait = false;

  constructor(turns: readonly Turn[], recognizer: ScriptedRecognizer) {
    this.#turns = turns;
    this.#recognizer = recognizer;
  }

  get turnsLeft(): number {
    return this.#turns.length - this.#next;
  }

  command(command: VxmlCommand): void {
    switch (command.name) {
      case 'play':
        this.#playing += 1;
        return;
      case 'listen':
        return this.#wait(command.listen, false);
      case 'record':
        return this.#wait(command.record, true);
      case 'listen.stop':
        if (this.#waiting?.id === command.listen) this.#waiting = undefined;
        return;
      case 'transfer':
        this.#inTransfer = true;
        return;
      default:
    }
  }

  delivered(event: VxmlPlatformEvent): void {
    this.#quietSince = performance.now();
    if (event.name === 'transfer.done') this.#inTransfer = false;
    else if (event.name === 'play.done') this.#playing -= 1;
    else if (event.name === 'dtmf') this.#keysUnderway = Math.max(0, this.#keysUnderway - 1);
    else if (event.name === 'record.done' && this.#waiting?.id === event.record) this.#waiting = undefined;
  }

  /** Called every few ms. */
  act(): void {
    const waiting = this.#waiting;
    if (waiting === undefined || this.#playing > 0 || this.#keysUnderway > 0 || this.player.playing || performance.now() - this.#quietSince < settleMs) return;
    this.#waiting = undefined;
    const turn = this.#turns[this.#next];
    if (turn === undefined) {
      this.unexpectedWait ||= !this.#inTransfer;
      return;
    }
    this.#next += 1;
    this.#perform(turn, waiting.record);
  }

  #wait(id: string, record: boolean): void {
    this.#waiting = { id, record };
    this.#quietSince = performance.now();
  }

  #perform(turn: Turn, record: boolean): void {
    const { telephone } = this;
    if (telephone === undefined) return;
    const after = (): void => {
      if (turn.dtmf !== undefined) {
        this.#keysUnderway += turn.dtmf.length;
        telephone.press(turn.dtmf);
      }
      if (turn.hangup === true) telephone.hangUp();
    };
    if (record && turn.record !== undefined) return this.player.play(speech(turn.record), after);
    if (turn.say !== undefined || turn.noise === true) {
      this.#recognizer.expect(turn.say, turn.confidence ?? 0.9);
      this.player.play(speech(utteranceMs));
      return;
    }
    after();
  }
}

/** A voice of four syllables a second. */
function speech(ms: number): Int16Array {
  const samples = new Int16Array(ms * 8);
  for (let i = 0; i < samples.length; i++) {
    const t = i / 8_000;
    const voice = [1, 2, 3, 5].reduce((sum, n) => sum + Math.sin(2 * Math.PI * 140 * n * t) / n, 0);
    samples[i] = Math.round(4_000 * voice * (0.6 + 0.4 * Math.sin(2 * Math.PI * 4 * t)));
  }
  return samples;
}
