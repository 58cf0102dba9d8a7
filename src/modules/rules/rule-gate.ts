import type { AttemptGate, GateVerdict } from '../../core/ports.ts';
import type { JobId } from '../../kernel/ids.ts';
import { evaluate, type AddressHistory } from './evaluate.ts';
import { lookBackMs, type RuleSet } from './rule-set.ts';

/** What the gate must be told; the campaigns module answers from the store. */
export interface GateFacts {
  rulesOf(job: JobId): Promise<RuleSet>;
  /** `since`: attempts that started earlier are not needed. */
  historyOf(address: string, since: number, now: number): Promise<AddressHistory>;
}

/** The choke point: asks for the facts, then the pure rules. */
export class RuleGate implements AttemptGate {
  readonly #facts: GateFacts;

  constructor(facts: GateFacts) {
    this.#facts = facts;
  }

  async authorise(request: Parameters<AttemptGate['authorise']>[0]): Promise<GateVerdict> {
    const { contact, asker, channel, now } = request;
    const rules = await this.#facts.rulesOf(contact.job);
    const history = await this.#facts.historyOf(contact.address, now - lookBackMs(rules), now);
    return evaluate(rules, { address: contact.address, timeZones: contact.timeZones ?? [contact.timeZone], asker, channel, now }, history);
  }
}
