/** Of `{% if %}…{% endif %}` within a line, none stays alone: where one is deleted, those that belong to it go along. */
import { Extension } from '@tiptap/core';
import type { Node as ProseMirrorNode } from '@tiptap/pm/model';
import { Plugin } from '@tiptap/pm/state';
import { readTag } from './labels';

interface Placed {
  at: number;
  name: string;
}

export const keepPairs = Extension.create({
  name: 'keepPairs',
  addProseMirrorPlugins: () => [
    new Plugin({
      appendTransaction: (transactions, before, after) => {
        if (!transactions.some(({ docChanged }) => docChanged)) return null;
        const orphans = unpaired(tagsIn(after.doc));
        // What was in disorder before is somebody's own.
        if (orphans.length === 0 || unpaired(tagsIn(before.doc)).length > 0) return null;
        // Liquid that is being typed has no end yet.
        if (tagsIn(after.doc).length >= tagsIn(before.doc).length) return null;
        const { tr } = after;
        for (const { at } of orphans.reverse()) tr.delete(at, at + 1);
        return tr;
      },
    }),
  ],
});

function tagsIn(doc: ProseMirrorNode): Placed[] {
  const tags: Placed[] = [];
  doc.descendants((node, at) => {
    if (node.type.name === 'liquidTag') tags.push({ at, name: readTag(String(node.attrs.source)).name });
  });
  return tags;
}

/** Tags that begin, divide or end something whose other tags are missing, in their order. */
function unpaired(tags: readonly Placed[]): Placed[] {
  const open: { name: string; parts: Placed[] }[] = [];
  const alone: Placed[] = [];
  for (const tag of tags) {
    const last = open.at(-1);
    if (['if', 'unless', 'for', 'case'].includes(tag.name)) open.push({ name: tag.name, parts: [tag] });
    else if (['else', 'elsif', 'when'].includes(tag.name)) (last?.parts ?? alone).push(tag);
    else if (tag.name.startsWith('end')) {
      if (tag.name === `end${last?.name}`) open.pop();
      else alone.push(tag);
    }
  }
  return [...alone, ...open.flatMap(({ parts }) => parts)].sort((a, b) => a.at - b.at);
}
