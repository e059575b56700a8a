import { decodeCsv, delimiterOf, readCsv } from './read-csv';

const read = (text: string, delimiter = ',') => [...readCsv(text, delimiter)];
const fields = (text: string, delimiter = ',') => read(text, delimiter).map((record) => record.fields);

it.each([
  [
    'lines of all systems',
    'a,b\r\nc,d\ne,f\rg,h',
    [
      ['a', 'b'],
      ['c', 'd'],
      ['e', 'f'],
      ['g', 'h'],
    ],
  ],
  [
    'quotes, doubled ones, delimiters and line breaks within',
    '"a,""x""","b\r\nc"\r\nd,e',
    [
      ['a,"x"', 'b\r\nc'],
      ['d', 'e'],
    ],
  ],
  ['what follows a quoted part', '"a"b,c', [['ab', 'c']]],
  ['a quote within a field as it is', 'a"b,c', [['a"b', 'c']]],
  [
    'empty fields, but no empty lines',
    'a,,b\n\n,,\n  \nc,',
    [
      ['a', '', 'b'],
      ['c', ''],
    ],
  ],
  ['no text', '', []],
])('reads %s', (_which, text, expected) => {
  expect(fields(text)).toEqual(expected);
});

it('counts lines as an editor does, also over those within quotes', () => {
  expect(read('a\n"b\nc"\n\nd').map(({ line }) => line)).toEqual([1, 2, 5]);
});

it('gives up a record whose quote is never closed, and goes on in the next line', () => {
  const broken = `a\n"never closed\n${'x'.repeat(30)}\n`.concat('row,row\n'.repeat(20_000));
  const [first, second, third] = read(broken);
  expect(first?.fields).toEqual(['a']);
  expect(second).toEqual({ line: 2, fields: null, text: '"never closed' });
  expect(third?.line).toBe(3);
  expect(read(broken)).toHaveLength(20_003);
});

it('gives up a line that is absurdly long', () => {
  expect(read(`a,b\n${'x'.repeat(100_000)},c\nd,e`)).toEqual([
    { line: 1, fields: ['a', 'b'] },
    { line: 2, fields: null, text: 'x'.repeat(1_000) },
    { line: 3, fields: ['d', 'e'] },
  ]);
});

it('keeps databases from NULs and lone surrogates', () => {
  expect(fields('a\0b,\ud800')).toEqual([['a\ufffdb', '\ufffd']]);
});

it.each([
  ['a,b,c', ','],
  ['a;b;"x,y,z"', ';'],
  ['a\tb', '\t'],
  ['a', ','],
])('finds what parts the fields of %j', (line, delimiter) => {
  expect(delimiterOf(`${line}\n1;2;3;4;5`)).toBe(delimiter);
});

it.each([
  ['UTF-8', Buffer.from('zoë,ü')],
  ['UTF-8 with a mark', Buffer.from('\ufeffzoë,ü')],
  ['UTF-16 of Windows', Buffer.from('\ufeffzoë,ü', 'utf16le')],
  ['UTF-16 the other way round', Buffer.from('\ufeffzoë,ü', 'utf16le').swap16()],
  ['Windows-1252', Buffer.from('zoë,ü', 'latin1')],
])('decodes %s', (_which, bytes) => {
  expect(decodeCsv(bytes)).toBe('zoë,ü');
});

it('takes no workbook', () => {
  expect(() => decodeCsv(Buffer.from('PK\x03\x04rest'))).toThrow(RangeError);
});

it('reads 200,000 lines in bounded time', () => {
  const text = 'jenny@example.com,"Jenny ""J""",Rosen\r\n'.repeat(200_000);
  let count = 0;
  for (const record of readCsv(text, ',')) count += record.fields?.length === 3 ? 1 : 0;
  expect(count).toBe(200_000);
});
