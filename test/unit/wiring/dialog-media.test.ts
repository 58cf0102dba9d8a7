import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { DialogId, MediaId } from '../../../src/kernel/ids.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { accepted } from '../../../src/kernel/result.ts';
import type { Media, RecordAudio } from '../../../src/media/media.ts';
import type { Recognizer } from '../../../src/speech/recognizer.ts';
import type { Synthesizer } from '../../../src/speech/synthesizer.ts';
import type { VxmlPlatformEvent } from '../../../src/vxml/index.ts';
import { DialogMedia } from '../../../src/wiring/dialog-media.ts';

const recordingFolder = mkdtempSync(join(tmpdir(), 'nailup-dialog-media-'));
afterAll(() => rmSync(recordingFolder, { recursive: true }));

/** The media plane as far as a dialog asks it for recordings and plays. */
class Commands {
  readonly records: RecordAudio[] = [];
  readonly plays: string[] = [];
  readonly stopped: string[] = [];
  readonly moved: unknown[] = [];
  record(command: RecordAudio): typeof accepted {
    this.records.push(command);
    return accepted;
  }
  play({ play }: { play: string }): typeof accepted {
    this.plays.push(play);
    return accepted;
  }
  stopPlay({ play }: { play: string }): void {
    this.stopped.push(play);
  }
  seekPlay(command: unknown): typeof accepted {
    this.moved.push(command);
    return accepted;
  }
  tap(): void {}
}

function dialog(recognizer?: Recognizer): { media: Commands; dialog: DialogMedia; told: VxmlPlatformEvent[] } {
  const media = new Commands();
  const told: VxmlPlatformEvent[] = [];
  const deps = { media: media as unknown as Media, logger: silentLogger, synthesizer: {} as Synthesizer, recognizer, recordingFolder };
  return { media, told, dialog: new DialogMedia(deps, 'dialog-1' as DialogId, 'node-1' as MediaId, (event) => told.push(event)) };
}

describe('the media of one dialog', () => {
  it('keeps what the caller said until the dialog ends, and no longer', async () => {
    const { media, dialog: own, told } = dialog();
    own.run({ name: 'record', record: 'record-1', beep: false, maxMs: 1_000, finalSilenceMs: 500, initialSilenceMs: 500, type: 'audio/x-wav', maskDigits: false });
    const path = media.records[0]!.path;
    writeFileSync(path, 'RIFF');
    own.onMedia({ name: 'record.done', record: media.records[0]!.record, node: 'node-1' as MediaId, path, how: 'silence', durationMs: 900, bytes: 4 });
    expect(told).toEqual([expect.objectContaining({ name: 'record.done', record: 'record-1', path, durationMs: 900 })]);
    expect(existsSync(path)).toBe(true);
    own.close();
    while (existsSync(path)) await turn();
  });

  it('moves its own plays', () => {
    const { media, dialog: own } = dialog();
    own.run({ name: 'play.seek', play: 'play-1', byMs: -5_000 });
    expect(media.moved).toEqual([{ play: 'dialog-1/play-1', byMs: -5_000 }]);
  });

  it('plays the audio of a transfer until its end', () => {
    const { media, dialog: own } = dialog();
    own.startTransferAudio({ kind: 'audio', uri: 'http://h/music.wav', path: '/music.wav' });
    own.endTransferAudio();
    expect(media).toMatchObject({ plays: ['dialog-1/transfer-audio'], stopped: ['dialog-1/transfer-audio'] });
  });

  it('says which language a recogniser does not know, and does not ask it', () => {
    const recognizer: Recognizer = { name: 'engine', languages: ['en-US', 'de'], recognize: () => { throw new Error('asked'); } };
    const { dialog: own, told } = dialog(recognizer);
    own.run({
      name: 'listen', listen: 'listen-1', dtmf: true, bargeintype: 'speech', completeSilenceMs: 1, incompleteSilenceMs: 1, maxSpeechMs: 1, sensitivity: 0.5, speedVsAccuracy: 0.5, maxNBest: 1,
      recordUtterance: undefined, maskDigits: false, voice: [{ key: 'g0', srgs: '<grammar/>', language: 'en-GB', weight: 1 }, { key: 'g1', srgs: '<grammar/>', language: 'fr-FR', weight: 1 }],
    });
    expect(told).toEqual([{ name: 'speech', listen: 'listen-1', outcome: { kind: 'language', reason: 'engine does not know fr-FR, only en-US, de' } }]);
  });
});
