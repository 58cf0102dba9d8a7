import { infoDigit } from '../../../../src/core/call-control/info-digit.ts';

describe('the digit of a SIP INFO', () => {
  it('is told by a Signal line, with its duration, or stands alone', () => {
    expect(infoDigit({ contentType: 'application/dtmf-relay', body: 'Signal=5\r\nDuration=250\r\n' })).toEqual({ digit: '5', durationMs: 250 });
    expect(infoDigit({ contentType: 'application/dtmf-relay; charset=utf-8', body: 'Signal = d\n' })).toEqual({ digit: 'D', durationMs: 160 });
    expect(infoDigit({ contentType: 'application/dtmf', body: ' #\r\n' })).toEqual({ digit: '#', durationMs: 160 });
    expect(infoDigit({ contentType: 'Application/VND.nortelnetworks.digits', body: 'p=Digit-Collection\r\nSignal=*' })).toEqual({ digit: '*', durationMs: 160 });
  });

  it('is none where the body is about something else', () => {
    expect(infoDigit({ contentType: 'application/media_control+xml', body: 'Signal=5' })).toBeUndefined();
    expect(infoDigit({ contentType: 'application/dtmf', body: 'hook flash' })).toBeUndefined();
    expect(infoDigit({ contentType: 'application/dtmf-relay', body: 'Signal=hf' })).toBeUndefined();
  });
});
