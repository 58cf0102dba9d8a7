import { normal } from '../session/completion.ts';
import { element } from './element.ts';

/** <cancel>: takes back a delayed event (CCXML 1.0 §9.2.5). */
export const cancel = element({
  tag: 'cancel',
  section: '9.2.5',
  content: 'empty',
  attributes: { sendid: { kind: 'string', required: true } },
  perform(values, node, run) {
    const { sendid } = values;
    switch (run.cancelSend(sendid)) {
      case 'cancelled':
        run.raise('cancel.successful', { sendid, tagname: 'cancel' });
        break;
      case 'too-late':
        run.raise('error.notallowed', { sendid, reason: `cancel: ${sendid} was already sent or cancelled`, tagname: 'cancel' });
        break;
      case 'unknown':
        return run.semantic(node, `cancel: ${JSON.stringify(sendid)} is no send of this session`);
    }
    return normal;
  },
});
