import { join } from 'node:path';
import type { ConnectionId, MediaId } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import { refused, type Reply } from '../../kernel/result.ts';
import type { Media, MediaEventMap, RecordAudio } from '../../media/media.ts';

/** `<send targettype="'avaya_platform'">` with this target records a leg. */
export const recordTarget = 'nailup.record';

export interface CallRecordingsDeps {
  readonly media: Media;
  readonly logger: Logger;
  /** Where they are written; undefined: pages may record nothing. */
  readonly folder: string | undefined;
  readonly nodeOf: (connection: ConnectionId) => MediaId | undefined;
  /** A recording of a leg that is still there has ended. */
  readonly ended: (connection: ConnectionId, info: Readonly<Record<string, unknown>>) => void;
}

const sides = ['in', 'out', 'mono', 'stereo'] as const;
/** No path: a page must not write elsewhere. */
const fileName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const isTrue = (value: unknown): boolean => value === true || value === 'true';

/** Recordings of calls that pages begin, halt and end. Their files stay. */
export class CallRecordings {
  readonly #deps: CallRecordingsDeps;
  readonly #running = new Map<string, { readonly connection: ConnectionId; readonly name: string }>();

  constructor(deps: CallRecordingsDeps) {
    this.#deps = deps;
  }

  /** Reads `connectionid`, `name`, `do` (start, stop, pause, resume), `what` and `trim` of what a page sends. → `ended` */
  command(values: Readonly<Record<string, unknown>>): Reply {
    const { media, folder, nodeOf } = this.#deps;
    if (folder === undefined) return refused('unsupported', 'media.recordingFolder is not configured');
    const connection = values['connectionid'] as ConnectionId;
    const node = nodeOf(connection);
    if (node === undefined) return refused('unknown-id', `no connection ${String(connection)} with media`);
    const name = String(values['name'] ?? '');
    if (!fileName.test(name)) return refused('bad-argument', 'name must be 1 to 100 letters, digits, dots, - and _, and begin with a letter or digit');
    const record = `${connection} ${name}`;
    switch (values['do'] ?? 'start') {
      case 'start': {
        const what = (values['what'] ?? 'stereo') as RecordAudio['what'];
        if (!sides.includes(what)) return refused('bad-argument', `what must be one of ${sides.join(', ')}`);
        const reply = media.record({ record, node, what, path: join(folder, `${name}.wav`), trimSilence: isTrue(values['trim']) });
        if (reply.accepted) this.#running.set(record, { connection, name });
        return reply;
      }
      case 'stop':
        return media.stopRecord({ record });
      case 'pause':
        return media.pauseRecord?.({ record }) ?? refused('unsupported', 'the media plane cannot halt a recording');
      case 'resume':
        return media.resumeRecord?.({ record }) ?? refused('unsupported', 'the media plane cannot halt a recording');
      default:
        return refused('bad-argument', 'do must be start, stop, pause or resume');
    }
  }

  /** False: it is none of these. */
  onDone({ record, path, durationMs, how, reason }: MediaEventMap['record.done']): boolean {
    const running = this.#running.get(record);
    if (running === undefined) return false;
    this.#running.delete(record);
    const { connection, name } = running;
    this.#deps.logger.info({ audit: 'call.recorded', connection, path, durationMs, how, reason }, 'a call was recorded');
    this.#deps.ended(connection, { recording: name, path, durationms: durationMs, how, ...(reason === undefined ? {} : { reason }) });
    return true;
  }
}
