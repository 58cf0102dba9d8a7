import type { CampaignConfig, Config } from '../config/index.ts';
import type { MessageSettings } from '../core/messaging/message-attempts.ts';
import type { LeasedContact } from '../core/ports.ts';
import { HttpGatewaySender } from '../messaging/http-gateway/http-gateway-sender.ts';
import { SmtpSender } from '../messaging/smtp/smtp-sender.ts';
import { mailAddress, messageWriter, type MessageTexts } from '../modules/channels/index.ts';

/** What a campaign sends, and where to. */
export interface MessageCampaign {
  readonly settings: MessageSettings;
  readonly addressed: (contact: LeasedContact) => LeasedContact;
}

/** Undefined for a campaign of calls. @throws NailupError MESSAGE_TEMPLATE */
export function messageCampaign(campaign: CampaignConfig, config: Config): MessageCampaign | undefined {
  const { channel, sms, mail, name } = campaign;
  const common = { campaign: name, callerName: campaign.callerName, callbackNumber: campaign.callbackNumber };
  if (channel === 'sms' && sms !== undefined && config.sms !== undefined) {
    const { deliveryReportMs, ...texts } = sms;
    return {
      settings: { channel: 'sms', sender: new HttpGatewaySender(config.sms), compose: messageWriter(texts, common, `campaign ${name}: sms`), deliveryReportMs },
      addressed: (contact) => contact,
    };
  }
  if (channel === 'mail' && mail !== undefined && config.mail !== undefined) {
    const { from, text, subject, html, replyTo, address, deliveryReportMs } = mail;
    const { user, password, ...server } = config.mail;
    const texts: MessageTexts = { from, text, subject, ...(html === undefined ? {} : { html }), ...(replyTo === undefined ? {} : { replyTo }) };
    const sender = new SmtpSender({ ...server, ...(user === undefined ? {} : { user }), ...(password === undefined ? {} : { password }) });
    return {
      settings: { channel: 'email', sender, compose: messageWriter(texts, common, `campaign ${name}: mail`), deliveryReportMs },
      addressed: (contact) => ({ ...contact, address: mailAddress(contact.attributes[address]) }),
    };
  }
  return undefined;
}
