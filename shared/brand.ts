/** How emails, and the pages behind their links, look in a merchant's name. */
import { contrast, lightenUntil, READABLE, textOn, VISIBLE } from './colors';

/** A logo's file, as it is sent in, and how large it may be drawn. */
export const LOGO_LIMITS = { bytes: 512 * 1024, pixels: 2_000 } as const;

/** Fonts that mail clients have; none is loaded from anywhere. */
export const BRAND_FONTS = {
  system: "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, 'Helvetica Neue', Ubuntu, Arial, sans-serif",
  helvetica: "'Helvetica Neue', Helvetica, Arial, sans-serif",
  verdana: 'Verdana, Geneva, sans-serif',
  trebuchet: "'Trebuchet MS', 'Lucida Grande', sans-serif",
  georgia: "Georgia, 'Times New Roman', serif",
  courier: "'Courier New', Courier, monospace",
} as const;
export type BrandFont = keyof typeof BRAND_FONTS;
export const BRAND_FONT_NAMES = Object.keys(BRAND_FONTS) as [BrandFont, ...BrandFont[]];

/** What emails are drawn on, by colour scheme. */
export const PAPER = { light: '#ffffff', dark: '#1b1e25' } as const;
export const INK = '#1a1f36';
const WHITE = '#ffffff';

interface SchemeColors {
  button: string;
  onButton: string;
  link: string;
}
export type BrandColors = Record<'light' | 'dark', SchemeColors>;

/** Where the merchant chose no colour. */
export const OUR_COLORS: BrandColors = {
  light: { button: '#4f46e5', onButton: WHITE, link: '#4f46e5' },
  dark: { button: '#6366f1', onButton: WHITE, link: '#a5b4fc' },
};

/** Buttons in the colour, with the text that is read best on it; links too where they can be read. */
export function brandColors(color: string | null): BrandColors {
  if (color === null) return OUR_COLORS;
  const darkButton = lightenUntil(color, PAPER.dark, VISIBLE);
  return {
    light: { button: color, onButton: textOnButton(color), link: isReadable(color) ? color : INK },
    dark: { button: darkButton, onButton: textOnButton(darkButton), link: lightenUntil(color, PAPER.dark, READABLE) },
  };
}

const textOnButton = (button: string) => textOn(button, [WHITE, INK]);
const isReadable = (color: string) => contrast(color, PAPER.light) >= READABLE;

/** By how much what stands out least does, where that is too little: 1 is not at all. */
export interface PoorContrast {
  what: 'button' | 'text' | 'link';
  ratio: number;
  wanted: number;
}

export function poorContrasts(color: string): PoorContrast[] {
  const { button, onButton } = brandColors(color).light;
  const found: PoorContrast[] = [
    { what: 'text', ratio: contrast(button, onButton), wanted: READABLE },
    { what: 'button', ratio: contrast(button, PAPER.light), wanted: VISIBLE },
    { what: 'link', ratio: contrast(color, PAPER.light), wanted: READABLE },
  ];
  return found.filter(({ ratio, wanted }) => ratio < wanted);
}
