/** Shape of the policy; the defaults are tuned in the simulator (docs/pacing.md, "What was tuned"). */
export interface CruiseTuning {
  /** First price: the abandonments borne for one more answered person. */
  readonly firstPrice: number;
  /** How fast the price learns, per person. */
  readonly priceStep: number;
  /** Abandonments kept in hand, for each square root of the people answered in the day; a part of it with fewer than 20 agents. */
  readonly reserve: number;
  /** The exponent by which the price falls as the room shrinks below the reserve, and by which it rises above it. */
  readonly firmness: number;
  readonly boldness: number;
  /** The part of the first hundred people's abandonments that is earned only as they come. */
  readonly early: number;
  /** The chance borne, per decision, of crossing the cap by what is on its way. */
  readonly risk: number;
  /** A list can turn into a better one at any moment: what is on its way is also looked at as if so many times as many answered. */
  readonly storm: number;
  /** The expected abandonments past the cap that are borne then. */
  readonly stormRisk: number;
  /** Standard errors added to the answer share. */
  readonly caution: number;
  /** As many more while it is hardly known. */
  readonly firstCaution: number;
}

export const cruiseTuning: CruiseTuning = { firstPrice: 0.047, priceStep: 0.002, reserve: 0.2, firmness: 0.42, boldness: 1.3, early: 0.5, risk: 1e-5, storm: 2, stormRisk: 0.03, caution: 0.15, firstCaution: 0.8 };
