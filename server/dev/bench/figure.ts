import { median } from '../quantile';

/** One line of the bench's report. */
export interface Figure {
  name: string;
  value: string;
  /** Against what the note says. */
  ratio?: string;
  note?: string;
}

/** The middle one of the ratios of each round, both measured within it; the note has their range. */
export function compare(own: readonly number[], others: readonly number[], against: string): Partial<Figure> {
  const ratios = own.map((value, round) => value / (others[round] ?? NaN));
  const range = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
  return { ratio: ratio(median(ratios)), note: `${against} (${range} by round)` };
}

export const ratio = (value: number, other = 1) => `${(value / other).toFixed(2)} ×`;
export const rate = (perSecond: readonly number[]) => `${Math.round(median(perSecond)).toLocaleString('en')}/s`;
export const milliseconds = (values: readonly number[]) => `${median(values).toFixed(1)} ms`;
