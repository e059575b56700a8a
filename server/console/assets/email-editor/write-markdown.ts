/** The editor's document as a body in Markdown with Liquid. Pure. */
import { textOf, type Body, type DocNode } from './document';
import { isOf } from './read-markdown';
import { mayFollow, newlinesIn } from './spacing';
import { apart, loosen, splitAtEmptyLines, tidy, unformatted } from './tidy';
import { GAP, MODES, writeNode } from './write-node';

export function writeBody({ lead, doc, trail }: Body): string {
  return lead + writeBlocks(doc.content ?? []) + trail;
}

function writeBlocks(nodes: readonly DocNode[]): string {
  let text = '';
  let previous: DocNode | undefined;
  for (const node of nodes.flatMap(splitAtEmptyLines)) {
    if (isEmpty(node)) continue;
    text += (previous ? gapBetween(previous, node) : '') + writeBlock(node);
    previous = node;
  }
  return text;
}

/** Markdown has no empty blocks, but for a few that somebody wrote. */
const isEmpty = (node: DocNode): boolean =>
  ['paragraph', 'heading', 'condition'].includes(node.type) &&
  textOf(node, 'source') === '' &&
  (node.content ?? []).length === 0;

/** As it was, unless what now stands there would run together. */
function gapBetween(previous: DocNode, node: DocNode): string {
  const gap = node.attrs?.gap;
  return typeof gap === 'string' && mayFollow(previous, node, newlinesIn(gap)) ? gap : GAP;
}

function writeBlock(node: DocNode): string {
  if (node.type === 'condition') return writeCondition(node);
  const source = textOf(node, 'source');
  if (node.type === 'raw' || (source !== '' && isOf(source, node))) return source;
  const neat = tidy(node);
  const tries = [node, neat, apart(neat), loosen(neat), unformatted(neat)].flatMap((one) =>
    MODES.map((mode) => ({ one, text: writeNode(one, mode) })),
  );
  return (tries.find(({ one, text }) => isOf(text, one)) ?? tries[MODES.length])?.text ?? '';
}

function writeCondition(node: DocNode): string {
  const branches = (node.content ?? []).map(
    (branch) =>
      textOf(branch, 'tag') + textOf(branch, 'lead') + writeBlocks(branch.content ?? []) + textOf(branch, 'trail'),
  );
  return branches.join('') + textOf(node, 'close');
}
