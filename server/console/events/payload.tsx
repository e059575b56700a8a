/** JSON with its parts in colour. Very long texts stay plain: a page of ten thousand spans helps nobody. */
import type { ReactNode } from 'react';

const LONGEST = 60_000;
const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

export function Json({ value }: { value: unknown }) {
  const text = JSON.stringify(value, null, 2);
  return (
    <pre tabIndex={0} aria-label="Payload as JSON">
      <code id="payload">{text.length > LONGEST ? text : highlight(text)}</code>
    </pre>
  );
}

function highlight(text: string): ReactNode[] {
  const parts: ReactNode[] = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [token, quoted, colon, word] = match;
    parts.push(text.slice(end, match.index));
    parts.push(
      <span
        key={match.index}
        className={quoted ? (colon ? 'json-key' : 'json-text') : word ? 'json-word' : 'json-number'}
      >
        {quoted ?? token}
      </span>,
    );
    if (colon) parts.push(colon);
    end = match.index + token.length;
  }
  return [...parts, text.slice(end)];
}
