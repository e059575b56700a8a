/** What an email may hold: TipTap's blocks and marks, buttons, chips for Liquid, and boxes for conditions. */
import { Extension, InputRule, Node, type AnyExtension, type NodeViewRenderer } from '@tiptap/core';
import Image from '@tiptap/extension-image';
import StarterKit from '@tiptap/starter-kit';
import { keepPairs } from './keep-pairs';
import { mayLinkTo } from './labels';

/** How nodes are drawn that aren't plain text: see views.ts. */
export type Views = Record<'mergeTag' | 'liquidTag' | 'image' | 'raw' | 'branch' | 'button', NodeViewRenderer>;

const AROUND = '(block | around)+';
/** No line breaks: headings and buttons are one line. */
const ONE_LINE = '(text | mergeTag | liquidTag | image)*';
const CONTENTS: Record<string, string> = {
  heading: ONE_LINE,
  // Markdown has more in lists than lines and lists; an email hasn't.
  listItem: 'paragraph (bulletList | orderedList)*',
};

const Kit = StarterKit.extend({
  addExtensions() {
    return (this.parent?.() ?? []).map((extension: AnyExtension) => {
      const content = CONTENTS[extension.name];
      return content === undefined ? extension : (extension as Node).extend({ content });
    });
  },
});

const BLOCKS = ['paragraph', 'heading', 'bulletList', 'orderedList', 'blockquote', 'horizontalRule', 'button'];
const hidden = { default: null, rendered: false, keepOnSplit: false };

/** How a block was written, and the blank lines before it: see read-markdown.ts. */
const AsWritten = Extension.create({
  name: 'asWritten',
  addGlobalAttributes: () => [
    { types: BLOCKS, attributes: { source: hidden, gap: hidden } },
    { types: ['raw', 'condition'], attributes: { gap: hidden } },
    { types: ['button'], attributes: { title: hidden } },
  ],
});

const chip = (name: 'mergeTag' | 'liquidTag', typed: RegExp, view: NodeViewRenderer) =>
  Node.create({
    name,
    group: 'inline',
    inline: true,
    atom: true,
    selectable: true,
    addAttributes: () => ({ source: { default: '', parseHTML: (dom) => dom.getAttribute('data-source') } }),
    parseHTML: () => [{ tag: `span[data-liquid="${name}"]` }],
    renderHTML: ({ node }) => ['span', { 'data-liquid': name, 'data-source': String(node.attrs.source) }],
    renderText: ({ node }) => String(node.attrs.source),
    addNodeView: () => view,
    addInputRules() {
      return [
        new InputRule({
          find: typed,
          handler: ({ state, range, match }) => {
            state.tr.replaceWith(range.from, range.to, this.type.create({ source: match[0] }));
          },
        }),
      ];
    },
  });

const Button = (view: NodeViewRenderer) =>
  Node.create({
    name: 'button',
    group: 'block',
    content: ONE_LINE,
    marks: 'bold italic strike',
    defining: true,
    addAttributes: () => ({ href: { default: '', parseHTML: (dom) => dom.getAttribute('data-href') } }),
    parseHTML: () => [{ tag: 'p[data-href]' }],
    renderHTML: ({ node }) => ['p', { 'data-href': String(node.attrs.href) }, 0],
    addNodeView: () => view,
    addKeyboardShortcuts() {
      return {
        Enter: ({ editor }) => {
          const { $from } = editor.state.selection;
          if ($from.parent.type !== this.type) return false;
          const after = $from.after();
          return editor
            .chain()
            .insertContentAt(after, { type: 'paragraph' })
            .setTextSelection(after + 1)
            .run();
        },
        Backspace: ({ editor }) => {
          const { $from, empty } = editor.state.selection;
          const isAtStart = empty && $from.parent.type === this.type && $from.parentOffset === 0;
          return isAtStart && editor.commands.setNode('paragraph');
        },
      };
    },
  });

const Raw = (view: NodeViewRenderer) =>
  Node.create({
    name: 'raw',
    group: 'around',
    atom: true,
    addAttributes: () => ({ source: { default: '', parseHTML: (dom) => dom.textContent } }),
    parseHTML: () => [{ tag: 'pre[data-raw]', preserveWhitespace: 'full' }],
    renderHTML: ({ node }) => ['pre', { 'data-raw': '' }, String(node.attrs.source)],
    renderText: ({ node }) => String(node.attrs.source),
    addNodeView: () => view,
  });

const attribute = (name: string, initial: string) => ({
  default: initial,
  parseHTML: (dom: HTMLElement) => dom.getAttribute(`data-${name}`) ?? initial,
  renderHTML: (attrs: Record<string, unknown>) => ({ [`data-${name}`]: String(attrs[name]) }),
});

const Condition = Node.create({
  name: 'condition',
  group: 'around',
  content: 'branch+',
  defining: true,
  addAttributes: () => ({ close: attribute('close', '{% endif %}') }),
  parseHTML: () => [{ tag: 'div[data-close]' }],
  renderHTML: ({ HTMLAttributes }) => ['div', { ...HTMLAttributes, class: 'mail-condition' }, 0],
});

const Branch = (view: NodeViewRenderer) =>
  Node.create({
    name: 'branch',
    content: AROUND,
    defining: true,
    isolating: true,
    addAttributes: () => ({
      tag: attribute('tag', '{% else %}'),
      lead: attribute('lead', '\n'),
      trail: attribute('trail', '\n'),
    }),
    parseHTML: () => [{ tag: 'div[data-tag]' }],
    renderHTML: ({ HTMLAttributes }) => ['div', HTMLAttributes, 0],
    addNodeView: () => view,
  });

export const extensions = (views: Views) => [
  Node.create({ name: 'doc', topNode: true, content: AROUND }),
  Kit.configure({
    document: false,
    codeBlock: false,
    underline: false,
    link: {
      autolink: false,
      openOnClick: false,
      HTMLAttributes: { target: null, rel: null, class: null },
      isAllowedUri: mayLinkTo,
    },
  }),
  AsWritten,
  chip('mergeTag', /\{\{[^{}]*\}\}$/, views.mergeTag),
  chip('liquidTag', /\{%[^{}]*%\}$/, views.liquidTag),
  Image.extend({ addNodeView: () => views.image }).configure({ inline: true }),
  Button(views.button),
  Raw(views.raw),
  Condition,
  Branch(views.branch),
  keepPairs,
];
