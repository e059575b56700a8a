import { parseEmail } from './address';

/** 254 characters. */
const LONGEST = `${'a'.repeat(61)}@${`${'b'.repeat(61)}.`.repeat(3)}com.de`;

describe('parseEmail', () => {
  it.each([
    ['jenny@example.com', 'jenny@example.com'],
    ['  JENNY@Example.COM\n', 'jenny@example.com'],
    ['\u00a0jenny@example.com\ufeff', 'jenny@example.com'],
    ['jenny+stripe.1_a-b@sub.example.co.uk', 'jenny+stripe.1_a-b@sub.example.co.uk'],
    ["o'hara!#$%&*/=?^`{|}~@example.com", "o'hara!#$%&*/=?^`{|}~@example.com"],
    ['1@2.de', '1@2.de'],
    ['jenny@123.example', 'jenny@123.example'],
    ['jenny@xn--mnchen-3ya.de', 'jenny@xn--mnchen-3ya.de'],
    ['Jürgen@MÜNCHEN.de', 'jürgen@münchen.de'],
    ['ju\u0308rgen@mu\u0308nchen.de', 'jürgen@münchen.de'],
    ['straße@straße.de', 'straße@straße.de'],
    ['用户@例子.中国', '用户@例子.中国'],
    ['बोलो@उदाहरण.भारत', 'बोलो@उदाहरण.भारत'],
    ['بريد@موقع.السعودية', 'بريد@موقع.السعودية'],
    ['😀@example.com', '😀@example.com'],
    ['jenny@ｅｘａｍｐｌｅ。com', 'jenny@example.com'],
    [`${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`],
    [`a@${'b'.repeat(63)}.com`, `a@${'b'.repeat(63)}.com`],
    [LONGEST, LONGEST],
  ])('takes %j as %j', (raw, email) => {
    expect(parseEmail(raw)).toEqual({ kind: 'valid', email });
  });

  it.each([undefined, null, '', '   ', '\n\t\u00a0', 7, {}, ['jenny@example.com'], true])('finds none in %p', (raw) => {
    expect(parseEmail(raw)).toEqual({ kind: 'none' });
  });

  it.each([
    'jenny',
    '@',
    '@example.com',
    'jenny@',
    'jenny@@example.com',
    'jenny@home@example.com',
    'jenny@localhost',
    'jenny@example.',
    'jenny@.example.com',
    'jenny@example..com',
    'jenny@example.com.',
    'jenny@-example.com',
    'jenny@example-.com',
    'jenny@exa_mple.com',
    'jenny@exam%70le.com',
    'jenny@example.com:25',
    'jenny@example.com/path',
    'jenny@[127.0.0.1]',
    'jenny@127.0.0.1',
    'jenny@1.2',
    'jenny@example.c',
    'jenny@xn--a.com',
    `jenny@${'b'.repeat(64)}.com`,
    '.jenny@example.com',
    'jenny.@example.com',
    'jen..ny@example.com',
    'jen ny@example.com',
    'jenny @example.com',
    'jenny@ example.com',
    'jenny@exa mple.com',
    'jen\u00a0ny@example.com',
    'jen\u3000ny@example.com',
    'jenny@example.com\nBcc: all@example.com',
    'jenny\r\n@example.com',
    'jen\0ny@example.com',
    'jen\u0085ny@example.com',
    'jen\u200bny@example.com',
    'jen\u202eny@example.com',
    'jen\u00adny@example.com',
    'jen\ufffdny@example.com',
    'jen\ud800ny@example.com',
    'jenny@exa\u200dmple.com',
    'jenny@exa\u0000mple.com',
    'a@example.com,b@example.com',
    'a@example.com;b@example.com',
    'a,b@example.com',
    'a;b@example.com',
    'Jenny Rosen <jenny@example.com>',
    '<jenny@example.com>',
    'jenny(home)@example.com',
    '(home)jenny@example.com',
    'jenny@example.com(home)',
    'jenny@(home)example.com',
    '"jenny"@example.com',
    '"jenny rosen"@example.com',
    'jen\\ny@example.com',
    'jen"ny@example.com',
    'mailto:jenny@example.com',
    'jenny:rosen@example.com',
    'jenny[1]@example.com',
    `${'a'.repeat(65)}@example.com`,
    `a${LONGEST}`,
    `a@${'b.'.repeat(126)}de`,
    `${'x'.repeat(300_000)}@example.com`,
    '@'.repeat(254),
    '.'.repeat(127) + '@' + '.'.repeat(126),
  ])('refuses %j', (raw) => {
    expect(parseEmail(raw)).toEqual({ kind: 'invalid' });
  });

  it('gives what it would give again', () => {
    const parsed = parseEmail(' JÜRGEN@ＭÜNCHEN.de ');
    expect(parsed).toEqual({ kind: 'valid', email: 'jürgen@münchen.de' });
    expect(parseEmail('jürgen@münchen.de')).toEqual(parsed);
  });
});
