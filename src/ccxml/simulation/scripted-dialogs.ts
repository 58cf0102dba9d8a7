import type { Clock, Timer } from '../../kernel/clock.ts';
import type { DialogId } from '../../kernel/ids.ts';
import { accepted, refused, type Reply } from '../../kernel/result.ts';
import type { PlatformEvent } from '../platform.ts';
import type { SimulatedDialogs } from './simulated-dialogs.ts';

/** How a dialog of a simulation goes, by the end of its address. Times in ms. */
export interface DialogScript {
  /** The dialog's address ends with this. */
  readonly src: string;
  readonly exitAfter?: number;
  readonly values?: Readonly<Record<string, unknown>>;
  /** Cannot be prepared or started, for this reason. */
  readonly fails?: string;
  readonly events?: readonly { readonly after: number; readonly event: string; readonly values?: Readonly<Record<string, unknown>> }[];
}

interface Running {
  readonly id: DialogId;
  readonly src: string;
  readonly timers: Timer[];
}

/** Dialogs that only pretend: they start at once and exit when their script says (without one, after 1 s with no values). */
export class ScriptedDialogs implements SimulatedDialogs {
  readonly digits: string[] = [];
  readonly sent: { readonly dialog: DialogId; readonly event: string; readonly data: Readonly<Record<string, unknown>> }[] = [];
  readonly #clock: Clock;
  readonly #sink: (event: PlatformEvent) => void;
  readonly #scripts: readonly DialogScript[];
  readonly #running = new Map<DialogId, Running>();
  readonly #preparing = new Map<DialogId, Timer>();

  constructor(clock: Clock, sink: (event: PlatformEvent) => void, scripts: readonly DialogScript[] = []) {
    this.#clock = clock;
    this.#sink = sink;
    this.#scripts = scripts;
  }

  get running(): number {
    return this.#running.size + this.#preparing.size;
  }

  prepare(command: { readonly dialog: DialogId; readonly src: string }): Reply {
    const { dialog, src } = command;
    this.#preparing.set(dialog, this.#clock.after(10, () => {
      this.#preparing.delete(dialog);
      const trouble = this.#script(src)?.fails;
      if (trouble !== undefined) return this.#sink({ name: 'dialog.failed', dialog, phase: 'prepare', event: 'error.badfetch', reason: trouble });
      this.#running.set(dialog, { id: dialog, src, timers: [] });
      this.#sink({ name: 'dialog.prepared', dialog });
    }));
    return accepted;
  }

  start(command: { readonly dialog: DialogId; readonly src?: string }): Reply {
    const { dialog } = command;
    const src = command.src ?? this.#running.get(dialog)?.src;
    if (src === undefined) return refused('unknown-id', 'there is no such prepared dialog');
    const running = this.#running.get(dialog) ?? { id: dialog, src, timers: [] };
    this.#running.set(dialog, running);
    running.timers.push(this.#clock.after(10, () => this.#begin(running)));
    return accepted;
  }

  terminate(dialog: DialogId): Reply {
    const preparing = this.#preparing.get(dialog);
    if (preparing !== undefined) {
      preparing.cancel();
      this.#preparing.set(dialog, this.#clock.after(10, () => {
        this.#preparing.delete(dialog);
        this.#sink({ name: 'dialog.exit', dialog, values: {} });
      }));
      return accepted;
    }
    const running = this.#running.get(dialog);
    if (running === undefined) return refused('unknown-id', 'there is no such dialog');
    running.timers.push(this.#clock.after(10, () => this.#exit(running, {})));
    return accepted;
  }

  send(dialog: DialogId, event: string, data: Readonly<Record<string, unknown>>): Reply {
    if (!this.#running.has(dialog)) return refused('unknown-id', 'there is no such dialog');
    this.sent.push({ dialog, event, data });
    return accepted;
  }

  transferResult(dialog: DialogId, result: Readonly<Record<string, unknown>>): Reply {
    return this.send(dialog, 'transfer.result', result);
  }

  digit(_dialog: DialogId, digit: string): void {
    this.digits.push(digit);
  }

  #begin(running: Running): void {
    const script = this.#script(running.src);
    if (script?.fails !== undefined) {
      this.#running.delete(running.id);
      return this.#sink({ name: 'dialog.failed', dialog: running.id, phase: 'start', event: 'error.badfetch', reason: script.fails });
    }
    this.#sink({ name: 'dialog.started', dialog: running.id });
    for (const step of script?.events ?? []) {
      running.timers.push(this.#clock.after(step.after, () => this.#sink({ name: 'dialog.user', dialog: running.id, event: step.event, values: step.values ?? {} })));
    }
    running.timers.push(this.#clock.after(script?.exitAfter ?? 1000, () => this.#exit(running, script?.values ?? {})));
  }

  #exit(running: Running, values: Readonly<Record<string, unknown>>): void {
    if (!this.#running.delete(running.id)) return;
    for (const timer of running.timers) timer.cancel();
    this.#sink({ name: 'dialog.exit', dialog: running.id, values });
  }

  #script(src: string): DialogScript | undefined {
    return this.#scripts.find((script) => src.endsWith(script.src));
  }
}
