import { contrast, lightenUntil, textOn } from './colors';

it('measures contrast as WCAG does', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  expect(contrast('#abcdef', '#abcdef')).toBe(1);
});

it('takes the text that is read better', () => {
  expect(textOn('#ffd400', ['#ffffff', '#1a1f36'])).toBe('#1a1f36');
  expect(textOn('#1d4ed8', ['#ffffff', '#1a1f36'])).toBe('#ffffff');
});

it('lightens until it stands out, and leaves what does', () => {
  const lighter = lightenUntil('#101010', '#1b1e25', 3);
  expect(contrast(lighter, '#1b1e25')).toBeGreaterThanOrEqual(3);
  expect(lightenUntil('#ffd400', '#1b1e25', 3)).toBe('#ffd400');
});
