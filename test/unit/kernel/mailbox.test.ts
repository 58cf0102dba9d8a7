import { Mailbox } from '../../../src/kernel/mailbox.ts';

describe('Mailbox', () => {
  it('handles a message that the handler posts after the current one is finished', () => {
    const seen: string[] = [];
    const box: Mailbox<string> = new Mailbox(
      (m) => {
        seen.push(`start ${m}`);
        if (m === 'a') box.post('b');
        seen.push(`end ${m}`);
      },
      () => undefined,
    );
    box.post('a');
    expect(seen).toEqual(['start a', 'end a', 'start b', 'end b']);
  });

  it('tells of a handler that throws and goes on', () => {
    const bugs: unknown[] = [];
    const seen: number[] = [];
    const box = new Mailbox<number>(
      (m) => {
        if (m === 1) throw new Error('bug');
        seen.push(m);
      },
      (_, m) => bugs.push(m),
    );
    box.post(1);
    box.post(2);
    expect([bugs, seen]).toEqual([[1], [2]]);
  });

  it('takes nothing after it is closed', () => {
    const box = new Mailbox<number>(() => undefined, () => undefined);
    box.close();
    expect(box.post(1)).toBe(false);
  });
});
