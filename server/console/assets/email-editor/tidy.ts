/** A block without what Markdown can't say and nobody sees: blanks at the edges of lines and of bold text, empty lines. Pure. */
import { isChip, type DocMark, type DocNode } from './document';
import { liquidPieces } from './liquid-pieces';
import { chipOf } from './read-chunk';

const LINES = ['paragraph', 'heading', 'button'];

export function tidy(node: DocNode): DocNode {
  if (!node.content) return node;
  return { ...node, content: LINES.includes(node.type) ? tidyLine(node.content) : node.content.map(tidy) };
}

function tidyLine(nodes: readonly DocNode[]): DocNode[] {
  const parts = nodes.flatMap(typedLiquid).flatMap(splitBlanks);
  const lines = parts.filter((part, at) => !isBreak(part) || (hasText(parts, at, -1) && parts.slice(at).some(isText)));
  const trimmed = lines.filter((part, at) => !isBlank(part) || (hasText(lines, at, -1) && hasText(lines, at, 1)));
  return merge(trimmed.map((part, at) => (isText(part) ? part : { ...part, marks: marksAround(trimmed, at) })));
}

/** Liquid that was typed is Liquid. */
function typedLiquid(node: DocNode): DocNode[] {
  const pieces = node.type === 'text' && !isCode(node) ? liquidPieces(node.text ?? '') : undefined;
  if (!pieces || pieces.every(({ kind }) => kind === 'text')) return [node];
  return pieces.map((piece) => ({
    ...(piece.kind === 'text' ? { type: 'text', text: piece.source } : chipOf(piece)),
    ...(node.marks ? { marks: node.marks } : {}),
  }));
}

const isCode = ({ marks }: DocNode): boolean => (marks ?? []).some(({ type }) => type === 'code');

function splitBlanks(node: DocNode): DocNode[] {
  if (node.type !== 'text' || isCode(node)) return [node];
  return Array.from((node.text ?? '').matchAll(/\s+|\S+/g), ([text]) => ({ ...node, text }));
}

const isBreak = ({ type }: DocNode): boolean => type === 'hardBreak';
const isBlank = (node: DocNode): boolean => node.type === 'text' && !isCode(node) && /^\s*$/.test(node.text ?? '');
const isText = (node: DocNode): boolean => !isBreak(node) && !isBlank(node);

/** Whether anything but blanks stands between here and the line's edge. */
function hasText(parts: readonly DocNode[], from: number, step: 1 | -1): boolean {
  for (let index = from + step; ; index += step) {
    const part = parts[index];
    if (!part || isBreak(part)) return false;
    if (!isBlank(part)) return true;
  }
}

/** Nobody sees whether a gap has them. */
const OF_LETTERS = ['bold', 'italic'];

/** What is between two words is bold exactly when both are, and part of a link where all of it is. */
function marksAround(parts: readonly DocNode[], at: number): DocMark[] {
  const before = parts.slice(0, at).findLastIndex(isText);
  const after = at + parts.slice(at).findIndex(isText);
  if (before < 0 || after < at) return [];
  const [word, next] = [parts[before], parts[after]];
  const blanks = parts.slice(before, after).filter(isBlank);
  const isOn = (part: DocNode | undefined, mark: DocMark) =>
    part?.marks?.some((other) => JSON.stringify(other) === JSON.stringify(mark)) ?? false;
  const common = (word?.marks ?? []).filter((mark) => isOn(next, mark));
  return common.filter((mark) => OF_LETTERS.includes(mark.type) || blanks.every((blank) => isOn(blank, mark)));
}

/** Each word bold and italic by itself: where both overlap there may be no sign for a gap that has one of them. */
export const apart = (node: DocNode): DocNode => ({
  ...node,
  ...(node.content
    ? {
        content: LINES.includes(node.type)
          ? merge(node.content.flatMap(splitBlanks).map(bareGap))
          : node.content.map(apart),
      }
    : {}),
});

const bareGap = (part: DocNode): DocNode =>
  isText(part) ? part : { ...part, marks: part.marks?.filter(({ type }) => !OF_LETTERS.includes(type)) };

function merge(parts: readonly DocNode[]): DocNode[] {
  const merged: DocNode[] = [];
  for (const { marks, ...part } of parts) {
    const node: DocNode = marks && marks.length > 0 ? { ...part, marks } : part;
    const last = merged.at(-1);
    const isMore = inOrder(last?.marks) === inOrder(node.marks);
    if (last?.type === 'text' && node.type === 'text' && isMore) last.text = `${last.text ?? ''}${node.text ?? ''}`;
    else merged.push(node);
  }
  return merged;
}

const inOrder = (marks: readonly DocMark[] = []): string =>
  JSON.stringify(marks.map((mark) => JSON.stringify(mark)).sort());

/** What is left where Markdown has no way to make it bold: the words, rather than asterisks. */
export const unformatted = (node: DocNode): DocNode => ({
  ...node,
  ...(node.content
    ? { content: LINES.includes(node.type) ? merge(node.content.map(plain)) : node.content.map(unformatted) }
    : {}),
});

const plain = (part: DocNode): DocNode => ({
  ...part,
  marks: part.marks?.filter(({ type }) => type === 'link' || type === 'code'),
});

/** A paragraph with an empty line in it is two in Markdown. */
export function splitAtEmptyLines(node: DocNode): DocNode[] {
  if (node.type !== 'paragraph') return [node];
  const lines: DocNode[][] = [[]];
  (node.content ?? []).forEach((part, at, parts) => {
    const isSecond = isBreak(part) && parts[at - 1] !== undefined && isBreak(parts[at - 1] ?? part);
    if (isSecond) lines.push([]);
    else lines.at(-1)?.push(part);
  });
  if (lines.length === 1) return [node];
  return lines.map((content, at) => ({
    type: 'paragraph',
    content,
    ...(at === 0 ? { attrs: { gap: node.attrs?.gap } } : {}),
  }));
}

/**
 * Bold and italic text without the signs at its edge that meet a chip: `**Plan:**{{ event.plan }}` would be read as asterisks,
 * `**Plan**:{{ event.plan }}` is as good.
 */
export function loosen(node: DocNode): DocNode {
  if (!node.content) return node;
  if (!LINES.includes(node.type)) return { ...node, content: node.content.map(loosen) };
  const { content } = node;
  const parts = content.flatMap((part, at) => {
    if (part.type !== 'text' || isCode(part)) return [part];
    const [, before = '', text = '', after = ''] = SIGNS.exec(part.text ?? '') ?? [];
    const [left, right] = [content[at - 1], content[at + 1]];
    return [
      ...piecesOf(before, part, text + after === '' ? [left, right] : [left]),
      ...(text ? [{ ...part, text }] : []),
      ...piecesOf(after, part, [right]),
    ];
  });
  return { ...node, content: tidyLine(parts) };
}

const SIGNS = /^([^\p{L}\p{N}\s]*)(.*?)([^\p{L}\p{N}\s]*)$/su;

function piecesOf(text: string, part: DocNode, neighbours: readonly (DocNode | undefined)[]): DocNode[] {
  if (text === '') return [];
  const meets = (type: string) =>
    neighbours.some((other) => other && isChip(other) && !other.marks?.some((mark) => mark.type === type));
  return [{ type: 'text', text, marks: (part.marks ?? []).filter(({ type }) => type === 'link' || !meets(type)) }];
}
