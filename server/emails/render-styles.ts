/** How an email looks. Light is written on the elements, dark comes by classes where the mail client knows it. */
const TEXT = '#1a1f36';
export const MUTED = '#697386';
export const PAGE = '#f6f8fa';
const ACCENT = '#4f46e5';
const LINE = '#e3e8ee';
export const FONT =
  "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, 'Helvetica Neue', Ubuntu, Arial, sans-serif";
const MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'Courier New', monospace";

const body = `margin:0 0 16px;font-size:16px;line-height:26px;color:${TEXT}`;
const heading = (size: number, line: number) =>
  `margin:24px 0 12px;font-size:${size}px;line-height:${line}px;font-weight:600;color:${TEXT}`;
const cell = `padding:8px 12px 8px 0;border-bottom:1px solid ${LINE};font-size:16px;line-height:24px;color:${TEXT}`;

/** By markdown-it's token type, headings by their tag. */
export const STYLES: Record<string, string> = {
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
  link_open: `color:${ACCENT};text-decoration:underline;overflow-wrap:anywhere`,
  code_inline: `font-family:${MONO};font-size:14px;background-color:${PAGE};padding:2px 4px;border-radius:4px`,
  fence: `font-family:${MONO};font-size:14px;white-space:pre-wrap`,
  code_block: `font-family:${MONO};font-size:14px;white-space:pre-wrap`,
  hr: `border:0;border-top:1px solid ${LINE};margin:24px 0`,
  table_open: 'width:100%;border-collapse:collapse;margin:0 0 16px',
  th_open: `${cell};text-align:left;font-weight:600`,
  td_open: cell,
  image: 'max-width:100%;height:auto;border:0',
};

/** A table cell carries the colour, for Outlook knows no padding on links. */
export const BUTTON = {
  open:
    '<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:8px 0 24px"><tr>' +
    `<td class="button" bgcolor="${ACCENT}" style="background-color:${ACCENT};border-radius:6px;padding:12px 20px">`,
  link: 'color:#ffffff;font-size:16px;line-height:20px;font-weight:600;text-decoration:none;display:inline-block',
  close: '</td></tr></table>\n',
};

/** For clients that keep a style element; `[data-ogsc]` is how Outlook.com marks its dark mode. */
export const DARK_STYLES = ((dark: (selector: string, css: string) => [string, string][]) => [
  ...dark('.page', 'background-color:#111318 !important'),
  ...dark('.card', 'background-color:#1b1e25 !important;border-color:#2c313b !important'),
  ...dark('.card p', 'color:#e6e8ec !important'),
  ...dark('.card li', 'color:#e6e8ec !important'),
  ...dark('.card td', 'color:#e6e8ec !important'),
  ...dark('.card th', 'color:#e6e8ec !important'),
  ...dark('.card h1', 'color:#ffffff !important'),
  ...dark('.card h2', 'color:#ffffff !important'),
  ...dark('.card h3', 'color:#ffffff !important'),
  ...dark('.card code', 'background-color:#2c313b !important;color:#e6e8ec !important'),
  ...dark('.card a', 'color:#a5b4fc !important'),
  ...dark('.card .button', 'background-color:#6366f1 !important'),
  ...dark('.card .button a', 'color:#ffffff !important'),
  ...dark('.footer', 'color:#9aa1ad !important'),
  ...dark('.footer a', 'color:#9aa1ad !important'),
])((selector, css) => [[selector, css]]);
