import { parseConfig } from '../../../src/config/index.ts';
import { NailupError } from '../../../src/kernel/nailup-error.ts';
import { dialledCampaigns } from '../../../src/wiring/dialled-campaigns.ts';

const dialled = (text: string) => dialledCampaigns(parseConfig(text, 'nailup.yaml'), (page) => `file:${page}`);

function fault(text: string): NailupError {
  try {
    dialled(text);
  } catch (error) {
    if (error instanceof NailupError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

const sms = 'sms:\n  url: http://127.0.0.1/send\n';

describe('campaigns of the configuration', () => {
  it('are refused when nobody is there to preview, dial by hand or answer', () => {
    expect(fault('campaign: { name: a, list: a, mode: dialog, pacing: preview }')).toMatchObject({ code: 'PACING_INVALID', message: expect.stringContaining('campaign a has the mode dialog, in which no agent dials') });
    expect(fault('campaign: { name: a, list: a, mode: dialog, pacing: manual }').code).toBe('PACING_INVALID');
    expect(fault(`${sms}campaign: { name: a, list: a, channel: sms, sms: { text: t }, pacing: cruise }`)).toMatchObject({ code: 'PACING_INVALID', mend: expect.stringContaining('rate:5/s') });
  });

  it('are refused when a template cannot be read, with its place', () => {
    expect(fault(`${sms}campaign: { name: a, list: a, channel: sms, sms: { text: "Dear {{name" }, pacing: "rate:5/s" }`)).toMatchObject({ code: 'MESSAGE_TEMPLATE', place: 'campaign a: sms.text', message: expect.stringContaining('column 6') });
  });

  it('that write take no trunk\'s limit, and go to the address of their channel', () => {
    const mail = 'mail:\n  host: smtp.example\ntrunks:\n  - { name: t, address: 127.0.0.1, callsPerSecond: 2 }\n';
    const campaign = dialled(`${mail}campaign: { name: a, list: a, trunk: t, channel: mail, mail: { from: a@b.test, subject: s, text: t, address: work }, pacing: "rate:5/s" }`).get('a');
    expect(campaign?.callsPerSecond).toBe(Number.POSITIVE_INFINITY);
    const contact = { contact: '1' as never, job: 'j' as never, address: '+12025550101', timeZone: 'Etc/Unknown', attemptNumber: 1, leaseExpiresAt: 0 };
    expect(campaign?.messages?.addressed({ ...contact, attributes: { work: 'Ann@Example.test' } }).address).toBe('ann@example.test');
    expect(campaign?.messages?.addressed({ ...contact, attributes: { email: 'ann@example.test' } }).address).toBe('');
    expect(dialled('trunks:\n  - { name: t, address: 127.0.0.1, callsPerSecond: 2 }\ncampaign: { name: a, list: a, trunk: t }').get('a')).toMatchObject({ callsPerSecond: 2, messages: undefined });
  });
});
