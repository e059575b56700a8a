/** The SDK's `css` prop as CSS. Names and sizes: https://docs.stripe.com/stripe-apps/style */
import type { CSSProperties } from 'react';

export type Css = Record<string, string | number | undefined>;

const SPACE: Record<string, number> = {
  xxsmall: 2,
  xsmall: 4,
  small: 8,
  medium: 16,
  large: 24,
  xlarge: 32,
  xxlarge: 48,
};
const FONTS: Record<string, CSSProperties> = {
  body: { fontSize: 14, lineHeight: '20px' },
  bodyEmphasized: { fontSize: 14, lineHeight: '20px', fontWeight: 600 },
  caption: { fontSize: 12, lineHeight: '16px' },
  heading: { fontSize: 16, lineHeight: '24px', fontWeight: 700 },
  kicker: { fontSize: 12, lineHeight: '20px', fontWeight: 600, textTransform: 'uppercase' },
  lead: { fontSize: 16, lineHeight: '24px' },
  subheading: { fontSize: 14, lineHeight: '20px', fontWeight: 600 },
  subtitle: { fontSize: 18, lineHeight: '26px' },
  title: { fontSize: 20, lineHeight: '28px', fontWeight: 700 },
};
const ALIGN: Record<string, string> = {
  start: 'flex-start',
  top: 'flex-start',
  end: 'flex-end',
  bottom: 'flex-end',
  center: 'center',
  baseline: 'baseline',
  stretch: 'stretch',
};
const SIDES: Record<string, string[]> = {
  '': [''],
  X: ['Left', 'Right'],
  Y: ['Top', 'Bottom'],
  Top: ['Top'],
  Bottom: ['Bottom'],
  Left: ['Left'],
  Right: ['Right'],
};
const RADIUS: Record<string, number> = { none: 0, xsmall: 2, small: 4, medium: 8, large: 12, rounded: 999 };

export function boxStyle(css: Css = {}): CSSProperties {
  return {
    ...(css.font ? FONTS[css.font] : {}),
    ...stackStyle(css),
    ...spacing(css, 'padding'),
    ...spacing(css, 'margin'),
    ...(css.color ? { color: `var(--text-${css.color})` } : {}),
    ...(css.backgroundColor ? { background: `var(--background-${css.backgroundColor})` } : {}),
    ...(css.borderRadius ? { borderRadius: RADIUS[css.borderRadius] } : {}),
    ...(css.fontFamily === 'monospace' ? { fontFamily: 'var(--mono)' } : {}),
    ...(css.wordBreak ? { wordBreak: css.wordBreak as CSSProperties['wordBreak'] } : {}),
    ...(css.width ? { width: css.width === 'fill' ? '100%' : css.width } : {}),
  };
}

function stackStyle(css: Css): CSSProperties {
  if (!css.stack) return {};
  const isRow = css.stack === 'x';
  const gap = (...names: string[]) => space(names.map((name) => css[name]).find((value) => value !== undefined));
  const along = isRow ? css.alignX : css.alignY;
  const across = isRow ? css.alignY : css.alignX;
  return {
    display: 'flex',
    flexDirection: isRow ? 'row' : 'column',
    columnGap: gap('gapX', 'columnGap', 'gap'),
    rowGap: gap('gapY', 'rowGap', 'gap'),
    justifyContent: css.distribute === 'space-between' ? 'space-between' : along ? ALIGN[along] : undefined,
    alignItems: across ? ALIGN[across] : undefined,
  };
}

function spacing(css: Css, property: 'padding' | 'margin'): CSSProperties {
  return Object.fromEntries(
    Object.entries(SIDES).flatMap(([suffix, sides]) => {
      const size = css[property + suffix];
      return size === undefined ? [] : sides.map((side) => [property + side, space(size)]);
    }),
  );
}

const space = (size: string | number | undefined): number | undefined =>
  typeof size === 'string' ? SPACE[size] : size;
