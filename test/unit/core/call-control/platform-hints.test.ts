import { classifyHints } from '../../../../src/core/call-control/platform-hints.ts';

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
