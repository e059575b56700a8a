/** How chips, buttons, images, conditions and what is kept as it is look in the editor. A click on one asks for its details. */
import type { NodeViewRenderer } from '@tiptap/core';
import type { Node as ProseMirrorNode } from '@tiptap/pm/model';
import { EMAIL_EDITOR_WORDS as WORDS } from '../../../../shared/words/email-editor';
import { element } from './elements';
import type { Views } from './extensions';
import { labelOfTag, labelOfValue, readMergeTag, readTag } from './labels';

const text = (node: ProseMirrorNode, name: string): string => String(node.attrs[name] ?? '');

export function createViews(ask: (at: number) => void): Views {
  const asks = (getPos: () => number | undefined) => () => {
    const at = getPos();
    if (at !== undefined) ask(at);
  };

  /** One without text of its own. */
  const solid =
    (name: 'span' | 'div', draw: (dom: HTMLElement, node: ProseMirrorNode) => void): NodeViewRenderer =>
    ({ node, getPos }) => {
      const dom = element(name, { onclick: asks(getPos) });
      draw(dom, node);
      return {
        dom,
        update: (next) => {
          if (next.type !== node.type) return false;
          draw(dom, next);
          return true;
        },
        ignoreMutation: () => true,
      };
    };

  /** One around text, with a button that opens it. */
  const around =
    (
      className: string,
      contentName: 'span' | 'div',
      draw: (head: HTMLButtonElement, node: ProseMirrorNode) => void,
    ): NodeViewRenderer =>
    ({ node, getPos }) => {
      const contentDOM = element(contentName, { className: `${className}-text` });
      const head = element('button', {
        type: 'button',
        tabIndex: -1,
        className: `${className}-head`,
        onclick: asks(getPos),
      });
      head.contentEditable = 'false';
      draw(head, node);
      const dom = element('div', { className });
      dom.append(...(className === 'mail-branch' ? [head, contentDOM] : [contentDOM, head]));
      return {
        dom,
        contentDOM,
        update: (next) => {
          if (next.type !== node.type) return false;
          draw(head, next);
          return true;
        },
        stopEvent: ({ target }) => target instanceof Node && head.contains(target),
        ignoreMutation: ({ type, target }) => type !== 'selection' && !contentDOM.contains(target),
      };
    };

  return {
    mergeTag: solid('span', (dom, node) => {
      const source = text(node, 'source');
      const fallback = readMergeTag(source)?.fallback ?? '';
      dom.className = 'mail-chip';
      dom.title = source;
      dom.replaceChildren(labelOfValue(source), ...(fallback ? [element('small', { textContent: fallback })] : []));
    }),
    liquidTag: solid('span', (dom, node) => {
      const source = text(node, 'source');
      const { name } = readTag(source);
      dom.className = `mail-chip mail-chip-tag${name.startsWith('end') ? ' mail-chip-end' : ''}`;
      dom.title = source;
      dom.textContent = labelOfTag(source);
    }),
    image: solid('span', (dom, node) => {
      dom.className = 'mail-chip mail-chip-image';
      dom.title = text(node, 'src');
      dom.replaceChildren(WORDS.imageChip, element('small', { textContent: text(node, 'alt') || text(node, 'src') }));
    }),
    raw: solid('div', (dom, node) => {
      dom.className = 'mail-raw';
      dom.replaceChildren(
        element('p', { textContent: WORDS.raw }),
        element('pre', { textContent: text(node, 'source') }),
      );
    }),
    branch: around('mail-branch', 'div', (head, node) => {
      head.textContent = labelOfTag(text(node, 'tag'));
      head.title = text(node, 'tag');
    }),
    button: around('mail-button', 'span', (head, node) => {
      const href = text(node, 'href');
      head.textContent = href.startsWith('{{') ? labelOfValue(href) : href;
      head.title = `${WORDS.linkTo} ${href}`;
    }),
  };
}
