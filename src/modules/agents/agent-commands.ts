import type { Clock } from '../../kernel/clock.ts';
import type { DialReply } from '../../core/call-control/agent-dials.ts';
import type { AgentId, AttemptId, JobId } from '../../kernel/ids.ts';
import type { Reply } from '../../kernel/result.ts';
import { z } from 'zod';
import { commandSchemas, envelopeSchema, errorStrings, resultCodes, type CommandName, type CommandParameters, type ResultCode } from './agent-api.ts';
import type { AgentManager } from './agent-manager.ts';
import type { Agent, Desktop } from './agent.ts';
import { checkPassword } from './password-hash.ts';

/** Where agents' dialling goes. Numbers as the desktop wrote them. */
export interface DialDesk {
  /** Without a number: the contact's usual one. */
  preview(session: AttemptId, number: string | undefined): Promise<DialReply>;
  cancel(session: AttemptId): Promise<DialReply>;
  byHand(agent: AgentId, job: JobId | undefined, number: string): Promise<DialReply>;
}

export interface CommandDeps {
  readonly manager: AgentManager;
  readonly dials: DialDesk;
  /** AGTSendDTMF: to the person whom the agent talks to. */
  readonly digits: { send(session: AttemptId, agent: AgentId, digits: string): Promise<Reply> };
  readonly clock: Clock;
  /** Completion codes that agents of a job may give; without a job, of any. */
  readonly completionCodes: (job: JobId | undefined) => readonly { codeID: string; codeValue: string }[];
  readonly wrapupExtensions: number;
  readonly doNotCall: {
    /** The text as the list has it; undefined: neither a number nor a mail address. */
    addressOf(text: string): string | undefined;
    add(address: string, source: string): Promise<void>;
  };
}

export interface CommandResponse {
  readonly command: string;
  readonly id?: number | string;
  readonly result: ResultCode;
  /** What was wrong, in words. */
  readonly error?: string;
  readonly [more: string]: unknown;
}

const maxFailedLogons = 5;
const logonPauseMs = 30_000;

/** One desktop's connection: takes its commands in, gives each an answer. */
export class AgentSession {
  readonly #deps: CommandDeps;
  readonly #desktop: Desktop;
  #agent: Agent | undefined;
  #failed = 0;
  #refuseUntil = 0;

  constructor(deps: CommandDeps, desktop: Desktop) {
    this.#deps = deps;
    this.#desktop = desktop;
  }

  /** The connection is gone: the agent leaves after the call it is in. */
  closed(): void {
    const agent = this.#agent;
    if (agent?.desktop !== this.#desktop) return;
    agent.desktop = undefined;
    this.#deps.manager.take(agent, 'desktopGone');
  }

  async handle(text: string): Promise<CommandResponse> {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      return { command: 'RESP', result: resultCodes.badMessage, error: 'not JSON' };
    }
    const envelope = envelopeSchema.safeParse(json);
    if (!envelope.success) return { command: 'RESP', result: resultCodes.badMessage, error: z.prettifyError(envelope.error) };
    const { command, id, parameters } = envelope.data;
    const answer = { command: `${command}RESP`, ...(id === undefined ? {} : { id }) };
    if (!isCommand(command)) {
      this.#desktop.notify({ notification: 'AGTInvalidCommandName', parameters: { command } });
      return { ...answer, result: resultCodes.invalidCommand, error: `${command} is not a command` };
    }
    const checked = commandSchemas[command].safeParse(parameters);
    if (!checked.success) return { ...answer, result: resultCodes.badParameter, error: z.prettifyError(checked.error) };
    return { ...answer, ...(await this.#run({ command, parameters: checked.data } as Command)) };
  }

  async #run(request: Command): Promise<Outcome> {
    if (request.command === 'AGTLogon') return this.#logOn(request.parameters);
    if (request.command === 'AGTGetErrorString') return { result: resultCodes.ok, text: errorStrings[request.parameters.errorCode] ?? 'Unknown error code' };
    const agent = this.#agent;
    if (agent === undefined || agent.desktop !== this.#desktop || agent.state === 'loggedOff') return { result: resultCodes.notLoggedOn, error: 'log on first' };
    const { manager } = this.#deps;
    const take = (event: Parameters<AgentManager['take']>[1]): Outcome =>
      manager.take(agent, event) ? { result: resultCodes.ok } : { result: resultCodes.wrongState, error: `the agent is ${agent.state}` };
    switch (request.command) {
      case 'AGTLogoff':
      case 'AGTPendingLogout':
        return take('logoff');
      case 'AGTStateChange':
        return { ...take(request.parameters.agentState === 'Ready' ? 'ready' : 'notReady'), agentState: request.parameters.agentState };
      case 'AGTAvailableForNailup':
        return take('availableForNailup');
      case 'AGTReadyForNailup':
      case 'AGTNailupAgent':
        if (request.command === 'AGTNailupAgent' && agent.state === 'ready') manager.take(agent, 'availableForNailup');
        return take('readyForNailup');
      case 'AGTLostNailing':
        return take('nail.lost');
      case 'AGTPreviewDial':
        return this.#forContact(agent, request.parameters.sessionID, async (session) => dialled(await this.#deps.dials.preview(session, request.parameters.contactNumber?.number)));
      case 'AGTPreviewCancel':
        return this.#forContact(agent, request.parameters.sessionID, async (session) => dialled(await this.#deps.dials.cancel(session)));
      case 'AGTManualDial':
        if (agent.state !== 'idle') return { result: resultCodes.wrongState, error: `the agent is ${agent.state}, not idle on the line` };
        return dialled(await this.#deps.dials.byHand(agent.id, agent.job, request.parameters.contactNumber.number));
      case 'AGTSendDTMF':
        return this.#forContact(agent, request.parameters.sessionID, (session) => this.#sendDigits(agent, session, request.parameters.dtmf));
      case 'AGTReleaseLine':
        return this.#forContact(agent, request.parameters.sessionID, () => ({ ...take('releaseLine'), wrapupDetails: manager.wrapupDetails(agent) }));
      case 'AGTGetCompCodes':
        return { result: resultCodes.ok, completionCodes: this.#deps.completionCodes(agent.job) };
      case 'AGTWrapupContact':
        return this.#forContact(agent, request.parameters.sessionID, () => this.#wrapUp(agent, request.parameters.completionCode));
      case 'AGTExtendWrapup':
        return this.#forContact(agent, request.parameters.sessionID, () => this.#extend(agent));
      case 'AGTGetCustomerDetails':
        return this.#forContact(agent, request.parameters.sessionID, () => ({ result: resultCodes.ok, number: agent.contact?.address, attributes: agent.contact?.attributes ?? {} }));
      case 'AGTAddToDNC':
        return this.#neverAgain(request.parameters.addressList, `agent ${agent.id}`);
    }
  }

  async #logOn(parameters: CommandParameters['AGTLogon']): Promise<Outcome> {
    const { manager, clock } = this.#deps;
    if (clock.monotonic() < this.#refuseUntil) return { result: resultCodes.overloaded, error: 'too many failed logons; wait half a minute' };
    const agent = manager.find(parameters.agentExt);
    // An unknown extension costs as much time as a wrong password, so that it cannot be told apart.
    const right = await checkPassword(parameters.pwd, agent?.account.passwordHash ?? unknownAgentHash);
    if (agent === undefined || !right) {
      this.#failed += 1;
      if (this.#failed >= maxFailedLogons) {
        this.#failed = 0;
        this.#refuseUntil = clock.monotonic() + logonPauseMs;
      }
      return { result: resultCodes.wrongCredentials, error: 'agent extension or password is wrong' };
    }
    this.#failed = 0;
    if (agent.state !== 'loggedOff') {
      // A desktop that lost its connection comes back to the session it had; a second one needs isForce.
      if (agent.desktop !== undefined && agent.desktop !== this.#desktop && !parameters.isForce) return { result: resultCodes.alreadyLoggedOn, error: 'logged on elsewhere; use isForce' };
      if (agent.desktop !== this.#desktop) manager.takeOver(agent, this.#desktop);
    } else {
      manager.logOn(agent, this.#desktop);
    }
    this.#agent = agent;
    return { result: resultCodes.ok, agentState: agent.state };
  }

  async #neverAgain(texts: readonly string[], source: string): Promise<Outcome> {
    const { doNotCall } = this.#deps;
    const addresses = texts.map((text) => doNotCall.addressOf(text));
    const wrong = texts.find((_text, i) => addresses[i] === undefined);
    if (wrong !== undefined) return { result: resultCodes.badParameter, error: `addressList: "${wrong}" is neither a number nor a mail address; nothing was added` };
    for (const address of addresses) if (address !== undefined) await doNotCall.add(address, source);
    return { result: resultCodes.ok };
  }

  #forContact<T extends Outcome | Promise<Outcome>>(agent: Agent, session: string, act: (session: AttemptId) => T): T | Outcome {
    return agent.attempt === session ? act(agent.attempt) : { result: resultCodes.unknownSession, error: `no contact ${session} with this agent` };
  }

  #wrapUp(agent: Agent, code: string): Outcome {
    const known = this.#deps.completionCodes(agent.job).find((c) => c.codeID === code || c.codeValue === code);
    if (known === undefined) return { result: resultCodes.unknownCompletionCode, error: `${code} is not a completion code of the job` };
    if (agent.state !== 'wrapup') return { result: resultCodes.wrongState, error: `the agent is ${agent.state}, not in wrap-up` };
    agent.wrapupCode = known.codeValue;
    this.#deps.manager.take(agent, 'wrapupContact');
    return { result: resultCodes.ok };
  }

  async #sendDigits(agent: Agent, session: AttemptId, digits: string): Promise<Outcome> {
    if (agent.state !== 'talking') return { result: resultCodes.wrongState, error: `the agent is ${agent.state}; digits are sent to somebody who is talked to` };
    const reply = await this.#deps.digits.send(session, agent.id, digits);
    return reply.accepted ? { result: resultCodes.ok } : { result: resultCodes.digitsNotSent, error: reply.refusal.reason };
  }

  #extend(agent: Agent): Outcome {
    if (agent.state !== 'wrapup') return { result: resultCodes.wrongState, error: `the agent is ${agent.state}, not in wrap-up` };
    if (agent.extensions >= this.#deps.wrapupExtensions) return { result: resultCodes.noMoreExtensions };
    agent.extensions += 1;
    this.#deps.manager.take(agent, 'extendWrapup');
    return { result: resultCodes.ok, wrapupDetails: this.#deps.manager.wrapupDetails(agent) };
  }
}

function dialled(reply: DialReply): Outcome {
  return reply.accepted ? { result: resultCodes.ok, sessionID: reply.session } : { result: resultCodes[reply.why], error: reply.text };
}

type Outcome = { readonly result: ResultCode; readonly error?: string; readonly [more: string]: unknown };
type Command = { [C in CommandName]: { readonly command: C; readonly parameters: CommandParameters[C] } }[CommandName];

const isCommand = (word: string): word is CommandName => Object.hasOwn(commandSchemas, word);

/** A hash that no password fits. */
const unknownAgentHash = 'scrypt$16384$8$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=';
