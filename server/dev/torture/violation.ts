/** An invariant that did not hold, and where. */
export interface Violation {
  rule: string;
  ids: string[];
  /** What it comes to for a merchant, where that can be said in a word. */
  kind?: 'lost' | 'doubled' | 'stuck';
}
