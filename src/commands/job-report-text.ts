interface Sound {
  readonly calls: number;
  readonly meanMos: number | null;
  readonly leastMos: number | null;
  readonly poor: number;
}

interface Sum {
  readonly answered: number;
  readonly abandoned: number;
}

/** What `nailup job report` prints of GET /api/jobs/:id/report. */
export interface JobReportView {
  readonly contacts: { readonly read: number; readonly rejected: number; readonly dialled: number };
  readonly attempts: number;
  readonly byCompletionCode: Readonly<Record<string, number>>;
  readonly people: { readonly answered: number; readonly connected: number; readonly abandoned: number; readonly abandonRate: number };
  readonly sound: Sound;
  readonly agentSound: Sound;
  readonly pacing?: PacingView;
}

export interface PacingView {
  readonly pacing: { readonly pacing: string; readonly floor?: number; readonly ceiling?: number };
  readonly sharing: { readonly priority: number; readonly minAgents: number; readonly maxAgents?: number; readonly minPorts: number; readonly allocation: string };
  readonly ledger: { readonly hour: Sum; readonly day: Sum; readonly month: Sum };
  readonly account?: AccountView;
  readonly last?: { readonly at: number; readonly dial: number; readonly why: string };
}

export interface AccountView {
  readonly promise: { readonly targetRate: number; readonly thresholdMs: number; readonly from: string; readonly windowMs: number };
  readonly estimate: { readonly answerShare: number; readonly personShare: number; readonly talkMs: number; readonly wrapMs: number; readonly waitMs: number };
  readonly room: number;
  readonly price: number;
}

const percent = (share: number, digits = 1): string => `${(share * 100).toFixed(digits)} %`;
const points: Readonly<Record<string, string>> = { answer: 'the answer', greetingStart: 'the greeting’s start', greetingEnd: 'the greeting’s end' };

export function jobReportText({ contacts, attempts, people, sound, agentSound, byCompletionCode, pacing }: JobReportView): string {
  return [
    `contacts  ${contacts.read} read, ${contacts.rejected} rejected, ${contacts.dialled} dialled in ${attempts} attempts`,
    `people    ${people.answered} answered, ${people.connected} connected, ${people.abandoned} abandoned (${percent(people.abandonRate)})`,
    ...soundLine('sound    ', sound, 'calls'),
    ...soundLine('agents   ', agentSound, 'conversations'),
    ...(pacing === undefined ? [] : pacingLines(pacing)),
    ...Object.entries(byCompletionCode).map(([code, n]) => `  ${code.padEnd(36)}${String(n).padStart(6)}`),
    '',
  ].join('\n');
}

function soundLine(word: string, { calls, meanMos, leastMos, poor }: Sound, of: string): string[] {
  return meanMos === null ? [] : [`${word} MOS ${meanMos.toFixed(2)} on average of ${calls} ${of}, ${(leastMos ?? meanMos).toFixed(2)} at worst; ${poor} below 3.6`];
}

function pacingLines({ pacing, sharing, ledger, account, last }: PacingView): string[] {
  const bounds = [...(pacing.floor === undefined ? [] : [`floor ${pacing.floor}`]), ...(pacing.ceiling === undefined ? [] : [`ceiling ${pacing.ceiling}`])];
  const window = (word: string, { answered, abandoned }: Sum): string => `${word} ${abandoned} of ${answered}${answered === 0 ? '' : ` (${percent(abandoned / answered, 2)})`}`;
  return [
    `pacing    ${[pacing.pacing, ...bounds].join(', ')}; priority ${sharing.priority}, ${sharing.minAgents}${sharing.maxAgents === undefined ? ' or more' : `–${sharing.maxAgents}`} agents, ${sharing.allocation}`,
    ...(account === undefined ? [] : accountLines(account)),
    `ledger    abandoned in ${window('1 h', ledger.hour)}, ${window('24 h', ledger.day)}, ${window('30 days', ledger.month)}`,
    ...(last === undefined ? [] : [`last      ${new Date(last.at).toISOString()} dialled ${last.dial}: ${last.why}`]),
  ];
}

/** Promise, estimate and budget of a predictive pacer. */
export function accountLines({ promise, estimate, room, price }: AccountView): string[] {
  return [
    `promise   at most ${percent(promise.targetRate)} wait longer than ${promise.thresholdMs / 1_000} s from ${points[promise.from] ?? promise.from}, in every ${promise.windowMs / 3_600_000} h`,
    `estimate  ${percent(estimate.answerShare)} of dials answered, ${percent(estimate.personShare)} of these by people; talk ${seconds(estimate.talkMs)}, wrap-up ${seconds(estimate.wrapMs)}; a person waits ${seconds(estimate.waitMs)} at most`,
    `budget    every window bears ${Math.max(0, room).toFixed(1)} more abandonments; ${price.toFixed(3)} of one are borne for one more person`,
  ];
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
