import { explainRun } from './explanations';
import { notSent } from './only-while';

it('says why a run ended without the words about its email, which found it over', () => {
  const cause = 'the invoice was paid on March 3, 2026';
  expect(explainRun('not_true', notSent(cause))).toBe(`Ended: ${cause}`);
  expect(explainRun('not_true', cause)).toBe(`Ended: ${cause}`);
});
