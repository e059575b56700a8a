/**
 * `npm run bench`: how fast Tillpost takes and processes events, as ratios to hand-written baselines measured in the same
 * run. Arguments: names of parts (ingest, end-to-end, postgres, process, mail, waiting, claims, lists, large), all but `large`
 * when none is given; `--json file` also writes the figures. Only loopback is ever asked.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Figure } from './figure';
import { PARTS } from './parts';

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const jsonAt = args.indexOf('--json');
  const file = jsonAt >= 0 ? args.splice(jsonAt, 2)[1] : undefined;
  const unknown = args.filter((name) => !(name in PARTS));
  if (unknown.length > 0)
    throw new Error(`unknown part ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}`);
  const names = args.length > 0 ? args : Object.keys(PARTS).filter((name) => name !== 'large');

  console.log(
    `${cpus().length} cores (${cpus()[0]?.model.trim()}), Node ${process.versions.node}, load ${loadavg()[0]?.toFixed(2)} before\n`,
  );
  const folder = mkdtempSync(join(tmpdir(), 'tillpost-bench-'));
  const figures: Record<string, Figure[]> = {};
  try {
    for (const name of names) {
      const part = PARTS[name as keyof typeof PARTS];
      console.log(part.title);
      figures[name] = await part.measure(folder);
      print(figures[name]);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (file)
    writeFileSync(file, JSON.stringify({ node: process.versions.node, cores: cpus().length, figures }, null, 2));
}

function print(figures: readonly Figure[]): void {
  const rows = figures.map(({ name, value, ratio, note }) => [name, value, ratio ?? '', note ?? '']);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows)
    console.log(
      `  ${row.map((cell, i) => (i === 1 || i === 2 ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0))).join('  ')}`,
    );
  console.log('');
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
