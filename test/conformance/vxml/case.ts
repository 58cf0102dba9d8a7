import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Script, Turn } from '../../../src/vxml/console/scripted-caller.ts';

export interface VxmlCase {
  readonly name: string;
  readonly topic: string;
  readonly unsure: string | undefined;
  readonly turns: readonly Turn[];
  readonly expectPrompts: readonly string[] | undefined;
  readonly expectPromptsRegex: string | undefined;
  readonly transfer: Readonly<Record<string, string>>;
  readonly recognizer?: Exclude<Script['recognizer'], undefined>;
  /** `undefined` means no check, so the presence is said apart. */
  readonly expectsExit: boolean;
  readonly expectExit: unknown;
  readonly timeLimitMs: number;
}

/** The tests of a folder: those in its manifest, each with its optional sidecar. */
export function readCases(folder: string): readonly VxmlCase[] {
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as readonly { name: string; topic?: string; unsure?: string }[];
  return manifest.map(({ name, topic, unsure }) => {
    const sidecar = join(folder, `${name}.json`);
    const given = existsSync(sidecar) ? (JSON.parse(readFileSync(sidecar, 'utf8')) as Record<string, any>) : {};
    return {
      name, topic: topic ?? '', unsure, turns: given.turns ?? [], expectPrompts: given.expectPrompts, expectPromptsRegex: given.expectPromptsRegex,
      transfer: given.transfer ?? {}, ...(given.recognizer === undefined ? {} : { recognizer: given.recognizer }), expectsExit: 'expectExit' in given, expectExit: given.expectExit, timeLimitMs: given.timeLimitMs ?? 10_000,
    };
  });
}
