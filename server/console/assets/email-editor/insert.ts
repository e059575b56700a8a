/** Puts blocks where they may stand, nearest to the cursor. */
import type { Editor } from '@tiptap/core';
import { Fragment, type Node as ProseMirrorNode } from '@tiptap/pm/model';
import { NodeSelection, TextSelection } from '@tiptap/pm/state';
import type { DocNode } from './document';
import { readBody } from './read-markdown';

/** After the block with the cursor, or in its place when that is empty. The cursor goes into what was put there. */
export function insertBlocks(editor: Editor, blocks: readonly DocNode[]): void {
  const { state, schema } = editor;
  const { $from } = state.selection;
  const nodes = blocks.map((block) => schema.nodeFromJSON(block));
  const [first] = nodes;
  if (!first) return;
  for (let depth = $from.depth; depth > 0; depth--) {
    const [container, index] = [$from.node(depth - 1), $from.index(depth - 1)];
    if (!container.canReplaceWith(index + 1, index + 1, first.type)) continue;
    const isEmpty = $from.node(depth).type.name === 'paragraph' && $from.node(depth).content.size === 0;
    const [from, to] = [isEmpty ? $from.before(depth) : $from.after(depth), $from.after(depth)];
    const tr = state.tr.replaceWith(from, to, Fragment.from(nodes));
    tr.setSelection(TextSelection.near(tr.doc.resolve(from + 1)));
    editor.view.dispatch(tr.scrollIntoView());
    return;
  }
  editor.commands.insertContent(blocks);
}

/** Markdown with Liquid at the cursor: within the line where it is no more than a part of one. */
export function insertMarkdown(editor: Editor, markdown: string): void {
  const blocks = readBody(markdown)?.doc.content ?? [];
  const [first] = blocks;
  if (blocks.length === 1 && first?.type === 'paragraph') editor.commands.insertContent(first.content ?? []);
  else insertBlocks(editor, blocks);
}

/** Puts the selected blocks into a condition; within one line, tags around the selected words. */
export function wrapInCondition(editor: Editor, tag: string): void {
  const { state, schema } = editor;
  const { selection } = state;
  const { $from, $to, empty } = selection;
  const isPart =
    !empty && $from.sameParent($to) && $from.parent.isTextblock && selection.content().size < $from.parent.content.size;
  if (isPart && !(selection instanceof NodeSelection && selection.node.isBlock)) {
    const { tr } = state;
    const tagNode = (source: string) => schema.nodes.liquidTag?.create({ source });
    const [begin, end] = [tagNode(tag), tagNode('{% endif %}')];
    if (begin && end) editor.view.dispatch(tr.insert($to.pos, end).insert($from.pos, begin));
    return;
  }
  const range = $from.blockRange($to, ({ type }) => type.name === 'doc' || type.name === 'branch');
  const [condition, branch] = [schema.nodes.condition, schema.nodes.branch];
  if (!range || !condition || !branch) return;
  const content: ProseMirrorNode[] = [];
  for (let index = range.startIndex; index < range.endIndex; index++) content.push(range.parent.child(index));
  const node = condition.create(null, branch.create({ tag }, content));
  const tr = state.tr.replaceWith(range.start, range.end, node);
  const within = Math.min(Math.max($from.pos + 2, range.start + 3), tr.doc.content.size);
  tr.setSelection(TextSelection.near(tr.doc.resolve(within)));
  editor.view.dispatch(tr.scrollIntoView());
}

/** A paragraph that is nothing but one link is sent as a button: it is shown as one. */
export function linkToButton(editor: Editor): void {
  const { state, schema } = editor;
  const { $from } = state.selection;
  const { parent } = $from;
  const link = parent.firstChild?.marks.find(({ type }) => type.name === 'link');
  const button = schema.nodes.button;
  if (!link || !button || parent.type.name !== 'paragraph') return;
  if (!$from.node(-1).canReplaceWith($from.index(-1), $from.index(-1) + 1, button)) return;
  const parts: ProseMirrorNode[] = [];
  parent.forEach((part) => parts.push(part));
  if (!parts.every(({ marks, type }) => type.name !== 'hardBreak' && link.isInSet(marks))) return;
  const content = parts.map((part) => part.mark(link.removeFromSet(part.marks)));
  editor.view.dispatch(
    state.tr.replaceWith($from.before(), $from.after(), button.create({ href: link.attrs.href as string }, content)),
  );
}
