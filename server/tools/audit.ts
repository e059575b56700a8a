/**
 * What the registry knows of the installed packages, for CI: exit code 1 when it knows of something bad. A registry that
 * gives no answer is a warning, so that an outage of theirs stops no build of ours.
 */
import { spawnSync } from 'node:child_process';
import { z } from 'zod';
import { fault, ok, skipped, type Finding } from '../finding';
import { toLine } from './doctor/line';

const PATIENCE_MS = 120_000;

const Advisories = z.object({
  vulnerabilities: z.record(z.string(), z.object({ severity: z.string() })),
  metadata: z.object({ vulnerabilities: z.object({ high: z.int(), critical: z.int(), total: z.int() }) }),
});
const Package = z.object({ name: z.string(), version: z.string() });
const Signatures = z.object({ invalid: z.array(Package), missing: z.array(Package) });

// How npm tells, under --json, that the registry answered with an error or not at all.
const NoAdvisories = z.object({ message: z.string() });
const NoSignatures = z.object({ error: z.object({ summary: z.string() }) });

function auditAdvisories(): Finding {
  const check = 'Known vulnerabilities';
  const command = 'npm audit --omit=dev';
  const answer = askNpm('audit', '--omit=dev', '--json');
  const none = NoAdvisories.safeParse(answer);
  if (none.success) return notTold(check, none.data.message, command);
  const { vulnerabilities, metadata } = Advisories.parse(answer);
  const { high, critical, total } = metadata.vulnerabilities;
  if (high + critical === 0) return ok(check, `none high or critical, ${total} lower`);
  const bad = Object.entries(vulnerabilities).filter(([, { severity }]) => /^(high|critical)$/.test(severity));
  const names = bad.map(([name, { severity }]) => `${name} (${severity})`);
  return fault(check, `${high + critical} high or critical: ${names.join(', ')}`, `${command} tells more`);
}

function auditSignatures(): Finding {
  const check = 'Registry signatures';
  const command = 'npm audit signatures';
  const answer = askNpm('audit', 'signatures', '--json');
  const none = NoSignatures.safeParse(answer);
  if (none.success) return notTold(check, none.data.error.summary, command);
  const { invalid, missing } = Signatures.parse(answer);
  if (invalid.length + missing.length === 0) return ok(check, 'every package bears one, and they hold');
  const names = [...invalid, ...missing].map(({ name, version }) => `${name}@${version}`);
  return fault(check, `missing or wrong: ${names.join(', ')}`, `${command} tells more`);
}

/** npm exits with 1 for a bad package and for a silent registry alike: only what it prints tells them apart. */
function askNpm(...args: string[]): unknown {
  const { stdout, signal } = spawnSync('npm', args, { encoding: 'utf8', timeout: PATIENCE_MS, maxBuffer: 64e6 });
  if (signal) return { message: 'no answer', error: { summary: 'no answer' } };
  return JSON.parse(stdout);
}

const notTold = (check: string, why: string, command: string): Finding =>
  skipped(check, `WARNING: not checked, the registry did not tell: ${why}`, `run ${command} where it answers`);

const findings = [auditAdvisories(), auditSignatures()];
for (const finding of findings) console.log(toLine(finding));
process.exitCode = findings.some(({ kind }) => kind === 'fault') ? 1 : 0;
