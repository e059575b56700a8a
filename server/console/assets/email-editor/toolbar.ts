/** The editor's toolbar: one stop of the Tab key, arrows within (WAI-ARIA, toolbar pattern). */
import type { Editor } from '@tiptap/core';
import { EMAIL_EDITOR_WORDS as WORDS } from '../../../../shared/words/email-editor';
import type { Dialogs } from './dialogs';
import { element, icon, type IconName } from './elements';
import { insertBlocks } from './insert';

interface Tool {
  label: string;
  face: string;
  press: () => void;
  /** Whether it holds where the cursor is; left out of what isn't on or off. */
  isOn?: () => boolean;
  isOff?: () => boolean;
}

export interface Toolbar {
  root: HTMLElement;
  update(): void;
  focus(): void;
}

const LETTERS = ['B', 'I'];

export function createToolbar(editor: Editor, dialogs: Dialogs): Toolbar {
  const run = (change: (chain: ReturnType<Editor['chain']>) => ReturnType<Editor['chain']>) => () => {
    // TipTap's own command gives the focus later: what is typed until then would be lost.
    editor.view.focus();
    change(editor.chain()).run();
  };
  const isIn = (name: string) => () => editor.isActive(name);
  const tools: Tool[] = [
    { label: WORDS.bold, face: 'B', press: run((chain) => chain.toggleBold()), isOn: isIn('bold') },
    { label: WORDS.italic, face: 'I', press: run((chain) => chain.toggleItalic()), isOn: isIn('italic') },
    {
      label: WORDS.bullets,
      face: 'bullets',
      press: run((chain) => chain.toggleBulletList()),
      isOn: isIn('bulletList'),
    },
    {
      label: WORDS.numbers,
      face: 'numbers',
      press: run((chain) => chain.toggleOrderedList()),
      isOn: isIn('orderedList'),
    },
    { label: WORDS.quote, face: 'quote', press: run((chain) => chain.toggleBlockquote()), isOn: isIn('blockquote') },
    { label: WORDS.link, face: 'link', press: dialogs.link, isOn: isIn('link') },
    { label: WORDS.button, face: 'button', press: dialogs.button, isOn: isIn('button') },
    { label: WORDS.image, face: 'image', press: dialogs.image },
    {
      label: WORDS.rule,
      face: 'rule',
      press: () => {
        insertBlocks(editor, [{ type: 'horizontalRule' }, { type: 'paragraph' }]);
        editor.view.focus();
      },
    },
    { label: WORDS.condition, face: 'condition', press: dialogs.condition, isOn: isIn('branch') },
    { label: WORDS.undo, face: 'undo', press: run((chain) => chain.undo()), isOff: () => !editor.can().undo() },
    { label: WORDS.redo, face: 'redo', press: run((chain) => chain.redo()), isOff: () => !editor.can().redo() },
  ];

  const style = createStyleSelect(editor);
  const buttons = tools.map(({ label, face, press }) => {
    const button = element('button', { type: 'button', className: 'mail-tool', title: label, onclick: press });
    button.setAttribute('aria-label', label);
    button.append(
      LETTERS.includes(face)
        ? element('span', { className: `mail-tool-${face}`, textContent: face })
        : icon(face as IconName),
    );
    // The text keeps its selection.
    button.onmousedown = (event) => event.preventDefault();
    return button;
  });
  const stops: HTMLElement[] = [style.root, ...buttons];
  const root = element('div', { className: 'mail-toolbar', aria: { role: 'toolbar', label: WORDS.toolbar } }, ...stops);

  const stopAt = (index: number) => {
    const at = (index + stops.length) % stops.length;
    stops.forEach((stop, other) => (stop.tabIndex = other === at ? 0 : -1));
    return stops[at];
  };
  stopAt(0);
  root.addEventListener('focusin', ({ target }) => {
    const at = stops.findIndex((stop) => stop === target);
    if (at >= 0) stopAt(at);
  });
  root.addEventListener('keydown', (event) => {
    const at = stops.findIndex((stop) => stop === event.target);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: stops.length - 1 }[event.key];
    if (event.key === 'Escape') editor.view.focus();
    else if (next !== undefined && at >= 0) stopAt(next)?.focus();
    else return;
    event.preventDefault();
  });

  return {
    root,
    update() {
      style.update();
      tools.forEach(({ isOn, isOff }, index) => {
        if (isOn) buttons[index]?.setAttribute('aria-pressed', String(isOn()));
        if (isOff) buttons[index]?.setAttribute('aria-disabled', String(isOff()));
      });
    },
    focus: () => stops.find(({ tabIndex }) => tabIndex === 0)?.focus(),
  };
}

const STYLES = ['paragraph', 'h1', 'h2', 'h3'] as const;

function createStyleSelect(editor: Editor) {
  const root = element('select', { className: 'mail-style', aria: { label: WORDS.style } });
  root.append(...STYLES.map((value) => element('option', { value, textContent: WORDS.styles[value] })));
  root.oninput = (event) => event.stopPropagation();
  root.onchange = () => {
    const level = Number(root.value.slice(1)) as 1 | 2 | 3;
    editor.view.focus();
    if (root.value === 'paragraph') editor.commands.setParagraph();
    else editor.commands.setHeading({ level });
  };
  const update = () => {
    const level = editor.isActive('heading') ? Number(editor.getAttributes('heading').level) : 0;
    root.value = level === 0 ? 'paragraph' : `h${Math.min(level, 3)}`;
  };
  return { root, update };
}
