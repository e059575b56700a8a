/** An invariant that did not hold, and where. */
export interface Violation {
  rule: string;
  ids: string[];
}
