import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { sound } from './integrity.ts';
import { PacingWorld } from './pacing-world.ts';

interface Report {
  readonly contacts: { readonly byState: Readonly<Record<string, number>> };
  readonly attempts: number;
  readonly byCompletionCode: Readonly<Record<string, number>>;
  readonly restricted: Readonly<Record<string, number>>;
  readonly people: { readonly answered: number };
  readonly integrity: Readonly<Record<string, number>>;
}

/** A gateway for text messages: takes them, or keeps whoever asks waiting. */
class Gateway {
  readonly taken: { id: string; to: string; from: string; text: string; at: number }[] = [];
  holds = false;
  readonly #server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (data: Buffer) => (body += data.toString()));
    request.on('end', () => {
      this.taken.push({ ...(JSON.parse(body) as { id: string; to: string; from: string; text: string }), at: Date.now() });
      if (!this.holds) response.writeHead(202).end('accepted');
    });
  });

  async start(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/messages`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }
}

describe('a job of text messages', () => {
  const world = new PacingWorld();
  const gateway = new Gateway();
  afterAll(async () => {
    await world.close();
    await gateway.stop();
  }, 60_000);

  it('sends at its rate, once to each contact, and not again what may have left when the server was killed', async () => {
    const url = await gateway.start();
    await world.start({
      agents: 0, shares: 'person=1', talk: '1000-2000', config: { sms: { url } },
      campaigns: [{ name: 'notice', contacts: 40, pacing: 'rate:5/s', more: { channel: 'sms', sms: { from: 'Nailup', text: 'Dear {{name}}, you owe {{amount}}.' }, retries: { Disconnected_By_System: { count: 2, delayMs: 0 } } } }],
    });
    const refused = await world.command('job', 'start', 'notice', '--pacing', 'progressive');
    expect([refused.code === 0, refused.stderr]).toEqual([false, expect.stringContaining('campaign notice sends messages by sms, which no agent answers')]);
    const job = (await world.command('job', 'start', 'notice')).stdout.trim();
    await world.until('ten messages have been sent', async () => gateway.taken.length >= 10);
    gateway.holds = true;
    const before = gateway.taken.length;
    await world.until('three are with the gateway, and it does not answer', async () => gateway.taken.length >= before + 3);
    const server = world.server;
    server?.kill();
    await server?.stop();
    gateway.holds = false;
    const leftOpen = gateway.taken.length - before;
    await world.serve();
    expect((await world.command('job', 'pacing', job, 'rate:20/s')).code).toBe(0);
    await world.until('the job is over', async () => (await world.jobs())[0]?.state === 'Completed', 90_000);
    const report = await world.get<Report>(`/api/jobs/${job}/report`);
    expect(report.integrity).toMatchObject(sound);
    expect(report.contacts.byState).toEqual({ done: 40 });
    expect(report.people.answered).toBe(0);
    // The kill may hit one or two more between the note and the request.
    expect(report.byCompletionCode['Unknown']).toBeGreaterThanOrEqual(leftOpen);
    expect((report.byCompletionCode['SMS Sent'] ?? 0) + (report.byCompletionCode['Unknown'] ?? 0)).toBe(40);
    expect(new Set(gateway.taken.map((m) => m.to)).size).toBe(gateway.taken.length);
    expect(gateway.taken.every((m) => m.from === 'Nailup' && /^Dear Contact \d+, you owe \d+\.\d\d\.$/.test(m.text))).toBe(true);
    // Five a second, and at most a second's worth made up for.
    const times = gateway.taken.slice(0, before).map((m) => m.at);
    for (const at of times) expect(times.filter((other) => other >= at && other < at + 1_000).length).toBeLessThanOrEqual(11);
  }, 300_000);
});

describe('a job of mails', () => {
  const world = new PacingWorld();
  const received: string[] = [];
  const smtp = new SMTPServer({
    authOptional: true, disabledCommands: ['STARTTLS'], closeTimeout: 500, logger: false,
    onRcptTo: ({ address }, _session, done) => done(/5@/.test(address) ? Object.assign(new Error('no such mailbox'), { responseCode: 550 }) : null),
    onData: (stream, _session, done) => {
      let text = '';
      stream.on('data', (data: Buffer) => (text += data.toString()));
      stream.on('end', () => {
        received.push(text);
        done(null, 'queued');
      });
    },
  });
  afterAll(async () => {
    await world.close();
    await new Promise<void>((done) => void smtp.close(done));
  }, 60_000);

  it('passes the gate, bounces, and takes reports of delivery', async () => {
    const port = await new Promise<number>((done) => smtp.listen(0, '127.0.0.1', () => done((smtp.server.address() as AddressInfo).port)));
    await world.start({
      agents: 0, shares: 'person=1', talk: '1000-2000', config: { mail: { host: '127.0.0.1', port, security: 'none' } },
      campaigns: [{ name: 'letter', contacts: 21, pacing: 'rate:600/m', more: { channel: 'mail', mail: { from: 'Nailup <news@nailup.test>', subject: 'For {{name}}', text: 'Dear {{name}}', html: '<p>Dear {{name}}</p>', deliveryReportMs: 30_000 } } }],
    });
    const job = (await world.command('job', 'start', 'letter')).stdout.trim();
    // Of persons 1 to 20 those whose number ends with 5 have no mailbox; the first contact has no address at all.
    await world.until('eighteen mails were taken', async () => received.length === 18);
    const ids = received.map((text) => /^Message-ID: <(attempt-[0-9a-f]+)@nailup\.test>/m.exec(text)?.[1] ?? '');
    const delivery = (id: string, body: object): Promise<unknown> => world.post(`/api/messages/${id}/delivery`, body);
    await expect(delivery(ids[0] ?? '', { state: 'read' })).rejects.toThrow();
    for (const id of ids.slice(0, 17)) await delivery(id, { state: 'delivered' });
    await delivery(ids[17] ?? '', { state: 'bounced', reason: '5.2.2 mailbox full' });
    await world.until('the job is over', async () => (await world.jobs())[0]?.state === 'Completed', 60_000);
    await expect(delivery(ids[0] ?? '', { state: 'failed' })).rejects.toThrow(/MESSAGE_UNKNOWN|404|nobody waits/);
    const report = await world.get<Report>(`/api/jobs/${job}/report`);
    expect(report).toMatchObject({ attempts: 20, byCompletionCode: { 'Email Delivered': 17, 'Email Bounced': 3 }, restricted: { Sys_No_Callable_Address: 1 }, integrity: sound });
    const attempts = await world.get<{ completionCode: string; address: string; exit: { reason?: string } }[]>(`/api/jobs/${job}/attempts`);
    const reasons = attempts.filter((a) => a.completionCode === 'Email Bounced').map((a) => a.exit.reason ?? '');
    expect([reasons.filter((r) => r.includes('no such mailbox')).length, reasons.filter((r) => r === '5.2.2 mailbox full').length]).toEqual([2, 1]);
    expect(received.every((text) => /^Subject: For Contact \d+\r?$/m.test(text) && /Dear Contact \d+/.test(text))).toBe(true);
  }, 300_000);
});
