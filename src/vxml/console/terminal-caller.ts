import type { Interface } from 'node:readline';
import type { Clock } from '../../kernel/clock.ts';
import type { PromptItem, VxmlCommand, VxmlPlatformEvent } from '../platform.ts';
import { promptText } from './prompt-text.ts';

type Command<N extends VxmlCommand['name']> = Extract<VxmlCommand, { name: N }>;

/** Milliseconds of speech per character, so that noinput comes when it would on the telephone. */
const msPerCharacter = 60;

/**
 * A telephone in the terminal: prompts are printed, a line of keys (0-9 * # A-D) is pressed, any other line is said; `/hangup` or the
 * end of input hangs up. A transfer asks what the far end does.
 */
export class TerminalCaller {
  readonly #lines: Interface;
  readonly #print: (line: string) => void;
  readonly #clock: Clock;
  readonly #deliver: (event: VxmlPlatformEvent) => void;
  #listen: string | undefined;
  #play: { readonly id: string; cancel(): void } | undefined;
  #recording: { readonly id: string; readonly startedAt: number } | undefined;
  #transfer: Command<'transfer'> | undefined;

  constructor(lines: Interface, print: (line: string) => void, clock: Clock, deliver: (event: VxmlPlatformEvent) => void) {
    this.#lines = lines;
    this.#print = print;
    this.#clock = clock;
    this.#deliver = deliver;
    lines.on('line', (line) => this.#line(line.trim()));
    lines.on('close', () => this.#deliver({ name: 'hangup' }));
  }

  command(command: VxmlCommand): void {
    switch (command.name) {
      case 'play':
        return this.#startPlay(command);
      case 'play.stop':
        return this.#stopPlay(command.play);
      case 'play.seek':
        return this.#print(`(the prompt goes ${command.byMs < 0 ? 'back' : 'forward'} by ${Math.abs(command.byMs)} ms)`);
      case 'listen':
        this.#listen = command.listen;
        return;
      case 'listen.stop':
        this.#listen = undefined;
        return;
      case 'record':
        this.#recording = { id: command.record, startedAt: this.#clock.monotonic() };
        this.#print('(recording: press return to end it)');
        return;
      case 'record.stop':
        return this.#endRecording('stopped');
      case 'transfer':
        this.#transfer = command;
        this.#print(`(transfer to ${command.dest}: type answer, busy, noanswer or networkbusy)`);
        return;
      case 'transfer.end':
        return this.#endTransfer('ended');
      case 'disconnect':
        return this.#print('(the page hangs up)');
      case 'event':
        return this.#print(`(event ${command.event} ${JSON.stringify(command.values)})`);
      case 'log':
        return this.#print(`(log${command.label === undefined ? '' : ` ${command.label}`}: ${command.text})`);
    }
  }

  #startPlay(command: Command<'play'>): void {
    const text = promptText(command.items);
    if (text !== '') this.#print(text);
    for (const item of command.items) if (item.kind === 'mark') this.#deliver({ name: 'play.mark', play: command.play, mark: item.markName });
    const timer = this.#clock.after(lengthOf(command.items), () => {
      this.#play = undefined;
      this.#deliver({ name: 'play.done', play: command.play, how: 'finished' });
    });
    this.#play = { id: command.play, cancel: () => timer.cancel() };
  }

  #stopPlay(id: string): void {
    if (this.#play?.id !== id) return;
    this.#play.cancel();
    this.#play = undefined;
    this.#deliver({ name: 'play.done', play: id, how: 'stopped' });
  }

  #line(line: string): void {
    if (line === '/hangup') return this.#lines.close();
    if (this.#recording !== undefined && line === '') return this.#endRecording('silence');
    if (this.#transfer !== undefined && /^(answer|busy|noanswer|networkbusy|end)$/.test(line)) return this.#farEnd(line);
    if (/^[0-9*#A-D\s]+$/.test(line)) {
      for (const digit of line.replace(/\s+/g, '')) this.#deliver({ name: 'dtmf', digit });
    } else if (line !== '' && this.#listen !== undefined) {
      this.#deliver({ name: 'speech.started', listen: this.#listen });
      this.#deliver({ name: 'speech', listen: this.#listen, outcome: { kind: 'match', alternatives: [{ utterance: line, confidence: 0.9 }] } });
    }
  }

  #farEnd(word: string): void {
    const transfer = this.#transfer;
    if (transfer === undefined) return;
    if (word === 'answer' && transfer.type === 'bridge') {
      this.#print('(connected: type end for the far end to hang up)');
      return this.#deliver({ name: 'transfer.connected', transfer: transfer.transfer });
    }
    this.#endTransfer(word === 'answer' ? 'connected' : word === 'end' ? 'far_end_disconnect' : word === 'networkbusy' ? 'network_busy' : word === 'busy' ? 'busy' : 'noanswer');
  }

  #endTransfer(outcome: Extract<VxmlPlatformEvent, { name: 'transfer.done' }>['outcome']): void {
    const transfer = this.#transfer;
    this.#transfer = undefined;
    if (transfer !== undefined) this.#deliver({ name: 'transfer.done', transfer: transfer.transfer, outcome, durationMs: 0 });
  }

  #endRecording(how: 'stopped' | 'silence'): void {
    const recording = this.#recording;
    this.#recording = undefined;
    if (recording === undefined) return;
    const durationMs = Math.max(1, Math.round(this.#clock.monotonic() - recording.startedAt));
    this.#deliver({ name: 'record.done', record: recording.id, how, path: '', durationMs, bytes: durationMs * 8 });
  }
}

function lengthOf(items: readonly PromptItem[]): number {
  let ms = 0;
  for (const item of items) {
    if (item.kind === 'text') ms += item.text.trim().length * msPerCharacter;
    else if (item.kind === 'silence' || item.kind === 'recording') ms += item.durationMs;
    else if (item.kind === 'audio') ms += 2000;
  }
  return ms;
}
