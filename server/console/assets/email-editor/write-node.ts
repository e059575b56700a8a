/** A block of the editor's document as Markdown. Pure. */
import { isChip, textOf, type DocMark, type DocNode } from './document';
import { protect } from './liquid-pieces';

/** Between two blocks. */
export const GAP = '\n\n';

/**
 * How careful text is written: as it stands; with a backslash before all that could be Markdown; with letters beside bold
 * and italic text as numbers too, where a sign at the text's edge would keep it from being read as such; and with other
 * signs for italic, where asterisks meet.
 */
export const MODES = ['plain', 'escaped', 'numbered', 'underlined'] as const;
export type Mode = (typeof MODES)[number];

/** Of any block but a condition. */
export function writeNode(node: DocNode, mode: Mode = 'plain'): string {
  const { type, content = [] } = node;
  const line = () => writeLine(content, mode);
  switch (type) {
    case 'heading':
      return `${'#'.repeat(Number(node.attrs?.level ?? 1))} ${line()}`;
    case 'button':
      return `[${line()}](${target(node)})`;
    case 'horizontalRule':
      return '---';
    case 'blockquote':
      return prefixed(content.map((one) => writeNode(one, mode)).join(GAP), '> ', '> ').replace(/> $/gm, '>');
    case 'bulletList':
      return content.map((item) => writeItem(item, '- ', mode)).join('\n');
    case 'orderedList':
      return content
        .map((item, index) => writeItem(item, `${Number(node.attrs?.start ?? 1) + index}. `, mode))
        .join('\n');
    case 'raw':
      return textOf(node, 'source');
    default:
      return line();
  }
}

const writeItem = ({ content = [] }: DocNode, marker: string, mode: Mode): string =>
  prefixed(content.map((node) => writeNode(node, mode)).join('\n'), marker, ' '.repeat(marker.length));

const prefixed = (text: string, first: string, others: string): string =>
  text
    .split('\n')
    .map((line, index) => (index === 0 ? first : others) + line)
    .join('\n');

const DELIMITERS: Record<string, string> = { bold: '**', italic: '*', strike: '~~' };
/** From the outside in, where two end together. */
const RANKS = ['link', 'bold', 'italic', 'strike', 'code'];

interface Run extends DocMark {
  /** The index of the first node it isn't on. */
  end: number;
}

function writeLine(nodes: readonly DocNode[], mode: Mode): string {
  let text = '';
  const open: Run[] = [];
  nodes.forEach((node, index) => {
    const ended = open.splice(firstOver(open, index)).reverse();
    text += ended.map((mark) => closing(mark, mode)).join('');
    const missing = (node.marks ?? [])
      .filter((mark) => mark.type !== 'code' && !open.some((run) => isSameMark(run, mark)))
      .map((mark) => ({ ...mark, end: endOf(nodes, index, mark) }))
      .sort((a, b) => b.end - a.end || RANKS.indexOf(a.type) - RANKS.indexOf(b.type));
    open.push(...missing);
    const inline = writeInline(node, mode, text === '' || text.endsWith('\n'));
    if (mode === 'plain' || mode === 'escaped') text += missing.map((mark) => opening(mark, mode)).join('') + inline;
    else
      text =
        (missing.some(isDelimited) ? text.replace(/[\p{L}\p{N}]$/u, numbered) : text) +
        missing.map((mark) => opening(mark, mode)).join('') +
        (ended.some(isDelimited) ? inline.replace(/^[\p{L}\p{N}]/u, numbered) : inline);
  });
  return (
    text +
    open
      .reverse()
      .map((mark) => closing(mark, mode))
      .join('')
  );
}

const isDelimited = ({ type }: DocMark): boolean => type in DELIMITERS;
const numbered = (letter: string): string => `&#${letter.codePointAt(0) ?? 0};`;
const opening = ({ type }: DocMark, mode: Mode): string => (type === 'link' ? '[' : delimiter(type, mode));
const closing = ({ type, attrs }: DocMark, mode: Mode): string =>
  type === 'link' ? `](${target({ attrs })})` : delimiter(type, mode);
/** Asterisks side by side may belong to either. */
const delimiter = (type: string, mode: Mode): string =>
  type === 'italic' && mode === 'underlined' ? '_' : (DELIMITERS[type] ?? '');

/** Those that end here, and all within them. */
function firstOver(open: readonly Run[], index: number): number {
  const at = open.findIndex(({ end }) => end <= index);
  return at < 0 ? open.length : at;
}

const isSameMark = (a: DocMark, b: DocMark): boolean =>
  a.type === b.type && a.attrs?.href === b.attrs?.href && a.attrs?.title === b.attrs?.title;

function endOf(nodes: readonly DocNode[], from: number, mark: DocMark): number {
  const end = nodes.findIndex((node, index) => index > from && !node.marks?.some((other) => isSameMark(other, mark)));
  return end < 0 ? nodes.length : end;
}

function writeInline(node: DocNode, mode: Mode, isLineStart: boolean): string {
  if (isChip(node)) return textOf(node, 'source');
  if (node.type === 'hardBreak') return '\n';
  if (node.type === 'image') return `![${bracketed(textOf(node, 'alt'))}](${target(node, 'src')})`;
  const text = node.text ?? '';
  if (node.marks?.some(({ type }) => type === 'code')) return inCode(text);
  return mode === 'plain' ? text : escaped(text, isLineStart);
}

/** Between as many backticks as it takes. */
function inCode(text: string): string {
  const longest = Math.max(0, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = text.startsWith('`') || text.endsWith('`') || /^ .* $/.test(text) ? ' ' : '';
  return fence + pad + text + pad + fence;
}

function escaped(text: string, isLineStart: boolean): string {
  const safe = text.replace(/[\\`*_[\]<>~]/g, '\\$&').replace(/&(?=#?\w+;)/g, '\\&');
  if (!isLineStart) return safe;
  return safe
    .replace(/^([#\-+=|:]|\d+(?=[.)]))/, (start) => (/\d/.test(start) ? start : `\\${start}`))
    .replace(/^(\d+)([.)])/, '$1\\$2');
}

const bracketed = (text: string): string => text.replace(/[\\[\]]/g, '\\$&');

/** Where a link leads, with its title. Liquid may hold blanks and stays as it is. */
function target({ attrs }: Pick<DocNode, 'attrs'>, name = 'href'): string {
  const href = textOf({ attrs }, name);
  const title = textOf({ attrs }, 'title').replace(/["\\]/g, '\\$&');
  const plain = protect(href)?.text ?? href;
  const isPlain = plain !== '' && !/[\s()<>\\]/.test(plain) && !/&#?\w+;/.test(plain);
  const written = isPlain ? href : `<${href.replace(/[<>\\]/g, '\\$&').replace(/\n/g, ' ')}>`;
  return title === '' ? written : `${written} "${title}"`;
}
