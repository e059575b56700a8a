/** Liquid and what stands between. Pure. */

export interface Piece {
  kind: 'text' | 'output' | 'tag';
  source: string;
  /** Of a tag: `if`, `endif`, `else`, … */
  name: string;
}

/** Undefined where a `{{` or `{%` isn't closed. */
export function liquidPieces(source: string): Piece[] | undefined {
  const pieces: Piece[] = [];
  let at = 0;
  while (at < source.length) {
    const start = nextOpening(source, at);
    if (start > at) pieces.push({ kind: 'text', source: source.slice(at, start), name: '' });
    if (start === source.length) break;
    const kind = source[start + 1] === '%' ? 'tag' : 'output';
    let end = kind === 'tag' ? closingOf(source, start, '%}') : closingOfOutput(source, start);
    if (end === undefined) return undefined;
    const name = kind === 'tag' ? nameOf(source.slice(start, end)) : '';
    if (name === 'raw' || name === 'comment') {
      const closing = new RegExp(`\\{%-?\\s*end${name}\\s*-?%\\}`, 'g');
      closing.lastIndex = end;
      if (!closing.exec(source)) return undefined;
      end = closing.lastIndex;
    }
    pieces.push({ kind, source: source.slice(start, end), name });
    at = end;
  }
  return pieces;
}

function nextOpening(source: string, from: number): number {
  const opening = /\{[{%]/g;
  opening.lastIndex = from;
  return opening.exec(source)?.index ?? source.length;
}

function closingOf(source: string, start: number, closing: string): number | undefined {
  const end = source.indexOf(closing, start + 2);
  return end < 0 ? undefined : end + closing.length;
}

/** A value's text may hold braces, in quotes. */
function closingOfOutput(source: string, start: number): number | undefined {
  const closing = /"[^"]*"|'[^']*'|\}\}/g;
  closing.lastIndex = start + 2;
  for (let match = closing.exec(source); match; match = closing.exec(source))
    if (match[0] === '}}') return closing.lastIndex;
  return undefined;
}

const nameOf = (tag: string): string => /^\{%-?\s*(\w+|#)/.exec(tag)?.[1] ?? '';

const OPEN = '\uE000';
const CLOSE = '\uE001';
const MARKS = /[\uE000\uE001]/;
export const PLACEHOLDER = /\uE000(\d+)\uE001/g;

/**
 * A text in which each piece of Liquid is a word that means nothing in Markdown, as values are when an email is made
 * (server/emails/placeholders.ts): so it is read here as it will be there.
 */
export interface Protected {
  text: string;
  /** By the number in the word. */
  pieces: readonly Piece[];
}

/** Undefined where the Liquid isn't closed, or the text holds the characters of our words. */
export function protect(source: string): Protected | undefined {
  const pieces = MARKS.test(source) ? undefined : liquidPieces(source);
  if (!pieces) return undefined;
  const words = pieces.map((piece, index) => (piece.kind === 'text' ? piece.source : OPEN + String(index) + CLOSE));
  return { text: words.join(''), pieces };
}

export const restore = (text: string, pieces: readonly Piece[]): string =>
  text.replace(PLACEHOLDER, (_, index: string) => pieces[Number(index)]?.source ?? '');
