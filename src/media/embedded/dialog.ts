import { VoiceActivityDetector } from '../../audio/voice-activity.ts';
import type { MediaId } from '../../kernel/ids.ts';
import type { EdgeLine } from './edge.ts';
import { anyHidesDigits, anyHoldsKey, type DigitVia, type Gatherer, type MediaNode, type NodeContext } from './media-node.ts';
import { Player } from './player.ts';
import type { Recorder } from './recorder.ts';
import { frameSamples, Source } from './source.ts';
import type { Tap } from './tap.ts';

/** A dialog's audio: it plays along its outgoing edges and hears what the incoming ones bring. */
export class DialogNode implements MediaNode {
  readonly kind = 'dialog';
  readonly id: MediaId;
  readonly edgesIn: EdgeLine[] = [];
  readonly edgesOut: EdgeLine[] = [];
  readonly source = new Source(8000);
  readonly player: Player;
  readonly recorders: Recorder[] = [];
  readonly rate = 8000;
  tap: Tap | undefined;
  readonly #heard = new Int16Array(frameSamples(8000));
  readonly #context: NodeContext;
  readonly #voice = new VoiceActivityDetector(8000);
  #heardMs = 0;

  constructor(id: MediaId, context: NodeContext) {
    this.id = id;
    this.#context = context;
    this.player = new Player(id, context);
  }

  /** Makes the frame that it gives. */
  produce(): void {
    this.source.begin();
    this.source.present = this.player.active && this.player.fill(this.source.frame, 8000);
    if (!this.source.present) this.source.frame.fill(0);
  }

  /** Takes in what it hears. */
  hear(gatherer: Gatherer): void {
    if (this.edgesIn.length === 0 && this.tap === undefined && this.recorders.length === 0 && !this.#voice.speaking) return;
    const heard = gatherer.gather(this, this.#heard, false);
    this.#heardMs += 20;
    if (this.#voice.process(heard)) {
      const atMs = this.#context.processTime(this.#context.now()) - (this.#heardMs - this.#voice.changedAtMs);
      this.#context.emit({ name: 'speech', node: this.id, speaking: this.#voice.speaking, atMs });
    }
    this.tap?.take(heard, 8000);
    if (this.recorders.length === 0) return;
    const hidden = anyHidesDigits(this.edgesIn);
    const keyHeld = anyHoldsKey(this.edgesIn);
    for (const recorder of [...this.recorders]) recorder.take(heard, this.source.frame, hidden, keyHeld);
  }

  /** A dialog is an end of the graph for digits: it never passes them on. */
  digitDown(): void {
    this.player.bargeIn();
  }

  digitUp(key: string, durationMs: number, via: DigitVia): void {
    this.player.bargeIn();
    this.#context.emit({ name: 'digit', node: this.id, digit: key, durationMs, via, atMs: this.#context.processTime(this.#context.now()) });
    for (const recorder of [...this.recorders]) recorder.digit(key);
  }

  digitLifted(): void {
    // It is told of presses at their end only.
  }

  close(): void {
    this.player.close();
  }
}
