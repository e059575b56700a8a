import { addRows, isSameSum, NO_ROWS, sumText } from './sum';

const A = { id: 'a', at: 1, name: null };
const B = { id: 'b', at: 2 ** 53 - 1, name: 'Zoë "O’Neil" \\ 😀' };

describe('the sum of rows', () => {
  it('is the same in any order of rows, pages and columns', () => {
    const together = addRows(NO_ROWS, [A, B]);
    expect(addRows(addRows(NO_ROWS, [B]), [A])).toEqual(together);
    expect(addRows(NO_ROWS, [B, { name: null, at: 1, id: 'a' }])).toEqual(together);
    expect(sumText(together)).toMatch(/^[\da-f]{64}$/);
  });

  it.each([
    ['a text', { ...A, id: 'A' }],
    ['a number', { ...A, at: 2 }],
    ['null for an empty text', { ...A, name: '' }],
    ['a text for a number', { ...A, at: '1' }],
  ])('differs by %s', (_what, other) => {
    expect(isSameSum(addRows(NO_ROWS, [other]), addRows(NO_ROWS, [A]))).toBe(false);
  });

  it('differs where a row is missing, or there twice', () => {
    const both = addRows(NO_ROWS, [A, B]);
    expect(isSameSum(both, addRows(NO_ROWS, [A]))).toBe(false);
    expect(isSameSum(both, addRows(both, [B]))).toBe(false);
  });

  it.each([
    ['a number beyond 2^53', 2 ** 53, 'at is neither text nor a whole number'],
    ['a fraction', 0.5, 'at is neither text nor a whole number'],
    ['a NUL', 'a\0', 'at has a NUL'],
  ])('refuses %s, naming the column', (_what, at, says) => {
    expect(() => addRows(NO_ROWS, [{ ...A, at }])).toThrow(says);
  });
});
