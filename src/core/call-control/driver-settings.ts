import type { Attempt } from './attempt.ts';

/** How the driver session of a job is launched. */
export interface DriverSettings {
  /** Absolute URI of the driver page. */
  readonly driverUri: string;
  readonly mode: 'agent' | 'dialog';
  readonly classify: boolean;
  /** Tones before the answer too. */
  readonly classifyEarly?: boolean;
  readonly callerId: string;
  readonly trunk: string;
  readonly ringTimeoutMs: number;
  readonly humanUrl: string;
  readonly machineUrl: string;
  readonly verdictMs: number;
  readonly sovTimeoutMs: number;
  readonly liveVoiceTimeoutMs: number;
  /** From the end of the person's greeting to the safe-harbour message, when no agent is there. */
  readonly safeHarbourMs: number;
  readonly parameters: Readonly<Record<string, string>>;
}

/** The driver page's `session.values`. */
export function launchValues(attempt: Attempt, settings: DriverSettings): Readonly<Record<string, unknown>> {
  return {
    avaya: {
      ParameterMap: {
        ...settings.parameters,
        attempt: attempt.id,
        dnis: attempt.contact.address,
        ani: settings.callerId,
        trunk: settings.trunk,
        noAnsTime: settings.ringTimeoutMs,
        enhCCA: settings.classify,
        earlyCCA: settings.classifyEarly === true,
        mode: settings.mode,
        humanUrl: settings.humanUrl,
        machineUrl: settings.machineUrl,
        verdictTime: settings.verdictMs,
        sovTimeout: settings.sovTimeoutMs,
        liveVoiceTimeout: settings.liveVoiceTimeoutMs,
      },
      UUI_Info: '',
    },
    contact: { address: attempt.contact.address, attributes: attempt.contact.attributes, attemptNumber: attempt.contact.attemptNumber },
  };
}
