import { ccxmlSettings } from '../../../src/config/ccxml-settings.ts';
import { parseConfig } from '../../../src/config/index.ts';
import { NailupError } from '../../../src/kernel/nailup-error.ts';

function fault(text: string): NailupError {
  try {
    parseConfig(text, 'nailup.yaml');
  } catch (error) {
    if (error instanceof NailupError) return error;
  }
  throw new Error('the configuration was accepted');
}

describe('configuration', () => {
  it('listens on loopback and has no agents, trunks or passwords unless told', () => {
    const config = parseConfig('', 'nailup.yaml');
    expect([config.sip.host, config.media.host, config.http.host]).toEqual(['127.0.0.1', '127.0.0.1', '127.0.0.1']);
    expect([config.agents, config.trunks]).toEqual([[], []]);
  });

  it('names an unknown key with line and column, and the key that was meant', () => {
    const error = fault('sip:\n  host: 127.0.0.1\n  prot: 5060\n');
    expect(error.place).toBe('nailup.yaml:3:3');
    expect(error.message).toBe('unknown key "sip.prot"; did you mean "port"?');
  });

  it('names an unknown key inside a list', () => {
    const error = fault('trunks:\n  - name: a\n    address: 127.0.0.1:5070\n    cps: 10\n');
    expect(error.place).toBe('nailup.yaml:4:5');
    expect(error.message).toContain('unknown key "trunks.0.cps"; known keys are name, group, address');
  });

  it('tells all faults at once', () => {
    const error = fault('sip:\n  port: 99999\nhttp:\n  port: "x"\n');
    expect(error.message.split('\n')).toHaveLength(2);
    expect(error.place).toBe('nailup.yaml:2:3');
    expect(error.message).toContain('nailup.yaml:4:3');
  });

  it('takes limits and threads of call-control pages, and opens their HTTP door to others only with a password', () => {
    const config = parseConfig('ccxml:\n  workers: 2\n  limits:\n    timers: 7\n  http:\n    host: 0.0.0.0\n    user: crm\n    password: long enough\ninbound:\n  - to: "*"\n', 'nailup.yaml');
    expect(ccxmlSettings(config)).toMatchObject({ workers: 2, stuckAfterMs: 750, groups: ['inbound'], limits: { timers: 7, fetches: 20 }, basicHttp: { host: '0.0.0.0', port: 8081, user: 'crm', password: 'long enough' } });
    expect(ccxmlSettings(parseConfig('', 'nailup.yaml'))).not.toHaveProperty('basicHttp');
    const open = fault('ccxml:\n  http:\n    host: 0.0.0.0\n');
    expect(open.message).toContain('only on a loopback address');
    expect(open.place).toMatch(/^nailup.yaml:\d+:\d+$/);
  });

  it('refuses a password where a hash belongs, without repeating it', () => {
    const error = fault('agents:\n  - extension: "1001"\n    passwordHash: hunter2\n    address: sip:1001@127.0.0.1\n');
    expect(error.message).toContain('agents.0.passwordHash');
    expect(error.line).not.toContain('hunter2');
  });

  it('refuses a campaign that writes without what and how, and says where', () => {
    const error = fault('campaign:\n  name: notice\n  list: all\n  channel: sms\n');
    expect(error.place).toBe('nailup.yaml:4:3');
    expect(error.message).toContain('"campaign.channel": needs "sms" beside it: what is sent');
    expect(error.message).toContain('nailup.yaml:4:3: "campaign.channel": needs "sms" at the top level: how it is sent');
    const config = parseConfig('mail:\n  host: smtp.example\ncampaigns:\n  - name: letter\n    list: all\n    channel: mail\n    mail: { from: a@example.test, subject: s, text: t }\n', 'nailup.yaml');
    expect([config.mail, config.campaigns[0]?.mail?.address]).toMatchObject([{ port: 587, security: 'starttls', verifyServer: true }, 'email']);
  });

  it('tells where the YAML is broken', () => {
    expect(fault('sip:\n  host: [\n').code).toBe('CONFIG_NOT_YAML');
  });
});
