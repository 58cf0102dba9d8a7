/**
 * The properties of VoiceXML 2.0 §6.3 and 2.1, with the defaults of the specification where it names one, and ours where it
 * leaves them to the platform.
 */
export const specifiedDefaults = {
  // §6.3.2 generic speech recogniser
  confidencelevel: '0.5',
  sensitivity: '0.5',
  speedvsaccuracy: '0.5',
  completetimeout: '1s',
  incompletetimeout: '1s',
  maxspeechtimeout: '30s',
  // §6.3.3 generic DTMF recogniser
  interdigittimeout: '3s',
  termtimeout: '0s',
  termchar: '#',
  // §6.3.4 prompt and collect
  bargein: 'true',
  bargeintype: 'speech',
  timeout: '5s',
  // §6.3.5 fetching
  audiofetchhint: 'prefetch',
  audiomaxage: undefined,
  audiomaxstale: undefined,
  documentfetchhint: 'safe',
  documentmaxage: undefined,
  documentmaxstale: undefined,
  grammarfetchhint: 'prefetch',
  grammarmaxage: undefined,
  grammarmaxstale: undefined,
  objectfetchhint: 'prefetch',
  objectmaxage: undefined,
  objectmaxstale: undefined,
  scriptfetchhint: 'prefetch',
  scriptmaxage: undefined,
  scriptmaxstale: undefined,
  fetchaudio: undefined,
  fetchaudiodelay: '2s',
  fetchaudiominimum: '5s',
  fetchtimeout: '7s',
  // §6.3.6 miscellaneous
  inputmodes: 'dtmf voice',
  universals: 'none',
  maxnbest: '1',
  // VoiceXML 2.1 §7, §4
  recordutterance: 'false',
  recordutterancetype: 'audio/x-wav',
  datafetchhint: 'safe',
  datamaxage: undefined,
  datamaxstale: undefined,
} as const satisfies Record<string, string | undefined>;

export type PropertyName = keyof typeof specifiedDefaults;
