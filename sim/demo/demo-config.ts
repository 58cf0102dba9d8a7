import { randomBytes, scryptSync } from 'node:crypto';
import { stringify } from 'yaml';

/** `nailup.yaml` of the demo: a trunk to the simulated carrier, the agents, one campaign that may dial at any hour. */
export async function demoConfig(given: {
  folder: string; sipPort: number; httpPort: number; agentPort: number; carrierAddress: string; password: string; agents: number; pacing: string; classify: boolean;
  retry: { count: number; delayMs: number };
  once: boolean;
}): Promise<string> {
  const passwordHash = hash(given.password);
  return stringify({
    log: { level: process.env['NAILUP_DEMO_LOG'] ?? 'warn' },
    database: { directory: `${given.folder}/postgres` },
    sip: { port: given.sipPort, transports: ['udp'] },
    http: { port: given.httpPort },
    contacts: { defaultCountry: 'US' },
    trunks: [{ name: 'carrier', address: given.carrierAddress, callerId: '+12025550100', callsPerSecond: 50, maxConcurrentCalls: 200, pingMs: 0 }],
    agents: Array.from({ length: given.agents }, (_, i) => ({ extension: String(1001 + i), passwordHash, address: `sip:${1001 + i}@127.0.0.1:${given.agentPort}`, name: `Agent ${i + 1}` })),
    agentTimes: { unnailDelayMs: 0 },
    recovery: { retryAfterUnknownMs: 10_000 },
    campaign: {
      name: 'demo', list: 'demo', trunk: 'carrier', callerId: '+12025550100', callbackNumber: '+12025550100',
      pacing: given.pacing, classify: given.classify, ringTimeoutMs: 15_000,
      guardTimes: { from: '00:00', to: '24:00', unknownZone: 'allow' },
      frequency: { perAddressIn24Hours: 0, minIntervalMs: 0 }, machineHours: 0, maxAttempts: 8,
      retries: given.once ? {} : {
        Call_Busy: { count: 2, delayMs: 3_000 }, Ring_No_Answer: { count: 1, delayMs: 3_000 },
        Disconnected_By_System: given.retry, Network_Refusal: { count: 1, delayMs: 3_000 },
      },
    },
  });
}

/** As `nailup password` makes it. */
function hash(password: string): string {
  const salt = randomBytes(16);
  return `scrypt$16384$8$1$${salt.toString('base64')}$${scryptSync(password, salt, 32, { N: 16_384, r: 8, p: 1 }).toString('base64')}`;
}
