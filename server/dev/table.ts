/** A table for a terminal; the last column is as wide as it likes. */
export function tableText(head: string[], rows: string[][]): string {
  const table = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const lines = table.map((row) =>
    row
      .map((cell, i) => (i === head.length - 1 ? cell : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  const rule = '─'.repeat(Math.min(lines[0]?.length ?? 0, 160));
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}
