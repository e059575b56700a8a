/** The editor's document as plain data: the JSON of ProseMirror, so that reading and writing Markdown need no browser. */
export interface DocMark {
  type: string;
  attrs?: Record<string, unknown>;
}

export interface DocNode {
  type: string;
  attrs?: Record<string, unknown>;
  content?: DocNode[];
  text?: string;
  marks?: DocMark[];
}

/** What a body is: its blocks, and the blank lines around them. */
export interface Body {
  lead: string;
  doc: DocNode;
  trail: string;
}

export const textOf = (node: Pick<DocNode, 'attrs'>, name: string): string => {
  const value = node.attrs?.[name];
  return typeof value === 'string' ? value : '';
};

/** Says nothing of what a block means: the blank lines before it, and how it was written when it was read. */
const BESIDE = ['gap', 'source'];

/** Whether two nodes are the same to a reader: absent attributes and null ones are alike. */
export const isSame = (a: DocNode, b: DocNode): boolean => JSON.stringify(bare(a)) === JSON.stringify(bare(b));

function bare(node: DocNode): unknown {
  const isRaw = node.type === 'raw' || isChip(node);
  return [
    node.type,
    node.text ?? '',
    attributesOf(node.attrs, isRaw ? [] : BESIDE),
    (node.marks ?? []).map((mark) => [mark.type, attributesOf(mark.attrs)]).sort(byText),
    (node.content ?? []).map(bare),
  ];
}

const attributesOf = (attrs: Record<string, unknown> | undefined, but: readonly string[] = []) =>
  Object.entries(attrs ?? {})
    .filter(([name, value]) => value !== null && value !== undefined && !but.includes(name))
    .sort(byText);

const byText = (a: unknown, b: unknown): number => (String(a) < String(b) ? -1 : 1);

/** A piece of Liquid in a line: a value, or a tag. */
export const isChip = ({ type }: DocNode): boolean => type === 'mergeTag' || type === 'liquidTag';
