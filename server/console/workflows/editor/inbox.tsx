/** An email as its reader meets it: first as a line of their inbox, then opened, in the colours of their mail program. */
import type { CSSProperties } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';

export type Scheme = 'light' | 'dark';

export interface InboxLine {
  from: string;
  subject: string;
  /** The plain text, which an inbox shows after the subject where there is no preview text. */
  text: string;
}

/** `html` is the whole email. It is shown in a frame that allows nothing, so all style stands on the elements. */
export function inInbox(html: string, { text, ...line }: InboxLine, scheme: Scheme): string {
  const row = renderToStaticMarkup(<Row {...line} preview={previewIn(html) || text} colours={COLOURS[scheme]} />);
  return inColours(html, scheme).replace(/<body[^>]*>/, (body) => body + row);
}

/** The hidden text that mail programs show in the list: see server/emails/render-layout.tsx. */
const previewIn = (html: string): string =>
  (/data-skip-in-text="true">([^<]*)/.exec(html)?.[1] ?? '').replace(
    /&(lt|gt|quot|amp|#x27);/g,
    (entity) => LETTERS[entity] ?? '',
  );

const LETTERS: Record<string, string> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&amp;': '&', '&#x27;': "'" };

/** As if the reader's device had this scheme: ours has another, perhaps. */
const inColours = (html: string, scheme: Scheme): string =>
  html
    .replace(/\(prefers-color-scheme:\s*dark\)/g, scheme === 'dark' ? 'all' : 'not all')
    .replace(/color-scheme:light dark/g, `color-scheme:${scheme}`)
    .replace(/content="light dark"/g, `content="${scheme}"`);

const COLOURS = {
  light: { ground: '#ffffff', ink: '#1a1f36', faint: '#5b6577', line: '#d8dee6' },
  dark: { ground: '#202329', ink: '#f1f3f5', faint: '#a7afbb', line: '#3a404a' },
} as const;

/** An inbox cuts off what is too long. */
const ONE_LINE: CSSProperties = { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' };

function Row({
  from,
  subject,
  preview,
  colours,
}: Omit<InboxLine, 'text'> & { preview: string; colours: (typeof COLOURS)[Scheme] }) {
  return (
    <div
      style={{
        margin: 0,
        padding: '12px 16px',
        borderBottom: `1px solid ${colours.line}`,
        backgroundColor: colours.ground,
        color: colours.ink,
        font: "14px/20px -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif",
      }}
    >
      <div style={{ ...ONE_LINE, fontWeight: 600 }}>{from}</div>
      <div style={ONE_LINE}>{subject}</div>
      <div style={{ ...ONE_LINE, color: colours.faint }}>{preview}</div>
    </div>
  );
}
