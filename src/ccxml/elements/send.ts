import { isEventName } from '../events/event-name.ts';
import { normal } from '../session/completion.ts';
import { element } from './element.ts';

/** <send>: an event to a session, a dialog, an HTTP address or the launcher, now or later (CCXML 1.0 §9.2.3). */
export const send = element({
  tag: 'send',
  section: '9.2.3',
  content: 'empty',
  attributes: {
    target: { kind: 'uri', required: true },
    targettype: { kind: 'string', values: ['ccxml', 'dialog', 'basichttp', 'avaya_platform'] },
    sendid: { kind: 'location' },
    delay: { kind: 'time' },
    name: { kind: 'string', required: true, oldNames: ['data', 'event'] },
    namelist: { kind: 'namelist' },
    hints: { kind: 'object' },
  },
  perform(values, node, run) {
    const sendId = run.newId('send');
    if (values.sendid !== undefined) {
      const stored = run.store(node, values.sendid, sendId);
      if (stored.type !== 'normal') return stored;
    }
    const targetType = values.targettype ?? 'ccxml';
    if (!isEventName(values.name)) {
      run.raise('error.send.failed', { sendid: sendId, reason: `send: ${JSON.stringify(values.name)} is no event name`, tagname: 'send' });
      return normal;
    }
    const request = { do: 'send', sendId, targetType, target: values.target, name: values.name, data: values.namelist ?? {}, hints: run.hintsOf(values.hints) } as const;
    const go = (): void => (targetType === 'ccxml' && values.target === run.sessionId && values.name !== 'ccxml.kill.unconditional' ? run.sendToSelf(sendId, values.name, request.data) : run.request(request));
    if ((values.delay ?? 0) <= 0) go();
    else if (!run.delaySend(sendId, values.delay ?? 0, go)) {
      run.raise('error.send.failed', { sendid: sendId, reason: 'send: too many delayed events in this session', tagname: 'send' });
    }
    return normal;
  },
});
