/**
 * `npm run torture`: real Tillposts as processes of their own, under load, with everything they depend on failing around
 * them. After each round nothing may be lost and nothing may have happened twice. Only loopback is ever asked.
 *
 * Options: --engine sqlite|postgres|both (both), --rounds N (per engine), --only killed,disk,… (kinds of rounds), --seed S,
 * --long (in place of the usual rounds 100 kills and 1,000,000 events in all; --events N: another number, per engine).
 * The seed decides who suffers what and when; how the processes interleave is up to the machine. Exits with 1 when an
 * invariant is broken.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EngineName } from './engine';
import { checkTheEnd } from './invariants';
import { readOptions, type Options } from './options';
import { printHeader, printReport, printSkipped, printSums, printViolations } from './print';
import { playRound } from './round';
import { setStage } from './stage';
import { addUp, emptySum, type Sum } from './sum';
import { obstacleTo } from './plans';
import type { Violation } from './violation';

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const folder = mkdtempSync(join(tmpdir(), 'tillpost-torture-'));
  // PostgreSQL may run as a user of its own, who must reach it.
  chmodSync(folder, 0o755);
  const startedAt = performance.now();
  console.log(`Seed ${options.seed}: ${options.engines.join(' and ')}, ${options.rounds} rounds each\n`);
  printHeader();
  // Side by side: each spends much of its time waiting for leases to end.
  const sums = await Promise.all(options.engines.map((engine) => torture(engine, options, folder)));
  const count = sums.reduce((sum, { broken }) => sum + broken, 0);
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  printSums(sums);
  if (count === 0) {
    rmSync(folder, { recursive: true, force: true });
    console.log(`\nNothing lost, nothing twice (seed ${options.seed}, ${seconds} s).`);
    return process.exit(0);
  }
  console.log(
    `\n${count} invariants broken (${seconds} s). Again: npm run torture -- --seed ${options.seed}. Databases: ${folder}`,
  );
  process.exit(1);
}

async function torture(engine: EngineName, options: Options, folder: string): Promise<Sum> {
  const stage = await setStage(engine, folder, options);
  const seen = new Set<string>();
  const sum = emptySum(engine);
  let isDone = false;
  /** What was broken before stays broken: only what is new counts. */
  const judge = (violations: readonly Violation[]): void => {
    const fresh = violations.filter(({ rule, ids }) => ids.some((id) => !seen.has(`${rule} ${id}`)));
    for (const { rule, ids } of fresh) for (const id of ids) seen.add(`${rule} ${id}`);
    sum.broken += fresh.length;
    for (const { kind, ids } of fresh) if (kind) sum[kind] += ids.length;
    const logs = stage.processes.map((one) => one.log());
    if (fresh.length > 0) printViolations(engine, fresh, logs);
  };
  try {
    for (let round = 0; round < options.rounds; round++) {
      const plan = options.plans[round % options.plans.length];
      if (!plan) break;
      const obstacle = obstacleTo(plan, stage);
      if (obstacle) {
        printSkipped(engine, round + 1, plan.title, obstacle);
        continue;
      }
      const report = await playRound(stage, plan);
      printReport(engine, round + 1, report);
      addUp(sum, report);
      judge(report.violations);
    }
    judge(await checkTheEnd(stage));
    isDone = true;
  } finally {
    await stage.close({ keepsFiles: !isDone || sum.broken > 0 });
  }
  return sum;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
