import { csvLine } from './csv';

it.each([
  ['plain', 'plain'],
  ['with, comma', '"with, comma"'],
  ['with "quotes"', '"with ""quotes"""'],
  ['two\nlines', '"two\nlines"'],
  ['=1+1', "'=1+1"],
  ['+49 30 1234', "'+49 30 1234"],
  ['-2', "'-2"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1+1', "'\t=1+1"],
  ['＝1+1', "'＝1+1"],
  ['x;=1+1', "x;'=1+1"],
  ['x\n=1+1', `"x\n'=1+1"`],
  ['jenny@example.com', 'jenny@example.com'],
])('writes %j so that a spreadsheet keeps it as text', (value, expected) => {
  expect(csvLine([value])).toBe(`${expected}\r\n`);
});

it('writes numbers as numbers, flags as words, and nothing for nothing', () => {
  expect(csvLine([-5, true, null, undefined])).toBe('-5,true,,\r\n');
});
