/**
 * A body in Markdown with Liquid as the editor's document. What has no form in the editor (tables, code, loops) becomes a
 * block that shows its source. Every block knows how it was written, where that isn't how it would be written here: what
 * nobody changes is stored as it was. Pure.
 */
import { isSame, type Body, type DocNode } from './document';
import { protect, restore, type Piece } from './liquid-pieces';
import { readChunk, type Placed } from './read-chunk';
import { mayFollow, newlinesIn } from './spacing';
import { readStructure, type Structure } from './structure';
import { GAP, writeNode } from './write-node';

/** Undefined where the editor can't hold it: a `{{` or `{%` isn't closed, or it has characters that we use ourselves. */
export function readBody(source: string): Body | undefined {
  const shielded = protect(source);
  if (!shielded) return undefined;
  const { lead, nodes, trail } = readBlocks(shielded.text, shielded.pieces);
  return { lead, doc: { type: 'doc', content: nodes.length > 0 ? nodes : [{ type: 'paragraph' }] }, trail };
}

interface Blocks {
  lead: string;
  nodes: DocNode[];
  trail: string;
}

/** Blocks of Markdown, and what Liquid puts around them. */
function readBlocks(text: string, pieces: readonly Piece[]): Blocks {
  const placed: Placed[] = [];
  let done = 0;
  let skipTo = 0;
  const markdownUpTo = (end: number): Placed[] =>
    readChunk(text.slice(done, end), pieces).map(({ node, from, to }) => ({
      node: remember(node, text.slice(from + done, to + done), pieces),
      from: from + done,
      to: to + done,
    }));
  for (const { index } of text.matchAll(/\uE000/g)) {
    const mayBegin = index === 0 || text[index - 1] === '\n' || (index === done && placed.length > 0);
    const structure = index >= skipTo && mayBegin ? readStructure(text, index, pieces) : undefined;
    if (!structure) continue;
    // Where it stays in the line, what is within it does as well: half of a pair would be lost.
    skipTo = structure.end;
    const before = markdownUpTo(index);
    const last = before.at(-1) ?? placed.at(-1);
    const node = readAround(
      text,
      index,
      structure,
      pieces,
      last && { node: last.node, room: newlinesIn(text.slice(last.to, index)) },
    );
    if (!node) continue;
    placed.push(...before, { node, from: index, to: structure.end });
    done = structure.end;
  }
  return withGaps(joined([...placed, ...markdownUpTo(text.length)], text, pieces), text);
}

/** Two that stand closer than we would ever put them are one that shows its source. */
function joined(placed: readonly Placed[], text: string, pieces: readonly Piece[]): Placed[] {
  return placed.reduce<Placed[]>((kept, next) => {
    const last = kept.at(-1);
    if (!last || mayFollow(last.node, next.node, newlinesIn(text.slice(last.to, next.from)))) return [...kept, next];
    const { from } = last;
    const source = restore(text.slice(from, next.to), pieces);
    return [...kept.slice(0, -1), { node: { type: 'raw', attrs: { source } }, from, to: next.to }];
  }, []);
}

/** Between blocks stands nothing but white space: what isn't one empty line is kept with the second. */
function withGaps(placed: readonly Placed[], text: string): Blocks {
  const nodes = placed.map(({ node, from }, index) => {
    const gap = index === 0 ? GAP : text.slice(placed[index - 1]?.to, from);
    return gap === GAP ? node : { ...node, attrs: { ...node.attrs, gap } };
  });
  const [first, last] = [placed[0], placed.at(-1)];
  return { lead: first ? text.slice(0, first.from) : text, nodes, trail: last ? text.slice(last.to) : '' };
}

function remember(node: DocNode, slice: string, pieces: readonly Piece[]): DocNode {
  const source = restore(slice, pieces);
  if (node.type === 'raw') return { type: 'raw', attrs: { source } };
  if (writeNode(node) === source) return node;
  return isOf(source, node) ? { ...node, attrs: { ...node.attrs, source } } : { type: 'raw', attrs: { source } };
}

/** Whether a block that stands alone is this one: not so of a link to an address elsewhere in the text. */
export function isOf(source: string, node: DocNode): boolean {
  const shielded = protect(source);
  const [block, ...others] = shielded ? readChunk(shielded.text, shielded.pieces) : [];
  return block !== undefined && others.length === 0 && isSame(block.node, node);
}

interface Before {
  node: DocNode;
  /** Line breaks after it. */
  room: number;
}

/** A condition around whole blocks, or a loop; undefined of what is part of a paragraph. */
function readAround(
  text: string,
  from: number,
  structure: Structure,
  pieces: readonly Piece[],
  before?: Before,
): DocNode | undefined {
  const { name, end } = structure;
  const after = /^[ \t]*(\n\s*|$)/.exec(text.slice(end))?.[0];
  const isCondition = name === 'if' || name === 'unless';
  const node = isCondition
    ? readCondition(structure, pieces)
    : { type: 'raw', attrs: { source: restore(text.slice(from, end), pieces) } };
  if (!node || (before && !mayFollow(before.node, node, before.room))) return undefined;
  if (after !== undefined) {
    const next = firstBlock(text.slice(end + after.length), pieces);
    return !next || mayFollow(node, next, newlinesIn(after)) ? node : undefined;
  }
  // One right behind another.
  const following = text[end] === '\uE000' ? readStructure(text, end, pieces) : undefined;
  return following && readAround(text, end, following, pieces, { node, room: 0 }) ? node : undefined;
}

const firstBlock = (text: string, pieces: readonly Piece[]): DocNode | undefined =>
  readChunk(text.split('\n\n', 1)[0] ?? '', pieces)[0]?.node;

function readCondition({ parts, close }: Structure, pieces: readonly Piece[]): DocNode | undefined {
  // These take the line breaks away that keep blocks apart.
  if ([close, ...parts.map(({ tag }) => tag)].some((tag) => tag.startsWith('{%-') || tag.endsWith('-%}')))
    return undefined;
  const content: DocNode[] = [];
  for (const part of parts) {
    const { lead, nodes, trail } = readBlocks(part.content, pieces);
    if (/[^\n]/.test(lead.slice(lead.lastIndexOf('\n') + 1)) || nodes.length === 0 || isIndented(part.content))
      return undefined;
    content.push({ type: 'branch', attrs: { tag: part.tag, lead, trail }, content: nodes });
  }
  return { type: 'condition', attrs: { close }, content };
}

/** A blank right behind the tag belongs to a sentence. */
const isIndented = (content: string): boolean => /^[ \t]/.test(content) || /[ \t]$/.test(content);
