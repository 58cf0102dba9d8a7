import { ConferenceRooms } from '../../../../src/core/call-control/conference-rooms.ts';
import { RandomIds, type MediaId } from '../../../../src/kernel/ids.ts';
import { accepted } from '../../../../src/kernel/result.ts';
import type { Media, Play } from '../../../../src/media/media.ts';

const node = (name: string): MediaId => name as MediaId;
const conference = 'conference-1' as never;

function room(): { rooms: ConferenceRooms; heard: () => string[]; enter: (leg: string, tones?: { entryTone?: boolean | string; exitTone?: boolean | string }) => void } {
  const plays: Play[] = [];
  const media = { openConference: () => accepted, close: () => accepted, play: (play: Play) => (plays.push(play), accepted) } as unknown as Media;
  const rooms = new ConferenceRooms({ media, ids: new RandomIds(), isLeg: (member) => member !== node('dialog') });
  rooms.open({ conference, session: 'session-1' as never, hints: {} });
  const to = rooms.nodeOf(conference) ?? node('');
  return {
    rooms,
    heard: () => plays.splice(0).map(({ node: by, items: [item] }) => `${by} hears ${item?.kind === 'tone' ? item.tone : ''}`),
    enter: (leg, tones = {}) => rooms.entered(node(leg), to, { from: leg as never, to: conference, dtmfClamp: true, toneClamp: true, ...tones }),
  };
}

it('who is in a room hears who comes and goes, where the page asked for it, and a dialog hears neither', () => {
  const { rooms, heard, enter } = room();
  for (const member of ['a', 'dialog']) enter(member);
  enter('b', { entryTone: true, exitTone: true });
  expect(heard()).toEqual(['a hears entry']);
  enter('b', { entryTone: true, exitTone: true });
  expect(heard()).toEqual([]);
  rooms.left(node('b'), rooms.nodeOf(conference) ?? node(''));
  expect(heard()).toEqual(['a hears exit']);
});

it('who hangs up has left as well: the others hear the exit tone, once', () => {
  const { rooms, heard, enter } = room();
  enter('a');
  enter('b', { exitTone: true });
  rooms.forget(node('b'));
  expect(heard()).toEqual(['a hears exit']);
  rooms.forget(node('b'));
  rooms.left(node('b'), rooms.nodeOf(conference) ?? node(''));
  rooms.forget(node('a'));
  expect(heard()).toEqual([]);
});
