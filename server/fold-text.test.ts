import { foldText, searchTextOf } from './fold-text';

test.each([
  ['Zoë', 'zoe'],
  ['ZOË', 'zoe'],
  ['zoe\u0308', 'zoe'],
  ['Öztürk', 'ozturk'],
  ['IŞIK İnan ışık', 'isik inan isik'],
  ['Łukasz Sørensen', 'lukasz sorensen'],
  ['Großmann', 'grossmann'],
  ['ﬁrst', 'first'],
  ['Δημήτρης', 'δημητρης'],
  ['田中', '田中'],
  ['plain@Example.com', 'plain@example.com'],
  ['', ''],
])('%s is searched as %s', (text, folded) => {
  expect(foldText(text)).toBe(folded);
});

test('a contact is found by its address and names', () => {
  expect(searchTextOf({ email: 'z@example.com', first_name: 'Zoë', last_name: null })).toBe('z@example.com zoe');
});
