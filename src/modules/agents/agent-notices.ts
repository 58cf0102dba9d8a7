import type { AgentEffect } from './agent.machine.ts';
import type { AgentNotification, NotificationMap } from './agent-api.ts';
import type { Agent } from './agent.ts';

type CallState = NotificationMap['AGTCallStateChangedNotify']['callState'];

const callStates: Partial<Record<Agent['state'], CallState>> = { previewing: 'Preview', dialling: 'Dialing', talking: 'Talking', wrapup: 'Wrapup' };

export function agentStateWord(agent: Agent): 'Ready' | 'NotReady' | 'PendingNotReady' {
  if (agent.state === 'notReady' || agent.state === 'nailedNotReady' || agent.state === 'loggedOff') return 'NotReady';
  return agent.wants === 'notReady' ? 'PendingNotReady' : 'Ready';
}

/** What the desktop is told on a `tell-` effect of the agent's machine; undefined where there is nothing to tell. */
export function noticeOf(effect: AgentEffect, agent: Agent, wrapupDetails: { wrapupSeconds: number; extensionsLeft: number }): AgentNotification | undefined {
  switch (effect) {
    case 'tell-state':
      return { notification: 'AGTStateChangedNotify', parameters: { agentState: agentStateWord(agent) } };
    case 'tell-call-state':
      return { notification: 'AGTCallStateChangedNotify', parameters: { callState: callStates[agent.state] ?? 'Idle', ...(agent.attempt === undefined ? {} : { sessionID: agent.attempt }), ...previewSeconds(agent) } };
    case 'tell-pending-nail':
      return nailup('PendingNailUp');
    case 'tell-nailed':
      return nailup('NailedUp');
    case 'tell-not-nailed':
      return nailup('NotNailedUp');
    case 'tell-call':
      return callNotice(agent);
    case 'tell-dial-failed':
      return agent.attempt === undefined || agent.failure === undefined ? undefined : { notification: 'AGTDialFailed', parameters: { sessionID: agent.attempt, ...agent.failure } };
    case 'tell-auto-release':
      return { notification: 'AGTAutoReleaseLine', parameters: { sessionID: agent.attempt ?? '', wrapupDetails } };
    default:
      return undefined;
  }
}

function previewSeconds({ state, offer }: Agent): { previewSeconds?: number } {
  return state === 'previewing' && offer?.dialsAfterMs !== undefined ? { previewSeconds: Math.ceil(offer.dialsAfterMs / 1_000) } : {};
}

const nailup = (nailupStatus: NotificationMap['AGTNailupChange']['nailupStatus']): AgentNotification => ({ notification: 'AGTNailupChange', parameters: { nailupStatus } });

function callNotice({ attempt, contact, offer, contactType }: Agent): AgentNotification | undefined {
  if (contact === undefined || attempt === undefined) return undefined;
  return {
    notification: 'AGTCallNotify',
    parameters: {
      sessionID: attempt, contactType: offer?.contactType ?? contactType,
      contactNumbers: offer?.numbers.map((number) => ({ ...number })) ?? [{ name: 'phone', number: contact.address, isDefault: true }],
      attributes: { ...contact.attributes },
    },
  };
}
