/** The CSS by which a merchant's pages take the merchant's colour and font; null where nothing was chosen. */
import { BRAND_FONTS, OUR_COLORS } from '../../shared/brand';
import type { Look } from '../settings/look';

/** Colours are `#rrggbb` and fonts are of a list: nothing in it was typed. */
export function siteStyles({ colors, font }: Look): string | null {
  const rules = [
    font === BRAND_FONTS.system ? '' : `.plain-of-site,.plain-of-site .button{font-family:${font}}`,
    // Without a colour of the merchant's, ink instead of ours: site.css.
    JSON.stringify(colors) === JSON.stringify(OUR_COLORS)
      ? ''
      : `${accents(colors.light)}@media (prefers-color-scheme:dark){${accents(colors.dark)}}`,
  ].join('');
  return rules || null;
}

const accents = ({ button, onButton }: Look['colors']['light']) =>
  `.plain-of-site{--accent:${button};--accent-hover:${button};--on-accent:${onButton}}`;
