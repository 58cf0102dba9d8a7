import type { ConferenceId } from '../../kernel/ids.ts';
import { conferenceIdOf } from '../objects/conference-id.ts';
import { normal } from '../session/completion.ts';
import { element } from './element.ts';

/** <createconference>: makes a conference, or attaches to the one of that name (CCXML 1.0 §10.5.5). */
export const createconference = element({
  tag: 'createconference',
  section: '10.5.5',
  content: 'empty',
  attributes: {
    conferenceid: { kind: 'location' },
    confname: { kind: 'string' },
    reservedtalkers: { kind: 'number' },
    reservedlisteners: { kind: 'number' },
    hints: { kind: 'object' },
  },
  perform(values, node, run) {
    const { conferenceid, confname, reservedtalkers, reservedlisteners, hints } = values;
    for (const count of [reservedtalkers, reservedlisteners]) {
      if (count !== undefined && (!Number.isInteger(count) || count < 0)) return run.semantic(node, `createconference: ${count} is not a number of participants`);
    }
    if (run.full) return run.semantic(node, 'createconference: this session has too many connections, dialogs and conferences');
    const conference: ConferenceId = conferenceIdOf(confname === '' ? undefined : confname, () => run.newId('fetch').slice(6));
    if (conferenceid !== undefined) {
      const stored = run.store(node, conferenceid, conference);
      if (stored.type !== 'normal') return stored;
    }
    run.request({ do: 'createconference', conference, name: confname === '' ? undefined : confname, reservedTalkers: reservedtalkers, reservedListeners: reservedlisteners, hints: run.hintsOf(hints) });
    return normal;
  },
});
