import { restored, SharedTexts } from '../../../../src/ccxml/host/shared-texts.ts';
import type { ToWorker } from '../../../../src/ccxml/host/worker-protocol.ts';
import type { SessionMessage } from '../../../../src/ccxml/session/session-protocol.ts';

const fetched = (text: string, version: string | undefined): SessionMessage => ({ type: 'fetched', id: 'f', outcome: { ok: true, uri: 'http://pages/a', text, ...(version === undefined ? {} : { version }) } });

/** The thread's end: keeps and forgets as told. */
function thread(texts: SharedTexts): (message: SessionMessage) => { crossed: number; text: unknown } {
  const kept = new Map<string, string>();
  return (message) => {
    const spared = texts.spare(message);
    const told = (notice: ToWorker): void => {
      if (notice.type === 'keep') kept.set(notice.version, notice.text);
      if (notice.type === 'forget') kept.delete(notice.version);
    };
    spared.before.forEach(told);
    const arrived = restored(spared.message, kept);
    return { crossed: JSON.stringify([spared.before, spared.message]).length, text: arrived.type === 'fetched' && arrived.outcome.ok ? arrived.outcome.text : undefined };
  };
}

describe('texts shared with a thread', () => {
  it('send a text once and restore it each time', () => {
    const send = thread(new SharedTexts());
    const page = 'p'.repeat(10_000);
    expect(send(fetched(page, '1'))).toMatchObject({ text: page });
    const again = send(fetched(page, '1'));
    expect(again.text).toBe(page);
    expect(again.crossed).toBeLessThan(300);
  });

  it('send the new text when the version changes, and every text without one', () => {
    const send = thread(new SharedTexts());
    send(fetched('old', '1'));
    expect(send(fetched('new', '2')).text).toBe('new');
    expect(send(fetched('unnamed', undefined)).text).toBe('unnamed');
  });

  it('forget the least recently used on both ends, and restore it when it comes back', () => {
    const send = thread(new SharedTexts(1000));
    const page = (n: number): string => String(n).repeat(200);
    for (const n of [1, 2, 3, 4, 5, 6, 1, 6, 2]) expect(send(fetched(page(n), `v${n}`)).text).toBe(page(n));
  });
});
