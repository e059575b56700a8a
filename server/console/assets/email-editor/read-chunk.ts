/** Markdown as blocks of the editor's document, by the parser and the settings that make the emails. Pure. */
import MarkdownIt, { type Token } from 'markdown-it';
import type { DocMark, DocNode } from './document';
import { PLACEHOLDER, restore, type Piece } from './liquid-pieces';

// As in server/emails/render-markdown.ts.
const markdown = new MarkdownIt({ html: false, linkify: false, typographer: false, breaks: true });
markdown.validateLink = () => true;
markdown.normalizeLink = (url) => url;

/** A block and where it stands in the text. */
export interface Placed {
  node: DocNode;
  from: number;
  to: number;
}

/** What has no form in the editor becomes a block of the type `raw`. `text` is protected (liquid-pieces.ts). */
export function readChunk(text: string, pieces: readonly Piece[]): Placed[] {
  const starts = lineStarts(text);
  const blocks: Placed[] = [];
  let nextLine = 0;
  const add = (node: DocNode, first: number, last: number) => {
    const from = starts[first] ?? text.length;
    const written = text.slice(from, starts[last] ?? text.length).trimEnd();
    if (written !== '') blocks.push({ node, from, to: from + written.length });
  };
  for (const group of topLevel(markdown.parse(text, {}))) {
    const [first, last] = group[0]?.map ?? [nextLine, nextLine];
    // What makes no token, such as the address of a reference.
    addRaw(nextLine, first);
    add(nodeOf(group, pieces), first, last);
    nextLine = Math.max(nextLine, last);
  }
  addRaw(nextLine, starts.length);
  return blocks;

  function addRaw(first: number, last: number): void {
    const skipped = /^\s*/.exec(text.slice(starts[first], starts[last]))?.[0] ?? '';
    add({ type: 'raw' }, first + skipped.split('\n').length - 1, last);
  }
}

function lineStarts(text: string): number[] {
  return [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
}

/** Each block's tokens, from its opening to its closing. */
function topLevel(tokens: readonly Token[]): Token[][] {
  const groups: Token[][] = [];
  let depth = 0;
  for (const token of tokens) {
    if (depth === 0) groups.push([]);
    groups.at(-1)?.push(token);
    depth += token.nesting;
  }
  return groups;
}

class HasNoForm extends Error {}

function nodeOf(tokens: readonly Token[], pieces: readonly Piece[]): DocNode {
  try {
    return readBlock(tokens, pieces);
  } catch (error) {
    if (error instanceof HasNoForm) return { type: 'raw' };
    throw error;
  }
}

function readBlock(tokens: readonly Token[], pieces: readonly Piece[]): DocNode {
  const [open, inline] = tokens;
  const within = () => topLevel(tokens.slice(1, -1)).map((group) => readBlock(group, pieces));
  switch (open?.type) {
    case 'paragraph_open':
      return readParagraph(open, inline?.children ?? [], pieces);
    case 'heading_open':
      return withContent('heading', readLine(inline?.children ?? [], pieces), { level: Number(open.tag.slice(1)) });
    case 'hr':
      return { type: 'horizontalRule' };
    case 'blockquote_open':
      return withContent('blockquote', only(within(), QUOTED));
    case 'bullet_list_open':
      return withContent('bulletList', within());
    case 'ordered_list_open':
      return withContent('orderedList', within(), { start: Number(open.attrGet('start') ?? 1) });
    case 'list_item_open':
      return withContent('listItem', readItem(within()));
    default:
      throw new HasNoForm();
  }
}

const withContent = (type: string, content: DocNode[], attrs?: Record<string, unknown>): DocNode => ({
  type,
  ...(attrs ? { attrs } : {}),
  ...(content.length > 0 ? { content } : {}),
});

const QUOTED = ['paragraph', 'heading', 'bulletList', 'orderedList', 'button', 'horizontalRule'];
const LISTS = ['bulletList', 'orderedList'];

function only(nodes: DocNode[], types: readonly string[]): DocNode[] {
  if (nodes.length === 0 || nodes.some(({ type }) => !types.includes(type))) throw new HasNoForm();
  return nodes;
}

/** A line, and lists below it. */
function readItem(nodes: DocNode[]): DocNode[] {
  const [first, ...rest] = nodes;
  if (first && first.type !== 'paragraph') throw new HasNoForm();
  return [first ?? { type: 'paragraph' }, ...(rest.length > 0 ? only(rest, LISTS) : [])];
}

/** One that is nothing but a link is sent as a button; lines of a list aren't. */
function readParagraph(open: Token, children: Token[], pieces: readonly Piece[]): DocNode {
  const [first, last] = [children[0], children.at(-1)];
  const isButton =
    !open.hidden &&
    first?.type === 'link_open' &&
    first.markup !== 'autolink' &&
    last?.type === 'link_close' &&
    children.filter(({ type }) => type === 'link_close').length === 1;
  if (!isButton) return withContent('paragraph', readLine(children, pieces));
  return withContent('button', readLine(children.slice(1, -1), pieces), linkOf(first, pieces));
}

function linkOf(token: Token, pieces: readonly Piece[]): Record<string, unknown> {
  const title = token.attrGet('title');
  return { href: restore(token.attrGet('href') ?? '', pieces), ...(title ? { title: restore(title, pieces) } : {}) };
}

const MARK_TYPES: Record<string, string> = { strong: 'bold', em: 'italic', s: 'strike', link: 'link' };

function readLine(tokens: readonly Token[], pieces: readonly Piece[]): DocNode[] {
  const nodes: DocNode[] = [];
  const open: DocMark[] = [];
  const add = (node: DocNode, marks: readonly DocMark[] = open) =>
    nodes.push(marks.length > 0 ? { ...node, marks: [...marks] } : node);
  for (const token of tokens) {
    const [name = '', side] = token.type.split('_');
    if (side === 'open' && name in MARK_TYPES)
      open.push({ type: MARK_TYPES[name] ?? '', ...(name === 'link' ? { attrs: linkOf(token, pieces) } : {}) });
    else if (side === 'close' && name in MARK_TYPES) open.pop();
    else if (token.type === 'text') for (const node of readText(token.content, pieces)) add(node);
    else if (token.type === 'softbreak' || token.type === 'hardbreak') add({ type: 'hardBreak' });
    else if (token.type === 'code_inline')
      add({ type: 'text', text: restore(token.content, pieces) }, [...open, { type: 'code' }]);
    else if (token.type === 'image')
      add({
        type: 'image',
        attrs: {
          src: restore(token.attrGet('src') ?? '', pieces),
          alt: restore(token.content, pieces),
          ...(token.attrGet('title') ? { title: restore(token.attrGet('title') ?? '', pieces) } : {}),
        },
      });
    else throw new HasNoForm();
  }
  return nodes;
}

/** Text, with a chip for each piece of Liquid. */
function readText(text: string, pieces: readonly Piece[]): DocNode[] {
  const nodes: DocNode[] = [];
  let done = 0;
  const addText = (end: number) => {
    if (end > done) nodes.push({ type: 'text', text: text.slice(done, end) });
  };
  for (const word of text.matchAll(PLACEHOLDER)) {
    addText(word.index);
    const piece = pieces[Number(word[1])];
    if (piece) nodes.push(chipOf(piece));
    done = word.index + word[0].length;
  }
  addText(text.length);
  return nodes;
}

export const chipOf = ({ kind, source }: Piece): DocNode => ({
  type: kind === 'output' ? 'mergeTag' : 'liquidTag',
  attrs: { source },
});
