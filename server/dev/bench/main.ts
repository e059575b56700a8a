/**
 * `npm run bench`: how fast Tillpost takes and processes events, as ratios to what else was measured in the same run: the
 * peer (stripe-sync-engine behind Fastify), baselines written by hand, or another checkout. Arguments: names of parts (see
 * parts.ts); those that don't take many minutes when none is given.
 *
 *  --quick          few events and two rounds; without names only what fits into a minute
 *  --rounds N       how often contenders take turns (5; quick 2)
 *  --accounts N     connected installs (1), events spread over them
 *  --connections N  of the load generator (64)
 *  --against PATH   another checkout's Tillpost takes turns with this one's
 *  --json FILE      also writes the figures
 *
 * Only loopback is ever asked, but for installing the peer with npm the first time.
 */
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { createBench } from './bench';
import type { Figure } from './figure';
import { readOptions } from './options';
import { isPartName, PARTS, partsOf } from './parts';

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const unknown = options.parts.filter((name) => !isPartName(name));
  if (unknown.length > 0)
    throw new Error(`unknown part ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}`);
  const machine = `${cpus().length} cores (${cpus()[0]?.model.trim()}), Node ${process.versions.node}`;
  const { rounds, connections, accounts, against } = options;
  const asked = `${rounds} rounds, ${connections} connections, ${accounts} ${accounts === 1 ? 'account' : 'accounts'}`;
  console.log(`${machine}, load ${loadavg()[0]?.toFixed(2)} before; ${asked}; ratios are medians of the rounds'`);
  console.log(against === undefined ? '' : `“old” is the checkout ${against}\n`);

  const bench = createBench(options);
  const figures: Record<string, Figure[]> = {};
  try {
    for (const name of partsOf(options)) {
      const started = performance.now();
      console.log(PARTS[name].title);
      figures[name] = await PARTS[name].measure(bench);
      print(figures[name]);
      console.log(`  (${Math.round((performance.now() - started) / 1e3)} s)\n`);
    }
  } finally {
    await bench.close();
  }
  if (options.json)
    writeFileSync(
      options.json,
      JSON.stringify({ node: process.versions.node, cores: cpus().length, options, figures }, null, 2),
    );
}

function print(figures: readonly Figure[]): void {
  const rows = figures.map(({ name, value, ratio, note }) => [name, value, ratio ?? '', note ?? '']);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows)
    console.log(
      `  ${row.map((cell, i) => (i === 1 || i === 2 ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0))).join('  ')}`,
    );
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
