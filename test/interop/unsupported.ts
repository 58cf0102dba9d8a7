/** Thrown by a case when a side lacks the capability: the case becomes a row `not possible`. */
export class Unsupported extends Error {}
