import type { Table } from '../../kernel/machine.ts';

/**
 * An agent from logon to logoff. A desktop sees the product agent × call × job × nail-up; the words here are the combinations
 * that occur, and the agent manager's notifications translate them back. Every state but `loggedOff`, `notReady`,
 * `ready` and `idle` has a deadline, so that nobody is stuck in one.
 */
export type AgentState =
  | 'loggedOff' | 'notReady' | 'ready' | 'pendingNail' | 'nailing' | 'idle' | 'nailedNotReady'
  | 'previewing' | 'dialling' | 'reserved' | 'talking' | 'wrapup';

export type AgentEvent =
  // from the desktop
  | 'logon' | 'ready' | 'notReady' | 'availableForNailup' | 'readyForNailup' | 'releaseLine' | 'wrapupContact' | 'extendWrapup' | 'logoff'
  // from nailing
  | 'nail.up' | 'nail.lost' | 'nail.failed' | 'nail.down' | 'held'
  // from call control
  | 'reserve' | 'connected' | 'customerLeft' | 'released'
  // of contacts that the agent dials
  | 'preview' | 'dialByHand' | 'dial' | 'previewAgain' | 'dialFailed' | 'previewOver'
  | 'deadline' | 'desktopGone';

export type AgentEffect =
  | 'tell-state' | 'tell-call-state' | 'tell-pending-nail' | 'tell-nailed' | 'tell-not-nailed' | 'tell-job' | 'tell-call' | 'tell-auto-release' | 'tell-dial-failed'
  | 'nail' | 'unnail' | 'unnail-now' | 'offer' | 'release-customer' | 'lost-customer' | 'give-back' | 'forget-contact' | 'finish-wrapup' | 'default-wrapup' | 'settle' | 'want-not-ready' | 'want-ready' | 'want-logoff' | 'nail-gone' | 'closed';

export const agentMachine: Table<AgentState, AgentEvent, AgentEffect> = {
  loggedOff: {
    logon: ['notReady', 'tell-state'],
  },
  notReady: {
    ready: ['ready', 'tell-state'],
    logoff: ['loggedOff', 'closed'],
    desktopGone: ['loggedOff', 'closed'],
    'nail.up': ['notReady', 'unnail-now'],
  },
  ready: {
    notReady: ['notReady', 'tell-state'],
    availableForNailup: ['pendingNail', 'tell-pending-nail'],
    logoff: ['loggedOff', 'closed'],
    desktopGone: ['loggedOff', 'closed'],
    'nail.up': ['ready', 'unnail-now'],
  },
  pendingNail: {
    readyForNailup: ['nailing', 'nail'],
    notReady: ['notReady', 'tell-not-nailed', 'tell-state'],
    deadline: ['ready', 'tell-not-nailed'],
    logoff: ['loggedOff', 'closed'],
    desktopGone: ['loggedOff', 'closed'],
  },
  nailing: {
    'nail.up': ['idle', 'tell-nailed', 'tell-job', 'offer'],
    'nail.failed': ['ready', 'tell-not-nailed'],
    'nail.down': ['ready', 'tell-not-nailed'],
    notReady: ['notReady', 'unnail-now', 'tell-not-nailed', 'tell-state'],
    deadline: ['ready', 'unnail-now', 'tell-not-nailed'],
    logoff: ['loggedOff', 'unnail-now', 'closed'],
    desktopGone: ['loggedOff', 'unnail-now', 'closed'],
  },
  idle: {
    reserve: ['reserved'],
    preview: ['previewing', 'tell-call', 'tell-call-state'],
    dialByHand: ['dialling', 'tell-call', 'tell-call-state'],
    notReady: ['nailedNotReady', 'tell-state'],
    held: ['nailedNotReady', 'tell-state'],
    'nail.lost': ['nailing', 'tell-pending-nail'],
    'nail.down': ['ready', 'tell-not-nailed'],
    'nail.failed': ['ready', 'tell-not-nailed'],
    logoff: ['loggedOff', 'unnail', 'closed'],
    desktopGone: ['loggedOff', 'unnail', 'closed'],
  },
  nailedNotReady: {
    ready: ['idle', 'tell-state', 'offer'],
    'nail.lost': ['notReady', 'unnail-now', 'tell-not-nailed'],
    'nail.down': ['notReady', 'tell-not-nailed'],
    'nail.failed': ['notReady', 'tell-not-nailed'],
    // A long break does not hold a line for ever.
    deadline: ['notReady', 'unnail-now', 'tell-not-nailed'],
    logoff: ['loggedOff', 'unnail', 'closed'],
    desktopGone: ['loggedOff', 'unnail', 'closed'],
  },
  // A contact is on the screen, and nobody has been dialled: whatever happens to the agent, it goes back to the list.
  previewing: {
    dial: ['dialling', 'tell-call-state'],
    previewOver: ['idle', 'settle'],
    notReady: ['previewing', 'want-not-ready', 'tell-state'],
    ready: ['previewing', 'want-ready', 'tell-state'],
    held: ['nailedNotReady', 'give-back', 'forget-contact', 'tell-state'],
    logoff: ['idle', 'give-back', 'want-logoff', 'settle'],
    desktopGone: ['idle', 'give-back', 'want-logoff', 'settle'],
    'nail.lost': ['nailing', 'give-back', 'forget-contact', 'tell-pending-nail'],
    'nail.failed': ['ready', 'give-back', 'forget-contact', 'tell-not-nailed'],
    'nail.down': ['ready', 'give-back', 'forget-contact', 'tell-not-nailed'],
    // Whoever leaves a contact on the screen for so long is not there.
    deadline: ['nailedNotReady', 'give-back', 'forget-contact', 'tell-state'],
  },
  dialling: {
    connected: ['talking', 'tell-call-state'],
    dialFailed: ['idle', 'tell-dial-failed', 'settle'],
    previewAgain: ['previewing', 'tell-dial-failed', 'tell-call-state'],
    released: ['idle', 'settle'],
    releaseLine: ['dialling', 'release-customer'],
    notReady: ['dialling', 'want-not-ready', 'tell-state'],
    ready: ['dialling', 'want-ready', 'tell-state'],
    logoff: ['dialling', 'want-logoff'],
    desktopGone: ['dialling', 'want-logoff', 'release-customer'],
    'nail.lost': ['nailing', 'lost-customer', 'forget-contact', 'tell-pending-nail'],
    'nail.failed': ['ready', 'lost-customer', 'forget-contact', 'tell-not-nailed'],
    'nail.down': ['ready', 'lost-customer', 'forget-contact', 'tell-not-nailed'],
    deadline: ['idle', 'lost-customer', 'settle'],
  },
  reserved: {
    connected: ['talking', 'tell-call', 'tell-call-state'],
    released: ['idle', 'settle'],
    customerLeft: ['idle', 'settle'],
    notReady: ['reserved', 'want-not-ready'],
    ready: ['reserved', 'want-ready'],
    logoff: ['reserved', 'want-logoff'],
    desktopGone: ['reserved', 'want-logoff'],
    'nail.lost': ['nailing', 'lost-customer', 'tell-pending-nail'],
    'nail.failed': ['ready', 'lost-customer', 'tell-not-nailed'],
    deadline: ['idle', 'lost-customer', 'settle'],
  },
  talking: {
    releaseLine: ['talking', 'release-customer'],
    customerLeft: ['wrapup', 'tell-auto-release', 'tell-call-state'],
    released: ['wrapup', 'tell-auto-release', 'tell-call-state'],
    notReady: ['talking', 'want-not-ready', 'tell-state'],
    ready: ['talking', 'want-ready', 'tell-state'],
    logoff: ['talking', 'want-logoff'],
    desktopGone: ['talking', 'want-logoff', 'release-customer'],
    'nail.lost': ['wrapup', 'nail-gone', 'lost-customer', 'tell-auto-release', 'tell-call-state'],
    'nail.failed': ['wrapup', 'nail-gone', 'lost-customer', 'tell-auto-release', 'tell-call-state'],
    deadline: ['talking', 'release-customer'],
  },
  wrapup: {
    wrapupContact: ['idle', 'finish-wrapup', 'settle'],
    deadline: ['idle', 'default-wrapup', 'settle'],
    extendWrapup: ['wrapup', 'tell-call-state'],
    notReady: ['wrapup', 'want-not-ready', 'tell-state'],
    ready: ['wrapup', 'want-ready', 'tell-state'],
    logoff: ['wrapup', 'want-logoff'],
    desktopGone: ['idle', 'want-logoff', 'default-wrapup', 'settle'],
    'nail.lost': ['wrapup', 'nail-gone'],
    'nail.failed': ['wrapup', 'nail-gone'],
    'nail.down': ['wrapup', 'nail-gone'],
  },
};
