import type { LeasedContact } from '../../../../src/core/ports.ts';
import type { AttemptId, ContactId, JobId } from '../../../../src/kernel/ids.ts';
import { mailAddress, messageWriter, parseTemplate } from '../../../../src/modules/channels/index.ts';

const contact = (attributes: Record<string, string>): LeasedContact => ({ contact: '1' as ContactId, job: 'job-1' as JobId, address: '+12025550101', timeZone: 'America/New_York', attemptNumber: 1, attributes, leaseExpiresAt: 0 });
const write = (texts: Parameters<typeof messageWriter>[0], attributes: Record<string, string>) => messageWriter(texts, { campaign: 'spring' }, 'campaign spring: mail')(contact(attributes), 'attempt-1' as AttemptId);

describe('a message template', () => {
  it('takes fields of the contact, of the campaign, and what is said without them', () => {
    expect(write({ from: 'Nailup', text: 'Dear {{ name | customer }}, {{campaign}} for {{phone}}.' }, { name: 'Ann' })).toEqual({
      ok: true, value: { id: 'attempt-1', to: '+12025550101', from: 'Nailup', text: 'Dear Ann, spring for +12025550101.' },
    });
    expect(write({ from: 'Nailup', text: 'Dear {{name|customer}}' }, { name: '' })).toMatchObject({ ok: true, value: { text: 'Dear customer' } });
  });

  it('is not filled with nothing: a missing field is a fault that names text and field', () => {
    expect(write({ from: '{{branch}}', text: 'Hello' }, {})).toEqual({ ok: false, error: 'from: the contact has no "branch", and the template says nothing instead of it' });
    expect(write({ from: 'x', text: '{{constructor}}' }, {})).toMatchObject({ ok: false });
  });

  it('keeps markup out of HTML and line breaks out of headers, whatever the list holds', () => {
    const result = write({ from: 'a@example.test', subject: 'For {{name}}', text: '{{name}}', html: '<b>{{name}}</b>' }, { name: '<script>"x"\r\nBcc: all@example.test' });
    expect(result).toMatchObject({ ok: true, value: { subject: 'For <script>"x" Bcc: all@example.test', html: '<b>&lt;script&gt;&quot;x&quot;\r\nBcc: all@example.test</b>' } });
  });

  it.each([
    ['Dear {{name', 'column 6: {{ is not closed by }}'], ['Dear name}}', 'column 10: }} without {{ before it'],
    ['Dear {{}}', 'column 6: "{{}}" names no field'], ['{{a{b}}', 'names no field'],
  ])('refuses %j', (text, fault) => {
    const parsed = parseTemplate(text);
    expect(parsed.ok ? '' : parsed.error).toContain(fault);
    expect(() => messageWriter({ from: 'x', text }, {}, 'campaign spring: sms')).toThrow(expect.objectContaining({ code: 'MESSAGE_TEMPLATE', place: 'campaign spring: sms.text' }));
  });

  it('says which fields it has', () => {
    const parsed = parseTemplate('{{a}} {{b|c}}');
    expect(parsed.ok && parsed.value.fields).toEqual(['a', 'b']);
  });
});

describe('a mail address', () => {
  it.each(['ann@example.test', "o'hara+list@mail.example-1.test"])('is taken: %s', (text) => expect(mailAddress(` ${text.toUpperCase()} `)).toBe(text));
  it.each(['', 'ann', 'ann@', 'ann@-x.test', 'a b@example.test', 'ann@example.test>', 'ann@example.test\r\nRCPT TO:<b@example.test>', `${'a'.repeat(65)}@example.test`, undefined])('is none: %j', (text) => expect(mailAddress(text)).toBe(''));
});
