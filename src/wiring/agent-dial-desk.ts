import type { AgentDials } from '../core/call-control/agent-dials.ts';
import type { ContactNumber, LeasedContact } from '../core/ports.ts';
import type { DialDesk } from '../modules/agents/index.ts';
import { isCountry, parsePhoneNumber } from '../modules/contacts/index.ts';
import type { Jobs } from './jobs.ts';

/** The number in E.164, read as the contact import reads it; undefined: it is none. */
export function e164(text: string, country: string): string | undefined {
  const parsed = parsePhoneNumber(text, isCountry(country) ? country : undefined, 'plausible');
  return parsed.ok ? parsed.value.e164 : undefined;
}

/** Where a contact may be reached: the number it was imported with, and those of its attributes that are numbers. */
export function contactNumbers(contact: LeasedContact, attributes: readonly string[], country: string): readonly ContactNumber[] {
  const more = attributes.flatMap((name) => {
    const number = e164(contact.attributes[name] ?? '', country);
    return number === undefined || number === contact.address ? [] : [{ name, number, isDefault: false }];
  });
  return [{ name: 'phone', number: contact.address, isDefault: true }, ...more];
}

/** What agents' dialling commands come to. */
export function dialDesk(dials: AgentDials, jobs: Jobs, country: string): DialDesk {
  return {
    preview: (session, text) => dials.dial(session, text === undefined ? undefined : (e164(text, country) ?? text)),
    cancel: (session) => dials.cancel(session),
    byHand: async (agent, job, text) => {
      const number = e164(text, country);
      if (number === undefined) return { accepted: false, why: 'unknownNumber', text: `"${text}" is no telephone number` };
      if (job !== undefined) return dials.dialByHand(agent, job, number);
      const lacks = jobs.running.some((id) => jobs.dialTerms(id)?.kind === 'manual');
      return { accepted: false, why: 'notPermitted', text: lacks ? 'the agent serves no job: the licence or the share of the manual jobs is used up (licences.manualAgents, campaign.sharing.maxAgents)' : 'the agent serves no job, and no manual job runs' };
    },
  };
}
