/** What the toolbar and a press on a chip ask for, and what becomes of the answers. */
import type { Editor } from '@tiptap/core';
import type { Node as ProseMirrorNode } from '@tiptap/pm/model';
import { EMAIL_EDITOR_WORDS as WORDS } from '../../../../shared/words/email-editor';
import { conditionFields, expressionOf } from './conditions';
import { insertBlocks, linkToButton, wrapInCondition } from './insert';
import { mayLinkTo, nameOf, readMergeTag, readTag, writeMergeTag } from './labels';
import { liquidPieces } from './liquid-pieces';
import type { Panel, PanelContent, PanelField, Values } from './panel';

export interface Dialogs {
  /** About the node at a place of the document. */
  ask(at: number): void;
  link(): void;
  button(): void;
  image(): void;
  condition(): void;
}

/** `paths` are the properties that the trigger offers. */
export function createDialogs(editor: Editor, panel: Panel, paths: readonly string[]): Dialogs {
  const links = paths.filter((path) => /(^|_)url$/.test(path)).map((path) => `{{ ${path} }}`);
  const hrefField = (value: string): PanelField => ({
    name: 'href',
    label: WORDS.linkTo,
    value,
    hint: WORDS.linkHint,
    suggestions: links,
  });

  function link(): void {
    const { href = '' } = editor.getAttributes('link') as { href?: string };
    const needsText = editor.state.selection.empty && href === '';
    panel.open({
      title: WORDS.link,
      fields: [...(needsText ? [{ name: 'text', label: WORDS.text, value: '' }] : []), hrefField(href)],
      apply: WORDS.apply,
      onApply: (values): Values | undefined => {
        const to = values.href?.trim() ?? '';
        const text = values.text?.trim() ?? '';
        if (needsText && text === '') return { text: WORDS.emptyText };
        if (!mayLinkTo(to)) return { href: WORDS.badLink };
        const marks = [{ type: 'link', attrs: { href: to } }];
        if (needsText) editor.commands.insertContent({ type: 'text', text, marks });
        else editor.chain().extendMarkRange('link').setLink({ href: to }).run();
        linkToButton(editor);
        return undefined;
      },
      others: href === '' ? [] : [{ label: WORDS.removeLink, onPress: () => editor.commands.unsetLink() }],
    });
  }

  function button(): void {
    const { $from, from, to } = editor.state.selection;
    if ($from.parent.type.name === 'button') return ask($from.before());
    panel.open({
      title: WORDS.button,
      fields: [
        { name: 'text', label: WORDS.buttonText, value: editor.state.doc.textBetween(from, to, ' ') },
        hrefField(links.includes('{{ pay_url }}') ? '{{ pay_url }}' : ''),
      ],
      apply: WORDS.insert,
      onApply: ({ text = '', href = '' }): Values | undefined => {
        if (text.trim() === '') return { text: WORDS.emptyText };
        if (!mayLinkTo(href)) return { href: WORDS.badLink };
        insertBlocks(editor, [
          { type: 'button', attrs: { href: href.trim() }, content: [{ type: 'text', text: text.trim() }] },
        ]);
        return undefined;
      },
    });
  }

  const imageFields = (src: string, alt: string): PanelField[] => [
    { name: 'src', label: WORDS.imageUrl, value: src },
    { name: 'alt', label: WORDS.alt, value: alt },
  ];
  const imageProblems = ({ src = '' }: Values): Values | undefined =>
    /^(https:\/\/\S|\{\{.*\}\})/s.test(src.trim()) ? undefined : { src: WORDS.badImage };

  function image(): void {
    panel.open({
      title: WORDS.image,
      fields: imageFields('', ''),
      apply: WORDS.insert,
      onApply: (values) => {
        const { src = '', alt = '' } = values;
        const problems = imageProblems(values);
        if (!problems) editor.commands.insertContent({ type: 'image', attrs: { src: src.trim(), alt: alt.trim() } });
        return problems;
      },
    });
  }

  function condition(): void {
    const { $from, empty } = editor.state.selection;
    for (let depth = $from.depth; empty && depth > 0; depth--)
      if ($from.node(depth).type.name === 'branch') return ask($from.before(depth));
    panel.open({
      title: WORDS.condition,
      fields: conditionFields('', paths),
      apply: WORDS.insert,
      onApply: (values) => {
        const made = expressionOf(values);
        if ('problems' in made) return made.problems;
        wrapInCondition(editor, `{% if ${made.expression} %}`);
        return undefined;
      },
    });
  }

  /** Changes one attribute of the node that was asked about. */
  const setAttribute = (at: number, name: string, value: string) =>
    editor.view.dispatch(editor.state.tr.setNodeAttribute(at, name, value));
  const removal = (at: number, node: ProseMirrorNode) => ({
    label: WORDS.remove,
    onPress: () => editor.view.dispatch(editor.state.tr.delete(at, at + node.nodeSize)),
  });

  function ask(at: number): void {
    const node = editor.state.doc.nodeAt(at);
    const content = node && contentFor(at, node);
    if (content) panel.open(content);
  }

  function contentFor(at: number, node: ProseMirrorNode): PanelContent | undefined {
    switch (node.type.name) {
      case 'mergeTag':
        return aboutValue(at, node);
      case 'liquidTag':
        return aboutTag(at, node, 'source');
      case 'branch':
        return aboutTag(at, node, 'tag');
      case 'raw':
        return aboutSource(at, node, true);
      case 'image':
        return {
          title: WORDS.image,
          fields: imageFields(String(node.attrs.src), String(node.attrs.alt ?? '')),
          apply: WORDS.apply,
          onApply: (values) => {
            const problems = imageProblems(values);
            if (!problems) {
              const { src = '', alt = '' } = values;
              const attrs = { ...node.attrs, src: src.trim(), alt: alt.trim() };
              editor.view.dispatch(editor.state.tr.setNodeMarkup(at, null, attrs, node.marks));
            }
            return problems;
          },
          others: [removal(at, node)],
        };
      case 'button':
        return {
          title: WORDS.button,
          fields: [hrefField(String(node.attrs.href))],
          apply: WORDS.apply,
          onApply: ({ href = '' }) => {
            if (!mayLinkTo(href)) return { href: WORDS.badLink };
            setAttribute(at, 'href', href.trim());
            return undefined;
          },
          others: [removal(at, node)],
        };
      default:
        return undefined;
    }
  }

  function aboutValue(at: number, node: ProseMirrorNode): PanelContent {
    const tag = readMergeTag(String(node.attrs.source));
    if (!tag) return aboutSource(at, node, false);
    return {
      title: `${nameOf(tag.path)} · ${tag.path}`,
      fields: [{ name: 'fallback', label: WORDS.fallback, value: tag.fallback, hint: WORDS.fallbackHint }],
      apply: WORDS.apply,
      onApply: ({ fallback = '' }) => {
        setAttribute(at, 'source', writeMergeTag({ ...tag, fallback: fallback.replace(/[{}]/g, '').trim() }));
        return undefined;
      },
      others: [removal(at, node)],
    };
  }

  function aboutSource(at: number, node: ProseMirrorNode, isLong: boolean): PanelContent {
    return {
      title: isLong ? WORDS.raw : WORDS.liquid,
      fields: [
        {
          name: 'source',
          label: isLong ? WORDS.rawSource : WORDS.liquid,
          value: String(node.attrs.source),
          isLong,
        },
      ],
      apply: WORDS.apply,
      onApply: ({ source = '' }) => {
        const pieces = liquidPieces(source.trim());
        const isOne = pieces?.length === 1 && pieces[0]?.kind === (node.type.name === 'mergeTag' ? 'output' : 'tag');
        if (!pieces || source.trim() === '' || (!isLong && !isOne)) return { source: WORDS.badTag };
        setAttribute(at, 'source', source.trim());
        return undefined;
      },
      others: [removal(at, node)],
    };
  }

  /** An `if`, a case of one, or its end. */
  function aboutTag(at: number, node: ProseMirrorNode, attribute: 'source' | 'tag'): PanelContent {
    const { name, expression } = readTag(String(node.attrs[attribute]));
    const others = attribute === 'tag' ? branchActions(at, node) : [removal(at, node)];
    if (!['if', 'unless', 'elsif'].includes(name))
      return attribute === 'source' && !['else', 'endif', 'endunless'].includes(name)
        ? aboutSource(at, node, false)
        : { title: WORDS.condition, fields: [], apply: WORDS.apply, onApply: () => undefined, others };
    return {
      title: name === 'unless' ? WORDS.onlyUnless : name === 'elsif' ? WORDS.otherwiseIf : WORDS.onlyIf,
      fields: conditionFields(expression, paths),
      apply: WORDS.apply,
      onApply: (values) => {
        const made = expressionOf(values);
        if ('problems' in made) return made.problems;
        if (made.expression !== expression) setAttribute(at, attribute, `{% ${name} ${made.expression} %}`);
        return undefined;
      },
      others,
    };
  }

  function branchActions(at: number, branch: ProseMirrorNode): { label: string; onPress: () => void }[] {
    const $at = editor.state.doc.resolve(at);
    const [condition, index] = [$at.parent, $at.index()];
    const [from, to] = [$at.before(), $at.after()];
    const isLast = index === condition.childCount - 1;
    const { name } = readTag(String(condition.lastChild?.attrs.tag));
    const { branch: branchType, paragraph } = editor.schema.nodes;
    const addOtherwise = () => {
      if (!branchType || !paragraph) return;
      const added = branchType.create({ tag: '{% else %}' }, paragraph.create());
      editor
        .chain()
        .insertContentAt(to - 1, added.toJSON() as object)
        .setTextSelection(to + 1)
        .run();
    };
    const unwrap = () => {
      const blocks: ProseMirrorNode[] = [];
      condition.forEach(({ content }) => content.forEach((block) => blocks.push(block)));
      editor.view.dispatch(editor.state.tr.replaceWith(from, to, blocks));
    };
    return [
      ...(name === 'else' ? [] : [{ label: WORDS.addOtherwise, onPress: addOtherwise }]),
      ...(index > 0 && (isLast || condition.childCount > 1)
        ? [
            {
              label: WORDS.removeBranch,
              onPress: () => editor.view.dispatch(editor.state.tr.delete(at, at + branch.nodeSize)),
            },
          ]
        : []),
      { label: WORDS.removeCondition, onPress: unwrap },
    ];
  }

  return { ask, link, button, image, condition };
}
