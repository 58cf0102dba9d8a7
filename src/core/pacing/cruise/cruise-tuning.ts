/** Shape of the policy; the defaults are tuned in the simulator (docs/pacing.md, "What was tuned"). */
export interface CruiseTuning {
  /** First price: the abandonments borne for one more answered person. */
  readonly firstPrice: number;
  /** How fast the price learns, in the course of a day. */
  readonly priceStep: number;
  /** Abandonments kept in hand, for each square root of the people still expected in the day; and at least, with so many more for each agent. */
  readonly reserve: number;
  readonly leastReserve: number;
  readonly reserveByAgent: number;
  /** The exponent by which the price falls as the room shrinks below the reserve, and by which it rises above it. */
  readonly firmness: number;
  readonly boldness: number;
  /** The chance borne, per decision, of crossing the cap by what is on its way. */
  readonly risk: number;
  /** A list can turn into a better one at any moment: what is on its way is also looked at as if so many times as many answered. */
  readonly storm: number;
  /** Idle agents can go home at any moment: what is on its way is also looked at without them, and with this share of those who become free. */
  readonly stay: number;
  /** The expected abandonments past the cap that are borne then, and then. */
  readonly stormRisk: number;
  readonly leaveRisk: number;
  /** Of the room of a window with fewer than 100 people, so much is not dared while little is known of the floor. */
  readonly atFirst: number;
  /** Standard errors added to the answer share. */
  readonly caution: number;
  /** As many more while it is hardly known. */
  readonly firstCaution: number;
}

export const cruiseTuning: CruiseTuning = { firstPrice: 0.031, priceStep: 1, reserve: 0.12, leastReserve: 0.75, reserveByAgent: 0.3, firmness: 0.3, boldness: 0.6, risk: 5e-5, storm: 3, stay: 0.5, stormRisk: 0.25, leaveRisk: 0.7, atFirst: 0.9, caution: 0.15, firstCaution: 0.8 };
