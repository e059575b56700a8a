/** The audit of CI, run as CI runs it, with an `npm` that prints what the real one printed. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const found = (severity: 'moderate' | 'high' | 'critical') => ({
  auditReportVersion: 2,
  vulnerabilities: {
    liquidjs: {
      name: 'liquidjs',
      severity,
      isDirect: true,
      via: [{ source: 1, name: 'liquidjs', dependency: 'liquidjs', title: 'An example', severity, range: '<99.0.0' }],
      effects: [],
      range: '',
      nodes: ['node_modules/liquidjs'],
      fixAvailable: false,
    },
  },
  metadata: {
    vulnerabilities: { info: 0, low: 0, moderate: 0, high: 0, critical: 0, [severity]: 1, total: 1 },
    dependencies: { prod: 203, dev: 554, optional: 42, peer: 0, peerOptional: 0, total: 757 },
  },
});
const refused = {
  message: '405 Method Not Allowed - POST http://127.0.0.1/-/npm/v1/security/advisories/bulk',
  method: 'POST',
  statusCode: 405,
  body: '',
  error: { summary: '', detail: '' },
};
const offline = { error: { code: 'ENOTFOUND', summary: 'getaddrinfo ENOTFOUND', detail: 'no network' } };
const signed = { invalid: [], missing: [] };
const tampered = { invalid: [{ name: 'kysely', version: '0.28.18', code: 'EINTEGRITYSIGNATURE' }], missing: [] };
const noLock = { error: { code: 'ENOLOCK', summary: 'This command requires an existing lockfile.', detail: '' } };

const folder = mkdtempSync(join(tmpdir(), 'tillpost-audit-'));
afterAll(() => rmSync(folder, { recursive: true }));

function audit(advisories: unknown, signatures: unknown) {
  writeFileSync(join(folder, 'advisories'), JSON.stringify(advisories));
  writeFileSync(join(folder, 'signatures'), JSON.stringify(signatures));
  writeFileSync(
    join(folder, 'npm'),
    `#!/bin/sh\n[ "$2" = signatures ] || set -- audit advisories\ncat "${folder}/$2"\nexit 1\n`,
  );
  chmodSync(join(folder, 'npm'), 0o755);
  const env = { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH ?? ''}` };
  return spawnSync(process.execPath, ['--import', 'tsx', join(__dirname, 'audit.ts')], { env, encoding: 'utf8' });
}

describe('the audit', () => {
  it.each(['high', 'critical'] as const)('fails on a %s finding and names the package', (severity) => {
    const { status, stdout } = audit(found(severity), signed);
    expect(stdout).toMatch(new RegExp(`^✗ Known vulnerabilities .*liquidjs \\(${severity}\\)`, 'm'));
    expect(status).toBe(1);
  });

  it('passes with a lower finding and counts it', () => {
    const { status, stdout } = audit(found('moderate'), signed);
    expect(stdout).toMatch(/^✓ Known vulnerabilities .* 1 lower$/m);
    expect(status).toBe(0);
  });

  it('fails on a package whose signature is wrong, also where advisories are not to be had', () => {
    const { status, stdout } = audit(refused, tampered);
    expect(stdout).toMatch(/^✗ Registry signatures .*kysely@0\.28\.18/m);
    expect(status).toBe(1);
  });

  it('passes with a warning when the registry refuses or is out of reach', () => {
    const { status, stdout } = audit(refused, offline);
    expect(stdout).toMatch(/^– Known vulnerabilities .*WARNING.*405 Method Not Allowed/m);
    expect(stdout).toMatch(/^– Registry signatures .*WARNING.*ENOTFOUND/m);
    expect(status).toBe(0);
  });

  it.each([
    ['that is none of the registry’s doing', noLock],
    ['that it can not read', { somethingNew: true }],
  ])('fails on an answer %s', (_what, answer) => {
    expect(audit(answer, signed).status).toBe(1);
  });
});
