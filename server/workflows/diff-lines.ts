/** Two texts line by line: which lines went, came and stayed. Pure. */
export interface DiffLine {
  kind: 'same' | 'removed' | 'added';
  text: string;
}

/** Beyond so many pairs of lines the longest common part isn't looked for: all went, all came. */
const MOST_PAIRS = 4_000_000;

export function diffLines(from: string, to: string): DiffLine[] {
  const [before, after] = [from.split('\n'), to.split('\n')];
  if (before.length * after.length > MOST_PAIRS) return [...mark('removed', before), ...mark('added', after)];
  return align(before, after);
}

const mark = (kind: DiffLine['kind'], lines: readonly string[]): DiffLine[] => lines.map((text) => ({ kind, text }));

/** By the longest common subsequence; what went stands before what came. */
export function align(before: readonly string[], after: readonly string[]): DiffLine[] {
  const width = after.length + 1;
  /** How many are common from line a and line b on. */
  const common = new Uint32Array((before.length + 1) * width);
  const at = (a: number, b: number) => common[a * width + b] ?? 0;
  for (let a = before.length - 1; a >= 0; a--)
    for (let b = after.length - 1; b >= 0; b--)
      common[a * width + b] = before[a] === after[b] ? at(a + 1, b + 1) + 1 : Math.max(at(a + 1, b), at(a, b + 1));
  const lines: DiffLine[] = [];
  let [a, b] = [0, 0];
  while (a < before.length || b < after.length) {
    const [old, fresh] = [before[a], after[b]];
    if (old !== undefined && old === fresh) {
      lines.push({ kind: 'same', text: old });
      a++;
      b++;
    } else if (old !== undefined && (fresh === undefined || at(a + 1, b) >= at(a, b + 1))) {
      lines.push({ kind: 'removed', text: old });
      a++;
    } else {
      lines.push({ kind: 'added', text: fresh ?? '' });
      b++;
    }
  }
  return lines;
}
