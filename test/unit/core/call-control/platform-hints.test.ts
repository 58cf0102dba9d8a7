import { classifyHints, placeHints } from '../../../../src/core/call-control/platform-hints.ts';

describe('the hints that ask for call classification', () => {
  it('are none unless they ask for it', () => {
    expect(classifyHints({ call_classification_verdict_time: 900 })).toBeUndefined();
    expect(classifyHints({ enable_call_classification: 'false' })).toBeUndefined();
    expect(classifyHints({ enable_call_classification: true })).toEqual({ phase: 'connected' });
  });

  it('tune times, costs and the background mode, as numbers or as text', () => {
    expect(classifyHints({
      enable_call_classification: 'true', call_classification_timeout: '15000', call_classification_recorded_msg_timeout: 20000, call_classification_verdict_time: '1500',
      call_classification_message_end_silence: '1800', call_classification_missed_person_cost: '2.5', call_classification_background: 'true', call_classification_country: 'DE',
    })).toEqual({ phase: 'connected', timeoutMs: 15000, recordedMsgTimeoutMs: 20000, verdictMs: 1500, messageEndSilenceMs: 1800, missedPersonCost: 2.5, background: true, country: 'DE' });
  });

  it('leave out what is no time and no cost', () => {
    expect(classifyHints({ enable_call_classification: true, call_classification_verdict_time: 'soon', call_classification_missed_person_cost: '0', call_classification_message_end_silence: -5, call_classification_country: '' })).toEqual({ phase: 'connected' });
    expect(classifyHints({ enable_call_classification: true, call_classification_missed_person_cost: '-1' })).toEqual({ phase: 'connected' });
  });
});

describe('the hints that set headers of the INVITE', () => {
  it('are display names, the headers that pages for Experience Portal know, and any other by its name', () => {
    expect(placeHints({
      'sip.from.displayname': 'Nailup GmbH', 'sip.to.displayname': 'Ada', 'sip.call-info': '<http://example.org/us.png>;purpose=icon', 'sip.organization': 'Nailup', 'sip.subject': 'Your order',
      'sip.priority': 'non-urgent', 'sip.x-campaign': 7, 'sip.unknownhdr.X-Shop-ID': 'berlin', 'nailup.trunk': 'carrier', enable_call_classification: true, 'sip.x-unset': undefined,
    })).toEqual({
      trunk: 'carrier', fromDisplayName: 'Nailup GmbH', toDisplayName: 'Ada', refused: [],
      headers: { 'Call-Info': '<http://example.org/us.png>;purpose=icon', Organization: 'Nailup', Subject: 'Your order', Priority: 'non-urgent', 'X-Campaign': '7', 'X-Shop-ID': 'berlin' },
    });
  });

  it('cannot touch what the dialog, its route, its trust or its body live by', () => {
    const forbidden = ['sip.via', 'sip.unknownhdr.Via', 'sip.v', 'sip.Content-Length', 'sip.unknownhdr.l', 'sip.contact', 'sip.route', 'sip.P-Asserted-Identity', 'sip.unknownhdr.Replaces', 'sip.require', 'sip.cseq'];
    const noNames = ['sip.', 'sip.a b', 'sip.x:y', 'sip.unknownhdr.X\r\nVia', 'sip.x-object'];
    expect(placeHints(Object.fromEntries([...forbidden, ...noNames].map((key) => [key, key === 'sip.x-object' ? {} : 'value'])))).toEqual({ refused: [...forbidden, ...noNames] });
  });

  it('stay one line each', () => {
    expect(placeHints({ 'sip.subject': 'one\r\nVia: two', 'sip.from.displayname': 'a\nb' })).toEqual({ headers: { Subject: 'one Via: two' }, fromDisplayName: 'a b', refused: [] });
  });
});
