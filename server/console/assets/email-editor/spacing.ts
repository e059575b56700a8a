/** Which blocks may stand how close to each other. Markdown reads two that are too close as one. Pure. */
import { textOf, type DocNode } from './document';

type BlockKind = 'paragraph' | 'heading' | 'list' | 'quote' | 'rule' | 'raw';

/** Of nodes and of Markdown's tokens. */
const KINDS: Record<string, BlockKind> = {
  heading: 'heading',
  bulletList: 'list',
  orderedList: 'list',
  blockquote: 'quote',
  horizontalRule: 'rule',
  raw: 'raw',
};

/** Line breaks that two neighbours need between them, so that each stays what it is. */
function linesNeeded(previous: BlockKind, next: BlockKind): number {
  if (previous === 'raw' || next === 'raw') return 1;
  if (previous === 'heading' || previous === 'rule' || next === 'heading') return 1;
  return next === 'list' || (next === 'quote' && previous !== 'quote') ? 1 : 2;
}

/** Of a condition: what its branches begin with, the most demanding of them. */
function firstKinds(node: DocNode): BlockKind[] {
  return edgeKinds(node, (nodes) => nodes[0]);
}
function lastKinds(node: DocNode): BlockKind[] {
  return edgeKinds(node, (nodes) => nodes.at(-1));
}

function edgeKinds(node: DocNode, pick: (nodes: DocNode[]) => DocNode | undefined): BlockKind[] {
  if (node.type !== 'condition') return [KINDS[node.type] ?? 'paragraph'];
  return branchesOf(node).flatMap(({ content = [] }) => {
    const edge = pick(content);
    return edge ? edgeKinds(edge, pick) : [];
  });
}

/** Line breaks that a condition brings along before its first block, and after its last: the fewest of its branches. */
const leadOf = (node: DocNode): number => fewest(node, 'lead');
const trailOf = (node: DocNode): number => fewest(node, 'trail');

const fewest = (node: DocNode, name: string): number =>
  node.type === 'condition' ? Math.min(...branchesOf(node).map((branch) => newlinesIn(textOf(branch, name)))) : 0;

const branchesOf = ({ content = [] }: DocNode): DocNode[] => content;

export const newlinesIn = (text: string): number => text.split('\n').length - 1;

/** Whether `next` may stand `newlines` line breaks after `previous`. */
export function mayFollow(previous: DocNode, next: DocNode, newlines: number): boolean {
  const room = trailOf(previous) + newlines + leadOf(next);
  return lastKinds(previous).every((last) => firstKinds(next).every((first) => linesNeeded(last, first) <= room));
}
