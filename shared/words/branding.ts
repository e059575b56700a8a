/** Settings → Branding. */
import { LOGO_LIMITS, type BrandFont, type PoorContrast } from '../brand';

const KB = Math.round(LOGO_LIMITS.bytes / 1024);
const { pixels } = LOGO_LIMITS;

export const BRANDING_WORDS = {
  lead: 'How your emails look, and the pages behind their links: paying, preferences and unsubscribing.',
  logo: 'Logo',
  logoHint: `A PNG of at most ${KB} kB and ${pixels.toLocaleString('en')} × ${pixels.toLocaleString('en')} pixels. It stands above every email, at most 48 pixels high and 240 wide; in dark mode on white.`,
  logoFile: 'PNG file',
  noLogo: 'No logo yet. Your name stands at the head of the pages instead.',
  remove: 'Remove the logo…',
  removeQuestion: 'Emails that were sent show your name, or nothing, in its place.',
  look: 'Colour, font and footer',
  hasColor: 'Use our own colour',
  color: 'Brand colour',
  colorHint:
    'Of buttons, and of links where they can be read in it. The text on buttons is black or white, as is read best.',
  font: 'Font',
  fontHint: 'One that mail programs have.',
  footer: 'Footer',
  footerHint: 'At the foot of every email and page, as plain text: your company, its address, its register entry.',
  preview: 'Preview',
} as const;

export const FONT_WORDS: Record<BrandFont, string> = {
  system: 'The reader’s system font',
  helvetica: 'Helvetica, or Arial',
  verdana: 'Verdana',
  trebuchet: 'Trebuchet',
  georgia: 'Georgia',
  courier: 'Courier',
};

/** "The text on buttons stands out from it by 3.9:1, where 4.5:1 is read well." */
export function describePoorContrast({ what, ratio, wanted }: PoorContrast): string {
  const by = `${(Math.floor(ratio * 10) / 10).toFixed(1)}:1`;
  switch (what) {
    case 'text':
      return `The text on buttons stands out from this colour by ${by}; ${wanted}:1 is read well. A darker or lighter one is better.`;
    case 'button':
      return `A button of this colour stands out from white by ${by}; it is seen well from ${wanted}:1 on.`;
    case 'link':
      return `Links in this colour stand out from white by ${by}, where ${wanted}:1 is read well: they are written in black and underlined.`;
  }
}

/** Why a file is no logo. */
export const LOGO_REFUSED = {
  none: 'Choose a PNG file first.',
  notPng: 'That is not a PNG file. Other kinds are not taken: save it as PNG.',
  tooManyBytes: `The file has more than ${KB} kB. Make the picture smaller.`,
  tooManyPixels: (width: number, height: number) =>
    `The picture has ${width} × ${height} pixels, and at most ${pixels} × ${pixels} are taken. Make it smaller.`,
  damaged: 'The file is damaged, or not the PNG that it says it is. Save it anew.',
} as const;
