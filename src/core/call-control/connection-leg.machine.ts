import type { Table } from '../../kernel/machine.ts';

/**
 * One connection between the CCXML session, the signalling leg and the media endpoint. Outbound: the endpoint makes the
 * offer, then the INVITE goes out. Inbound: the INVITE is there, the endpoint answers its offer on accept.
 * The owner (connection-leg.ts) runs the effects.
 */
export type LegState = 'idle' | 'offering' | 'calling' | 'progressing' | 'negotiating' | 'alerting' | 'answering' | 'acking' | 'connected' | 'ending' | 'ended';

export type LegEvent =
  | 'dial' | 'ring' | 'accept' | 'hangup' | 'media.ready' | 'media.negotiated' | 'media.failed' | 'sip.progress' | 'sip.answered' | 'sip.failed' | 'sip.ended';

export type LegEffect =
  | 'open-offer' | 'open-answer' | 'place' | 'answer' | 'reject' | 'apply-answer' | 'hang-up' | 'close-media'
  | 'tell-alerting' | 'tell-progressing' | 'tell-connected' | 'tell-disconnected' | 'tell-failed' | 'tell-hung-up';

export const legMachine: Table<LegState, LegEvent, LegEffect> = {
  idle: {
    dial: ['offering', 'open-offer'],
    ring: ['alerting', 'tell-alerting'],
  },
  offering: {
    'media.ready': ['calling', 'place'],
    'media.failed': ['ended', 'close-media', 'tell-failed'],
    hangup: ['ended', 'close-media', 'tell-hung-up'],
  },
  calling: {
    'sip.progress': ['progressing', 'tell-progressing'],
    'sip.answered': ['negotiating', 'apply-answer'],
    'sip.failed': ['ended', 'close-media', 'tell-failed'],
    hangup: ['ending', 'hang-up'],
  },
  progressing: {
    'sip.progress': ['progressing', 'tell-progressing'],
    'sip.answered': ['negotiating', 'apply-answer'],
    'sip.failed': ['ended', 'close-media', 'tell-failed'],
    hangup: ['ending', 'hang-up'],
  },
  negotiating: {
    'media.negotiated': ['connected', 'tell-connected'],
    // The far end's answer cannot be used: RFC 3261 §13.2.2.4 asks for ACK, then BYE.
    'media.failed': ['ending', 'hang-up'],
    'sip.ended': ['ended', 'close-media', 'tell-failed'],
    'sip.failed': ['ended', 'close-media', 'tell-failed'],
    hangup: ['ending', 'hang-up'],
  },
  alerting: {
    accept: ['answering', 'open-answer'],
    hangup: ['ending', 'reject'],
    'sip.failed': ['ended', 'tell-failed'],
    'sip.ended': ['ended', 'tell-failed'],
  },
  answering: {
    'media.ready': ['acking', 'answer'],
    'media.failed': ['ending', 'reject'],
    hangup: ['ending', 'reject'],
    'sip.failed': ['ended', 'close-media', 'tell-failed'],
    'sip.ended': ['ended', 'close-media', 'tell-failed'],
  },
  acking: {
    'sip.answered': ['connected', 'tell-connected'],
    hangup: ['ending', 'hang-up'],
    'sip.failed': ['ended', 'close-media', 'tell-failed'],
    'sip.ended': ['ended', 'close-media', 'tell-failed'],
  },
  connected: {
    hangup: ['ending', 'hang-up'],
    'sip.ended': ['ended', 'close-media', 'tell-disconnected'],
    'media.failed': ['ending', 'hang-up'],
  },
  ending: {
    // CANCEL that lost the race against 200 (RFC 3261 §9.1): the adapter ends the dialog and tells `call.ended`.
    'sip.failed': ['ended', 'close-media', 'tell-hung-up'],
    'sip.ended': ['ended', 'close-media', 'tell-hung-up'],
  },
  ended: {},
};
