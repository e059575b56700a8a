/** The table on the console. */
import type { Report } from './round';
import type { Sum } from './sum';
import type { Violation } from './violation';

const COLUMNS = [
  ['engine', 9],
  ['round', 14],
  ['sent', 6],
  ['taken', 6],
  ['unanswered', 10],
  ['kills', 5],
  ['mails', 6],
  ['repeated', 8],
  ['settled', 8],
  ['', 8],
] as const;

const MAX_IDS = 8;
const LOG_LINES = 8;
const LINE = 220;

const row = (cells: readonly string[]) =>
  cells.map((cell, i) => (i < 2 ? cell.padEnd(COLUMNS[i]?.[1] ?? 0) : cell.padStart(COLUMNS[i]?.[1] ?? 0))).join('  ');

export function printHeader(): void {
  console.log(row(COLUMNS.map(([name]) => name)));
}

export function printReport(engine: string, round: number, report: Report): void {
  const { title, sent, taken, unanswered, kills, mails, repeated, repeatable, settleMs, violations } = report;
  const figures = [sent, taken, unanswered, kills, mails].map(String);
  const rest = [`${repeated}/${repeatable}`, `${(settleMs / 1000).toFixed(1)} s`];
  console.log(row([engine, `${round} ${title}`, ...figures, ...rest, violations.length === 0 ? 'sound' : 'BROKEN']));
  console.log(`${' '.repeat(11)}${report.troubles.join(', ')}`);
}

export function printSkipped(engine: string, round: number, title: string, obstacle: string): void {
  console.log(`${row([engine, `${round} ${title}`])}  skipped: ${obstacle}`);
}

export function printViolations(
  engine: string,
  violations: readonly Violation[],
  logs: readonly (readonly string[])[],
): void {
  for (const { rule, ids } of violations) {
    console.log(`\n  Broken on ${engine}: ${rule} (${ids.length})`);
    for (const id of ids.slice(0, MAX_IDS)) console.log(`    ${id}`);
  }
  for (const lines of logs) {
    console.log('\n  The last a process logged:');
    for (const line of lines.slice(-LOG_LINES)) console.log(`    ${brief(line).slice(0, LINE)}`);
  }
}

/** A line of the structured log in a few words; any other line as it is. */
function brief(line: string): string {
  if (!line.startsWith('{"level"')) return line;
  const { time, msg, err, lane } = JSON.parse(line) as Record<string, string> & { err?: { message: string } };
  return [time, lane, msg, err?.message].filter(Boolean).join(' · ');
}

export function printSums(sums: readonly Sum[]): void {
  const write = (count: number) => Math.round(count).toLocaleString('en-US');
  for (const { engine, rounds, taken, sent, kills, mails, repeated, repeatable, memoryMb, ...ends } of sums)
    console.log(
      `\n${engine}: ${write(taken)} events in ${write(sent)} deliveries, ${kills} kills, ${write(mails)} mails, ` +
        `${rounds} rounds: ${ends.lost} lost, ${ends.doubled} doubled, ${ends.stuck} stuck. ` +
        `${repeated} mails accepted once more of ${repeatable} that may have been; ${write(memoryMb)} MB of memory`,
    );
}
