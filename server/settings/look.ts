/** How a merchant's emails and pages look. Pure. */
import { BRAND_FONTS, brandColors, OUR_COLORS, type BrandColors } from '../../shared/brand';
import type { Settings } from '../../shared/settings';
import type { Logo } from './logos';

export interface Look {
  colors: BrandColors;
  /** CSS, of fonts that need no loading. */
  font: string;
  /** Lines at the foot. */
  footer: string[];
  logo: ShownLogo | null;
}

export interface ShownLogo {
  url: string;
  /** As it is shown, in pixels. */
  width: number;
  height: number;
  /** The merchant's name, else empty: it says nothing else. */
  alt: string;
}

export const OUR_LOOK: Look = { colors: OUR_COLORS, font: BRAND_FONTS.system, footer: [], logo: null };

/** `base` is put before the logo's path: the address of this server in emails, nothing on its own pages. */
export const lookOf = (
  base: string,
  { brand, sender }: Pick<Settings, 'brand' | 'sender'>,
  logo: Logo | undefined,
): Look => ({
  colors: brandColors(brand.color),
  font: BRAND_FONTS[brand.font],
  footer: linesOf(brand.footer),
  logo: logo ? showLogo(base, logo, sender.from_name ?? '') : null,
});

const LARGEST = { width: 240, height: 48 };

function showLogo(base: string, { token, version, width, height }: Logo, alt: string): ShownLogo {
  const scale = Math.min(1, LARGEST.width / width, LARGEST.height / height);
  const shown = (length: number) => Math.max(1, Math.round(length * scale));
  return { url: `${base}/logo/${token}/${version}.png`, width: shown(width), height: shown(height), alt };
}

export const linesOf = (text: string | null): string[] =>
  (text ?? '')
    .split(/\r?\n/)
    .map((part) => part.trim())
    .filter(Boolean);
