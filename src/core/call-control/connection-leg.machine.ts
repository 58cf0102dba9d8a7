import type { Table } from '../../kernel/machine.ts';

/**
 * One connection between the CCXML session, the signalling leg and the media endpoint. Outbound: the endpoint makes the
 * offer, then the INVITE goes out. Inbound: the INVITE is there, the endpoint answers its offer on accept.
 * The owner (connection-leg.ts) runs the effects.
 */
export type LegState = 'idle' | 'offering' | 'calling' | 'progressing' | 'negotiating' | 'alerting' | 'answering' | 'acking' | 'connected'
  | 'redirecting' | 'referring' | 'leaving' | 'ending' | 'ended';

export type LegEvent =
  | 'dial' | 'ring' | 'accept' | 'hangup' | 'media.ready' | 'media.negotiated' | 'media.failed' | 'sip.progress' | 'sip.answered' | 'sip.failed' | 'sip.ended'
  | 'redirect' | 'refer' | 'referred' | 'refer.failed' | 'sip.replaced';

export type LegEffect =
  | 'open-offer' | 'open-answer' | 'place' | 'answer' | 'reject' | 'apply-answer' | 'hang-up' | 'close-media'
  | 'tell-alerting' | 'tell-progressing' | 'tell-connected' | 'tell-disconnected' | 'tell-failed' | 'tell-hung-up'
  | 'tell-transferred' | 'tell-refer-failed';

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
  // Whoever would answer now would hear nothing: it rings no longer.
  calling: {
    'sip.progress': ['progressing', 'tell-progressing'],
    'sip.answered': ['negotiating', 'apply-answer'],
    'sip.failed': ['ended', 'close-media', 'tell-failed'],
    'media.failed': ['ending', 'hang-up'],
    hangup: ['ending', 'hang-up'],
  },
  progressing: {
    'sip.progress': ['progressing', 'tell-progressing'],
    'sip.answered': ['negotiating', 'apply-answer'],
    'sip.failed': ['ended', 'close-media', 'tell-failed'],
    'media.failed': ['ending', 'hang-up'],
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
    redirect: ['redirecting'],
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
    'media.failed': ['ending', 'hang-up'],
    hangup: ['ending', 'hang-up'],
    'sip.failed': ['ended', 'close-media', 'tell-failed'],
    'sip.ended': ['ended', 'close-media', 'tell-failed'],
  },
  connected: {
    refer: ['referring'],
    hangup: ['ending', 'hang-up'],
    'sip.ended': ['ended', 'close-media', 'tell-disconnected'],
    'media.failed': ['ending', 'hang-up'],
  },
  // 302 is out (RFC 3261 §8.3); a CANCEL may have crossed it.
  redirecting: {
    referred: ['ended', 'tell-transferred'],
    hangup: ['ending'],
    'sip.failed': ['ended', 'tell-failed'],
    'sip.ended': ['ended', 'tell-failed'],
  },
  // REFER is out, for this call or for the one that it is merged with (RFC 3515, RFC 3891).
  referring: {
    referred: ['leaving', 'tell-transferred', 'hang-up'],
    'refer.failed': ['connected', 'tell-refer-failed'],
    'sip.replaced': ['ended', 'close-media', 'tell-transferred'],
    'sip.ended': ['ended', 'close-media', 'tell-disconnected'],
    'media.failed': ['ending', 'hang-up'],
    hangup: ['ending', 'hang-up'],
  },
  // The far end is with its new partner; our dialog with it only has to be closed (RFC 5589 §6).
  leaving: {
    hangup: ['leaving'],
    'sip.failed': ['ended', 'close-media'],
    'sip.ended': ['ended', 'close-media'],
  },
  ending: {
    // CANCEL that lost the race against 200 (RFC 3261 §9.1): the adapter ends the dialog and tells `call.ended`.
    'sip.failed': ['ended', 'close-media', 'tell-hung-up'],
    'sip.ended': ['ended', 'close-media', 'tell-hung-up'],
  },
  ended: {},
};
