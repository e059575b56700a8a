/** One line of the bench's report. */
export interface Figure {
  name: string;
  value: string;
  /** Against what the note says. */
  ratio?: string;
  note?: string;
}
