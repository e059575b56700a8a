/** How colours stand out from each other, by WCAG 2.2: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio. Colours are `#rrggbb`. */

/** Text is read well from this on; of what is no text, as a button's shape, a third less is enough. */
export const READABLE = 4.5;
export const VISIBLE = 3;

/** From 1, the same, to 21, black on white. */
export function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

/** The one of `texts` that stands out most from `ground`. */
export const textOn = (ground: string, texts: readonly [string, string]): string =>
  contrast(texts[0], ground) >= contrast(texts[1], ground) ? texts[0] : texts[1];

/** The colour, made lighter until it stands out from a dark `ground` by `ratio`. */
export function lightenUntil(color: string, ground: string, ratio: number): string {
  for (let share = 0; share < 1; share += 0.05) {
    const lighter = mix(color, '#ffffff', share);
    if (contrast(lighter, ground) >= ratio) return lighter;
  }
  return '#ffffff';
}

/** `share` from 0, all of `a`, to 1, all of `b`. */
function mix(a: string, b: string, share: number): string {
  const parts = channels(a).map((value, index) => Math.round(value * (1 - share) + (channels(b)[index] ?? 0) * share));
  return `#${parts.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = channels(color).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const channels = (color: string): number[] =>
  [1, 3, 5].map((start) => Number.parseInt(color.slice(start, start + 2), 16));
