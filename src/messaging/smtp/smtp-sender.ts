import MailComposer from 'nodemailer/lib/mail-composer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { MessageSender, OutgoingMessage, SendOutcome } from '../messaging.ts';

export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  /** `starttls`: not without it; `tls`: from the first byte; `none`: in the clear. */
  readonly security: 'starttls' | 'tls' | 'none';
  readonly user?: string;
  readonly password?: string;
  /** False: any certificate will do. */
  readonly verifyServer: boolean;
  /** The server may take so long for an answer. */
  readonly timeoutMs: number;
}

interface SmtpError extends Error {
  readonly responseCode?: number;
  readonly response?: string;
  readonly command?: string;
  readonly code?: string;
}

/**
 * Mail by SMTP (RFC 5321), a connection for each message, so that it is known how far each one came: before MAIL nothing has left; after
 * it, a connection that breaks leaves the outcome unknown.
 */
export class SmtpSender implements MessageSender {
  readonly #settings: SmtpSettings;

  constructor(settings: SmtpSettings) {
    this.#settings = settings;
  }

  async send(message: OutgoingMessage): Promise<SendOutcome> {
    const { host, port, security, user, password, verifyServer, timeoutMs } = this.#settings;
    const connection = new SMTPConnection({
      host, port, secure: security === 'tls', requireTLS: security === 'starttls', ignoreTLS: security === 'none', tls: { rejectUnauthorized: verifyServer },
      connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs,
    });
    let handing = false;
    try {
      const broken = new Promise<never>((_done, failed) => {
        connection.once('error', failed);
        connection.once('end', () => failed(new Error('the server closed the connection')));
      });
      // Whichever step is under way gets it; afterwards nobody asks.
      broken.catch(() => undefined);
      const step = <T>(work: (done: (error: Error | null | undefined, value?: T) => void) => void): Promise<T | undefined> =>
        Promise.race([broken, new Promise<T | undefined>((done, failed) => work((error, value) => (error ? failed(error) : done(value))))]);
      await step<void>((done) => connection.connect((error) => done(error)));
      if (user !== undefined) await step<void>((done) => connection.login({ credentials: { user, pass: password ?? '' } }, (error) => done(error)));
      const mail = new MailComposer({
        from: message.from, to: message.to, subject: message.subject ?? '', text: message.text, messageId: `<${message.id}@${domainOf(message.from)}>`,
        ...(message.html === undefined ? {} : { html: message.html }), ...(message.replyTo === undefined ? {} : { replyTo: message.replyTo }),
        disableFileAccess: true, disableUrlAccess: true,
      }).compile();
      const envelope = mail.getEnvelope();
      const bytes = await mail.build();
      handing = true;
      const sent = await step<{ response: string }>((done) => connection.send(envelope, bytes, (error, info) => done(error, info)));
      connection.quit();
      return { how: 'sent', detail: sent?.response ?? '' };
    } catch (error) {
      connection.close();
      return outcomeOf(error as SmtpError, handing);
    }
  }
}

/** A reply says what became of it (RFC 5321 §4.2.1: 5yz is final, 4yz is not); without one only the stage does. */
function outcomeOf(error: SmtpError, handing: boolean): SendOutcome {
  const reason = error.response ?? error.message;
  const { responseCode } = error;
  if (handing && responseCode !== undefined && responseCode >= 500 && error.command !== 'MAIL FROM') return { how: 'bounced', reason };
  if (!handing || responseCode !== undefined || error.code === 'EENVELOPE' || error.code === 'EMESSAGE') return { how: 'failed', reason };
  return { how: 'unknown', reason };
}

const domainOf = (from: string): string => /@([A-Za-z0-9.-]+)/.exec(from)?.[1] ?? 'localhost';
