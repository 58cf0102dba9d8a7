import type { AttributeSpec } from './element.ts';

/** Attributes that `<dialogprepare>` and `<dialogstart>` share (CCXML 1.0 §7.2.1.2, §7.2.2.2). */
export const dialogAttributes = {
  src: { kind: 'uri' },
  type: { kind: 'string' },
  namelist: { kind: 'namelist' },
  parameters: { kind: 'namelist' },
  dialogid: { kind: 'location', oldNames: ['name', 'sessionid'] },
  connectionid: { kind: 'string', oldNames: ['callid', 'connid'] },
  conferenceid: { kind: 'string' },
  mediadirection: { kind: 'enumeration', values: ['both', 'dialogtransmit', 'dialogreceive'] },
  maxage: { kind: 'time' },
  maxstale: { kind: 'time' },
  enctype: { kind: 'string' },
  method: { kind: 'enumeration', values: ['get', 'post'] },
  hints: { kind: 'object' },
} as const satisfies Record<string, AttributeSpec>;

export const defaultDialogType = 'application/voicexml+xml';
export const defaultEnctype = 'application/x-www-form-urlencoded';
