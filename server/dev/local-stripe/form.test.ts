import { clearable, integer, mergeMetadata, parseForm, text, textList } from './form';

test('brackets nest: lists, lists of objects, and maps', () => {
  const form = parseForm(
    'items[0][price]=p1&items[0][quantity]=2&items[1][price]=p2&expand[]=a&expand[]=b&metadata[1]=x',
  );
  expect(form).toEqual({
    items: [{ price: 'p1', quantity: '2' }, { price: 'p2' }],
    expand: ['a', 'b'],
    metadata: { 1: 'x' },
  });
});

test('an empty value is unset: undefined to read, null to clear', () => {
  const form = parseForm('name=&email=ada%40example.com');
  expect([text(form, 'name'), clearable(form, 'name'), clearable(form, 'phone')]).toEqual([undefined, null, undefined]);
  expect(text(form, 'email')).toBe('ada@example.com');
});

test('metadata is laid over what is there; an empty value removes the key', () => {
  const current = { team: 'a', size: '3' };
  expect(mergeMetadata(current, parseForm('metadata[team]=b&metadata[size]='))).toEqual({ team: 'b' });
  expect(mergeMetadata(current, parseForm('metadata='))).toEqual({});
});

test('what does not fit is refused or ignored, and never reaches a prototype', () => {
  expect(() => integer(parseForm('limit=ten'), 'limit')).toThrow('Invalid integer: ten');
  expect(textList(parseForm('expand[a][b]=1'), 'expand')).toEqual([]);
  expect(parseForm('a=1&a[b]=2')).toEqual({ a: { b: '2' } });
  parseForm('__proto__[polluted]=1&a[__proto__][polluted]=1&constructor[prototype][polluted]=1');
  expect({}).not.toHaveProperty('polluted');
});
