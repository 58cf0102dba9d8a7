import type { DialogId } from '../../kernel/ids.ts';
import { newDialog } from '../objects/dialog.ts';
import { normal } from '../session/completion.ts';
import { defaultDialogType, defaultEnctype, dialogAttributes } from './dialog-attributes.ts';
import { element } from './element.ts';

/** <dialogprepare>: fetches and compiles a dialog without running it (CCXML 1.0 §7.2.1). */
export const dialogprepare = element({
  tag: 'dialogprepare',
  section: '7.2.1',
  content: 'empty',
  attributes: { ...dialogAttributes, src: { kind: 'uri', required: true } },
  perform(values, node, run) {
    if (values.connectionid !== undefined && values.conferenceid !== undefined) return run.semantic(node, 'dialogprepare: connectionid and conferenceid exclude each other');
    if (run.full) return run.semantic(node, 'dialogprepare: this session has too many connections, dialogs and conferences');
    const dialog = run.newId('dialog') as DialogId;
    if (values.dialogid !== undefined) {
      const stored = run.store(node, values.dialogid, dialog);
      if (stored.type !== 'normal') return stored;
    }
    run.addObject('dialogs', dialog, newDialog(dialog));
    run.request({
      do: 'dialogprepare',
      dialog,
      src: run.resolve(values.src) ?? values.src,
      type: values.type ?? defaultDialogType,
      parameters: values.parameters ?? {},
      namelist: values.namelist ?? {},
      method: values.method === 'post' ? 'post' : 'get',
      enctype: values.enctype ?? defaultEnctype,
      maxAgeMs: values.maxage,
      maxStaleMs: values.maxstale,
      media: { connection: values.connectionid, conference: values.conferenceid, direction: values.mediadirection ?? 'both' },
      hints: run.hintsOf(values.hints),
    });
    return normal;
  },
});
