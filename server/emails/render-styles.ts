/** How an email looks. Light is written on the elements, dark comes by classes where the mail client knows it. */
import { INK, PAPER } from '../../shared/brand';
import type { Look } from '../settings/look';

export const MUTED = '#697386';
export const PAGE = '#f6f8fa';
const LINE = '#e3e8ee';
const MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'Courier New', monospace";

export interface EmailStyles {
  /** By markdown-it's token type, headings by their tag. */
  elements: Record<string, string>;
  /** A table cell carries the colour, for Outlook knows no padding on links. */
  button: { open: string; link: string; close: string };
  /** For clients that keep a style element. */
  dark: readonly (readonly [selector: string, css: string])[];
}

const body = `margin:0 0 16px;font-size:16px;line-height:26px;color:${INK}`;
const heading = (size: number, line: number) =>
  `margin:24px 0 12px;font-size:${size}px;line-height:${line}px;font-weight:600;color:${INK}`;
const cell = `padding:8px 12px 8px 0;border-bottom:1px solid ${LINE};font-size:16px;line-height:24px;color:${INK}`;

export function stylesFor({ colors: { light, dark } }: Pick<Look, 'colors'>): EmailStyles {
  return {
    elements: {
      paragraph_open: body,
      h1: heading(24, 32),
      h2: heading(20, 28),
      h3: heading(17, 26),
      h4: heading(16, 26),
      h5: heading(16, 26),
      h6: heading(16, 26),
      bullet_list_open: `${body};padding-left:24px`,
      ordered_list_open: `${body};padding-left:24px`,
      list_item_open: 'margin:0 0 6px',
      blockquote_open: `margin:0 0 16px;padding:2px 0 2px 16px;border-left:3px solid ${LINE}`,
      link_open: `color:${light.link};text-decoration:underline;overflow-wrap:anywhere`,
      code_inline: `font-family:${MONO};font-size:14px;background-color:${PAGE};padding:2px 4px;border-radius:4px`,
      fence: `font-family:${MONO};font-size:14px;white-space:pre-wrap`,
      code_block: `font-family:${MONO};font-size:14px;white-space:pre-wrap`,
      hr: `border:0;border-top:1px solid ${LINE};margin:24px 0`,
      table_open: 'width:100%;border-collapse:collapse;margin:0 0 16px',
      th_open: `${cell};text-align:left;font-weight:600`,
      td_open: cell,
      image: 'max-width:100%;height:auto;border:0',
    },
    button: {
      open:
        '<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:8px 0 24px"><tr>' +
        `<td class="button" bgcolor="${light.button}" style="background-color:${light.button};border-radius:6px;padding:12px 20px">`,
      link: `color:${light.onButton};font-size:16px;line-height:20px;font-weight:600;text-decoration:none;display:inline-block`,
      close: '</td></tr></table>\n',
    },
    dark: [
      ['.page', 'background-color:#111318 !important'],
      // The layout's own cell, which bears the light ground for clients that drop a body's.
      ['.page > table > tbody > tr > td', 'background-color:#111318 !important'],
      // A logo that was drawn for white paper keeps it.
      ['.logo', 'background-color:#ffffff !important;padding:8px !important;border-radius:6px !important'],
      ['.card', `background-color:${PAPER.dark} !important;border-color:#2c313b !important`],
      ['.card p', 'color:#e6e8ec !important'],
      ['.card li', 'color:#e6e8ec !important'],
      ['.card ul', 'color:#e6e8ec !important'],
      ['.card ol', 'color:#e6e8ec !important'],
      ['.card td', 'color:#e6e8ec !important;border-color:#2c313b !important'],
      ['.card th', 'color:#e6e8ec !important;border-color:#2c313b !important'],
      ['.card hr', 'border-color:#2c313b !important'],
      ['.card blockquote', 'border-color:#464d5b !important'],
      ['.card h1', 'color:#ffffff !important'],
      ['.card h2', 'color:#ffffff !important'],
      ['.card h3', 'color:#ffffff !important'],
      ['.card h4', 'color:#ffffff !important'],
      ['.card h5', 'color:#ffffff !important'],
      ['.card h6', 'color:#ffffff !important'],
      ['.card code', 'background-color:#2c313b !important;color:#e6e8ec !important'],
      ['.card a', `color:${dark.link} !important`],
      ['.card .button', `background-color:${dark.button} !important`],
      ['.card .button a', `color:${dark.onButton} !important`],
      ['.footer', 'color:#9aa1ad !important'],
      ['.footer a', 'color:#9aa1ad !important'],
    ],
  };
}
