import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { SmtpSender, type SmtpSettings } from '../../../src/messaging/smtp/smtp-sender.ts';
import type { OutgoingMessage } from '../../../src/messaging/messaging.ts';

const message: OutgoingMessage = { id: 'attempt-1', to: 'ann@example.test', from: 'Nailup <news@nailup.test>', subject: 'Grüße', text: 'Dear Ann', html: '<p>Dear Ann</p>', replyTo: 'desk@nailup.test' };
const open: { close(done?: () => void): unknown }[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await new Promise<void>((done) => void server.close(done));
});

/** An SMTP server that keeps what it was handed. */
async function server(options: SMTPServerOptions): Promise<{ port: number; received: string[] }> {
  const received: string[] = [];
  const smtp = new SMTPServer({
    authOptional: true, disabledCommands: ['STARTTLS'], closeTimeout: 100, logger: false,
    onData: (stream, _session, done) => {
      let text = '';
      stream.on('data', (data: Buffer) => (text += data.toString()));
      stream.on('end', () => {
        received.push(text);
        done(null, 'queued as 4711');
      });
    },
    ...options,
  });
  open.push(smtp);
  const port = await new Promise<number>((done) => smtp.listen(0, '127.0.0.1', () => done((smtp.server.address() as AddressInfo).port)));
  return { port, received };
}

/** A server of one's own making: answers each line as told, or hangs up (undefined). */
async function scripted(answer: (line: string) => string | undefined): Promise<number> {
  const sockets = new Set<Socket>();
  const tcp: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.write('220 ready\r\n');
    let rest = '';
    socket.on('data', (data: Buffer) => {
      rest += data.toString();
      for (let at = rest.indexOf('\r\n'); at >= 0; at = rest.indexOf('\r\n')) {
        const line = rest.slice(0, at);
        rest = rest.slice(at + 2);
        const reply = answer(line);
        if (reply === undefined) return void socket.destroy();
        if (reply !== '') socket.write(`${reply}\r\n`);
      }
    });
  });
  open.push({ close: (done) => (sockets.forEach((socket) => socket.destroy()), tcp.close(done)) });
  return new Promise((done) => tcp.listen(0, '127.0.0.1', () => done((tcp.address() as AddressInfo).port)));
}

const sender = (port: number, more: Partial<SmtpSettings> = {}): SmtpSender => new SmtpSender({ host: '127.0.0.1', port, security: 'none', verifyServer: true, timeoutMs: 2_000, ...more });
const refusal = (text: string, responseCode: number): Error => Object.assign(new Error(text), { responseCode });

describe('mail by SMTP', () => {
  it('is sent with both texts, its sender, and a Message-ID by which it can be known again', async () => {
    const { port, received } = await server({});
    expect(await sender(port).send(message)).toEqual({ how: 'sent', detail: '250 queued as 4711' });
    expect(received).toHaveLength(1);
    for (const part of ['From: Nailup <news@nailup.test>', 'To: ann@example.test', 'Reply-To: desk@nailup.test', 'Message-ID: <attempt-1@nailup.test>', 'Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?=', 'Dear Ann', '<p>Dear Ann</p>']) expect(received[0]).toContain(part);
  });

  it('logs in where there is an account, and has failed when it may not', async () => {
    const { port, received } = await server({ authOptional: false, allowInsecureAuth: true, onAuth: ({ username, password }, _session, done) => (username === 'nailup' && password === 'right' ? done(null, { user: 'nailup' }) : done(refusal('wrong password', 535))) });
    expect(await sender(port, { user: 'nailup', password: 'right' }).send(message)).toMatchObject({ how: 'sent' });
    expect(await sender(port, { user: 'nailup', password: 'wrong' }).send(message)).toMatchObject({ how: 'failed', reason: expect.stringContaining('wrong password') });
    expect(received).toHaveLength(1);
  });

  it('has bounced when the address is refused for good, and failed when it is for now', async () => {
    const { port, received } = await server({ onRcptTo: ({ address }, _session, done) => done(address.startsWith('ann') ? refusal('no such mailbox', 550) : refusal('greylisted', 451)) });
    expect(await sender(port).send(message)).toMatchObject({ how: 'bounced', reason: expect.stringContaining('no such mailbox') });
    expect(await sender(port).send({ ...message, to: 'bob@example.test' })).toMatchObject({ how: 'failed', reason: expect.stringContaining('greylisted') });
    expect(received).toEqual([]);
  });

  it('has failed when our own sender is refused: that says nothing of the address', async () => {
    const { port } = await server({ onMailFrom: (_address, _session, done) => done(refusal('relaying denied', 554)) });
    expect(await sender(port).send(message)).toMatchObject({ how: 'failed', reason: expect.stringContaining('relaying denied') });
  });

  it('has bounced when the message is refused after it was read', async () => {
    const { port } = await server({ onData: (stream, _session, done) => void stream.resume().on('end', () => done(refusal('spam', 554))) });
    expect(await sender(port).send(message)).toMatchObject({ how: 'bounced', reason: expect.stringContaining('spam') });
  });

  it('is not sent in the clear when the server must speak TLS and does not', async () => {
    const { port, received } = await server({});
    expect(await sender(port, { security: 'starttls' }).send(message)).toMatchObject({ how: 'failed' });
    expect(received).toEqual([]);
  });

  it('has failed when nobody listens, or the greeting does not come', async () => {
    const silent = createServer();
    const port = await new Promise<number>((done) => silent.listen(0, '127.0.0.1', () => done((silent.address() as AddressInfo).port)));
    const greeted = sender(port, { timeoutMs: 200 }).send(message);
    expect(await greeted).toMatchObject({ how: 'failed' });
    await new Promise((done) => silent.close(done));
    expect(await sender(port).send(message)).toMatchObject({ how: 'failed', reason: expect.stringContaining('ECONNREFUSED') });
  });

  it('is unknown when the connection breaks, or nothing comes, after the message was handed over', async () => {
    const lines: string[] = [];
    const polite = (last: string | undefined) => (line: string): string | undefined => {
      lines.push(line);
      if (/^EHLO/.test(line)) return '250 hello';
      if (/^(MAIL|RCPT)/.test(line)) return '250 ok';
      if (line === 'DATA') return '354 go on';
      return line === '.' ? last : '';
    };
    expect(await sender(await scripted(polite(undefined))).send(message)).toMatchObject({ how: 'unknown' });
    expect(lines.filter((line) => line === '.')).toHaveLength(1);
    expect(await sender(await scripted(polite('')), { timeoutMs: 300 }).send(message)).toMatchObject({ how: 'unknown', reason: expect.stringMatching(/timeout/i) });
  });
});
