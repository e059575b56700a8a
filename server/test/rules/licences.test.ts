/** What production depends on may be used, and is what the registry gave. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALLOWED, choicesOf, licencesPage, readPackages } from '../../tools/licences';

it('production has only packages whose licence is allowed', () => {
  const production = readPackages().filter(({ isProduction }) => isProduction);
  expect(production.length).toBeGreaterThan(50);
  const others = production.filter(({ license = '' }) => !choicesOf(license).some((one) => ALLOWED.includes(one)));
  expect(others.map(({ name, license }) => `${name}: ${license}`)).toEqual([]);
});

it('docs/licences.md is what `npm run licences` writes', () => {
  expect(readFileSync(join(__dirname, '../../../docs/licences.md'), 'utf8')).toBe(licencesPage());
});

it('every package of the lock file has an integrity, but for other platforms’ Stripe CLI', () => {
  const without = readPackages().filter(({ integrity, name }) => !integrity && !name.startsWith('@stripe/cli-'));
  expect(without.map(({ name }) => name)).toEqual([]);
});
