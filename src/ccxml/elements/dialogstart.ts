import type { DialogId } from '../../kernel/ids.ts';
import { newDialog } from '../objects/dialog.ts';
import { normal } from '../session/completion.ts';
import { idOfEvent } from './default-id.ts';
import { defaultDialogType, defaultEnctype, dialogAttributes } from './dialog-attributes.ts';
import { element } from './element.ts';

/** <dialogstart>: runs a dialog on a connection or conference (CCXML 1.0 §7.2.2). */
export const dialogstart = element({
  tag: 'dialogstart',
  section: '7.2.2',
  content: 'empty',
  attributes: { ...dialogAttributes, prepareddialogid: { kind: 'string' } },
  check: (has) => {
    if (has('src') === has('prepareddialogid')) return 'exactly one of src and prepareddialogid is needed';
    // §7.2.2.2: these were settled by <dialogprepare>.
    const settled = has('prepareddialogid') ? (['type', 'namelist', 'parameters', 'maxage', 'maxstale', 'enctype', 'method'] as const).filter((name) => has(name)) : [];
    return settled.length === 0 ? undefined : `${settled.join(', ')} and prepareddialogid exclude each other; give it on <dialogprepare>`;
  },
  perform(values, node, run) {
    if (values.connectionid !== undefined && values.conferenceid !== undefined) return run.semantic(node, 'dialogstart: connectionid and conferenceid exclude each other');
    if (run.full) return run.semantic(node, 'dialogstart: this session has too many connections, dialogs and conferences');
    const prepared = values.prepareddialogid;
    const dialog = (prepared ?? run.newId('dialog')) as DialogId;
    if (values.dialogid !== undefined) {
      const stored = run.store(node, values.dialogid, dialog);
      if (stored.type !== 'normal') return stored;
    }
    // A prepared dialog may already have its endpoint; the host falls back to it before the event's connection is asked for.
    const connection = values.connectionid ?? (values.conferenceid === undefined && prepared === undefined ? idOfEvent(run, 'connectionid') : undefined);
    const media = { connection, conference: values.conferenceid, direction: values.mediadirection ?? 'both' };
    if (prepared !== undefined) {
      run.request({
        do: 'dialogstart', prepared: true, dialog, hints: run.hintsOf(values.hints),
        media: { ...media, fallback: idOfEvent(run, 'connectionid'), directionGiven: values.mediadirection !== undefined },
      });
      return normal;
    }
    if (connection === undefined && values.conferenceid === undefined) return run.semantic(node, 'dialogstart: no connectionid, and the event has none');
    run.addObject('dialogs', dialog, newDialog(dialog));
    const src = values.src ?? '';
    run.request({
      do: 'dialogstart',
      prepared: false,
      dialog,
      src: run.resolve(src) ?? src,
      type: values.type ?? defaultDialogType,
      parameters: values.parameters ?? {},
      namelist: values.namelist ?? {},
      method: values.method === 'post' ? 'post' : 'get',
      enctype: values.enctype ?? defaultEnctype,
      maxAgeMs: values.maxage,
      maxStaleMs: values.maxstale,
      media,
      hints: run.hintsOf(values.hints),
    });
    return normal;
  },
});
