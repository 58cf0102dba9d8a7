/**
 * Call-progress tones by country, after ITU-T E.180 and its supplement 2 and common exchange practice. Frequencies in Hz
 * sounding together; cadence in ms: on, off, on, off …, repeated; no cadence: continuous. Modulated tones are given as the
 * sidebands that carry the energy. Where a country knows variants, the prevailing one stands here.
 */
export type ToneKind = 'dial' | 'ringback' | 'busy' | 'reorder';

export interface TonePattern {
  readonly frequencies: readonly number[];
  readonly cadence: readonly number[];
}

/** ISO 3166 alpha-2 code → pattern of each kind. */
export type TonePlan = Readonly<Record<ToneKind, TonePattern>>;

const tone = (frequencies: number | readonly number[], ...cadence: number[]): TonePattern => ({ frequencies: typeof frequencies === 'number' ? [frequencies] : frequencies, cadence });
const plan = (dial: TonePattern, ringback: TonePattern, busy: TonePattern, reorder: TonePattern): TonePlan => ({ dial, ringback, busy, reorder });

const NANP_DIAL = [350, 440];
const NANP_RING = [440, 480];
const NANP_BUSY = [480, 620];
/** The plan of most of Europe and Latin America: 425 Hz throughout. */
const at425 = (ring: readonly [number, number], busy: readonly number[], reorder: readonly number[]): TonePlan =>
  plan(tone(425), tone(425, ...ring), tone(425, ...busy), tone(425, ...reorder));

const northAmerica = plan(tone(NANP_DIAL), tone(NANP_RING, 2000, 4000), tone(NANP_BUSY, 500, 500), tone(NANP_BUSY, 250, 250));

export const tonePlans: Readonly<Record<string, TonePlan>> = {
  US: northAmerica,
  CA: northAmerica,
  GB: plan(tone(NANP_DIAL), tone([400, 450], 400, 200, 400, 2000), tone(400, 375, 375), tone(400, 400, 350, 225, 525)),
  IE: plan(tone(425), tone([400, 450], 400, 200, 400, 2000), tone(425, 500, 500), tone(425, 250, 250)),
  DE: at425([1000, 4000], [480, 480], [240, 240]),
  FR: plan(tone(440), tone(440, 1500, 3500), tone(440, 500, 500), tone(440, 250, 250)),
  IT: plan(tone(425, 200, 200, 600, 1000), tone(425, 1000, 4000), tone(425, 500, 500), tone(425, 200, 200)),
  ES: at425([1500, 3000], [200, 200], [200, 200, 200, 200, 200, 600]),
  PT: at425([1000, 5000], [500, 500], [200, 200]),
  NL: at425([1000, 4000], [500, 500], [250, 250]),
  BE: at425([1000, 3000], [500, 500], [167, 167]),
  CH: at425([1000, 4000], [500, 500], [200, 200]),
  AT: plan(tone(420), tone(420, 1000, 5000), tone(420, 400, 400), tone(420, 200, 200)),
  DK: at425([1000, 4000], [500, 500], [200, 200]),
  SE: at425([1000, 5000], [250, 250], [250, 750]),
  NO: at425([1000, 4000], [500, 500], [200, 200]),
  FI: at425([1000, 4000], [300, 300], [200, 200]),
  PL: at425([1000, 4000], [500, 500], [500, 500]),
  CZ: at425([1000, 4000], [330, 330], [165, 165]),
  HU: at425([1250, 3750], [300, 300], [300, 300]),
  RU: at425([1000, 4000], [400, 400], [175, 175]),
  GR: at425([1000, 4000], [300, 300], [200, 200]),
  TR: plan(tone(450), tone(450, 2000, 4000), tone(450, 500, 500), tone(450, 200, 200, 200, 200, 200, 200, 600, 200)),
  IL: plan(tone(400), tone(400, 1000, 3000), tone(400, 500, 500), tone(400, 250, 250)),
  IN: plan(tone([375, 400, 425]), tone([375, 400, 425], 400, 200, 400, 2000), tone(400, 750, 750), tone(400, 250, 250)),
  CN: plan(tone(450), tone(450, 1000, 4000), tone(450, 350, 350), tone(450, 700, 700)),
  JP: plan(tone(400), tone([384, 416], 1000, 2000), tone(400, 500, 500), tone(400, 500, 500)),
  KR: plan(tone(NANP_DIAL), tone(NANP_RING, 1000, 2000), tone(NANP_BUSY, 500, 500), tone(NANP_BUSY, 300, 200)),
  TW: plan(tone(NANP_DIAL), tone(NANP_RING, 1000, 2000), tone(NANP_BUSY, 500, 500), tone(NANP_BUSY, 250, 250)),
  HK: plan(tone(NANP_DIAL), tone(NANP_RING, 400, 200, 400, 3000), tone(NANP_BUSY, 500, 500), tone(NANP_BUSY, 250, 250)),
  SG: plan(tone(425), tone([401, 425, 449], 400, 200, 400, 2000), tone(425, 750, 750), tone(425, 250, 250)),
  MY: plan(tone(425), tone(425, 400, 200, 400, 2000), tone(425, 500, 500), tone(425, 250, 250)),
  TH: plan(tone(400), tone(400, 1000, 4000), tone(400, 500, 500), tone(400, 300, 300)),
  PH: plan(tone(425), tone([425, 480], 1000, 4000), tone(NANP_BUSY, 500, 500), tone(NANP_BUSY, 250, 250)),
  AU: plan(tone([413, 438]), tone([413, 438], 400, 200, 400, 2000), tone(425, 375, 375), tone(425, 375, 375)),
  NZ: plan(tone(400), tone([400, 450], 400, 200, 400, 2000), tone(400, 500, 500), tone(400, 250, 250)),
  ZA: plan(tone([367, 400, 433]), tone([367, 400, 433], 400, 200, 400, 2000), tone(400, 500, 500), tone(400, 250, 250)),
  BR: at425([1000, 4000], [250, 250], [250, 250, 750, 250]),
  AR: at425([1000, 4500], [300, 200], [300, 400]),
  MX: at425([1000, 4000], [250, 250], [250, 250]),
  CL: plan(tone(400), tone(400, 1000, 3000), tone(400, 500, 500), tone(400, 200, 200)),
  CO: at425([1000, 4000], [250, 250], [250, 250]),
  VE: at425([1000, 4000], [500, 500], [250, 250]),
  AE: plan(tone(NANP_DIAL), tone([400, 450], 400, 200, 400, 2000), tone(400, 375, 375), tone(400, 400, 350, 225, 525)),
};
