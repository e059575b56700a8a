import { splitName } from './name';

describe('splitName', () => {
  it.each<[string, string, string | null]>([
    ['Jenny Rosen', 'Jenny', 'Rosen'],
    ['Jenny', 'Jenny', null],
    ['  Jenny   van  der Rosen ', 'Jenny', 'van der Rosen'],
    ['Jenny\u00a0Rosen', 'Jenny', 'Rosen'],
    ['Jenny\u3000Rosen', 'Jenny', 'Rosen'],
    ['Jenny\t\r\nRosen', 'Jenny', 'Rosen'],
    ['Jenny\u2028Rosen\u0085Miller', 'Jenny', 'Rosen Miller'],
    ['\ufeffJenny\u200b Rosen', 'Jenny', 'Rosen'],
    ['Jen\0ny \x07Ro\x1b[31msen\x7f', 'Jenny', 'Ro[31msen'],
    ['Jenny \0 Rosen', 'Jenny', 'Rosen'],
    ['Jenny \u202enesoR\u202c', 'Jenny', 'nesoR'],
    ['Jenny \ud800Rosen\udc00', 'Jenny', 'Rosen'],
    ['Renée Ñandú', 'Renée', 'Ñandú'],
    ["D'Arcy O’Neill-Smith", "D'Arcy", 'O’Neill-Smith'],
    ['山田 太郎', '山田', '太郎'],
    ['山田太郎', '山田太郎', null],
    ['ג׳ני רוזן', 'ג׳ני', 'רוזן'],
    ['فاطمه می\u200cخواهم', 'فاطمه', 'می\u200cخواهم'],
    ['👩‍💻 Rosen 🎉', '👩‍💻', 'Rosen 🎉'],
    ['<b>Jenny</b> {{ contact.email }}', '<b>Jenny</b>', '{{ contact.email }}'],
    ['x'.repeat(10_000), 'x'.repeat(100), null],
    [`Jenny ${'y'.repeat(10_000)}`, 'Jenny', 'y'.repeat(100)],
    [`Jenny ${'y '.repeat(5_000)}`, 'Jenny', 'y '.repeat(50).trim()],
    ['😀'.repeat(10_000), '😀'.repeat(100), null],
    [`a${'😀'.repeat(10_000)}`, `a${'😀'.repeat(99)}`, null],
  ])('splits %j', (raw, firstName, lastName) => {
    expect(splitName(raw)).toEqual({ firstName, lastName });
  });

  it.each([undefined, null, '', '   ', '\0', '\n\u00a0', '\u200b\u200d', '\u202e', '\ud800', 7, {}, ['Jenny']])(
    'finds no name in %p',
    (raw) => {
      expect(splitName(raw)).toBeNull();
    },
  );
});
