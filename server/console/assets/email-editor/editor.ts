/** The editor of one body, beside the text field that it is stored in. The field holds what is posted, always. */
import { Editor } from '@tiptap/core';
import { Slice, type Node as ProseMirrorNode } from '@tiptap/pm/model';
import { NodeSelection } from '@tiptap/pm/state';
import { EMAIL_EDITOR_WORDS as WORDS } from '../../../../shared/words/email-editor';
import { createDialogs } from './dialogs';
import type { Body, DocNode } from './document';
import { element } from './elements';
import { extensions } from './extensions';
import { insertMarkdown } from './insert';
import { createPanel } from './panel';
import { readBody } from './read-markdown';
import { createToolbar } from './toolbar';
import { createViews } from './views';
import { writeBody } from './write-markdown';

/** What was being written, as it stood. */
export interface Kept {
  /** As it is stored. */
  text: string;
  doc: DocNode;
  selection: { from: number; to: number };
}

export interface MountedEditor {
  /** Of one that has the focus. */
  keep(): Kept | undefined;
  /** Goes on with what another one of the same text kept. */
  resume(kept: Kept): void;
  destroy(): void;
}

/** What was chosen last holds for every email of the page, also after parts of it were replaced. */
let prefersSource = false;
const OPENS = ['mergeTag', 'liquidTag', 'image', 'raw'];

export function mountEditor(field: HTMLTextAreaElement): MountedEditor {
  const scope = field.closest<HTMLElement>('[data-email]') ?? document.body;
  const tags = document.querySelector<HTMLElement>('[data-merge-tags]');
  const paths = pathsIn(tags);
  let body: Body = { lead: '', doc: { type: 'doc', content: [{ type: 'paragraph' }] }, trail: '' };
  let written: string | undefined;

  const surface = element('div', { className: 'mail-surface' });
  /** What sticks to the window's edges must not cover the line that is written. */
  const clear = {
    left: 5,
    right: 5,
    get top() {
      return bar.offsetHeight + 40;
    },
    get bottom() {
      return (field.form?.querySelector<HTMLElement>('.save-bar')?.offsetHeight ?? 0) + 12;
    },
  };
  const panel = createPanel(() => editor.view.focus());
  const editor = new Editor({
    element: surface,
    injectCSS: false,
    extensions: extensions(createViews((at) => dialogs.ask(at))),
    editorProps: {
      attributes: attributesFor(field),
      scrollThreshold: clear,
      scrollMargin: clear,
      handleDOMEvents: {
        // The browser shows the line that Tab has led to, be it under the bar.
        keyup: (view, { key }) => {
          if (key === 'Tab') view.dispatch(view.state.tr.scrollIntoView());
        },
      },
      handleKeyDown: (view, event) => {
        const { selection } = view.state;
        if (event.key === 'Escape') toolbar.focus();
        else if (
          event.key === 'Enter' &&
          selection instanceof NodeSelection &&
          OPENS.includes(selection.node.type.name)
        )
          dialogs.ask(selection.from);
        else return false;
        event.preventDefault();
        return true;
      },
      clipboardTextParser: (text, _context, _isPlain, view) => {
        const pasted = readBody(text.replaceAll('\r\n', '\n'));
        const doc = view.state.schema.nodeFromJSON(pasted?.doc ?? { type: 'doc', content: [{ type: 'paragraph' }] });
        return pasted ? Slice.maxOpen(doc.content) : Slice.empty;
      },
    },
    onUpdate: () => store(),
    onTransaction: () => toolbar.update(),
  });
  const dialogs = createDialogs(editor, panel, paths);
  const toolbar = createToolbar(editor, dialogs);

  /** Nothing is said to have changed that is stored as it was. */
  function store(): void {
    body = { ...body, doc: jsonOf(editor.state.doc) };
    const text = writeBody(body);
    if (text === written) return;
    written = text;
    field.value = text;
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }

  /** Takes over what the field holds; says why where it can't. */
  function load(): string | undefined {
    if (field.value === written) return undefined;
    const read = readBody(field.value);
    if (!read) return WORDS.cannotHold;
    if (writeBody(read) !== field.value) return WORDS.wouldChange;
    body = read;
    written = field.value;
    editor.chain().setMeta('addToHistory', false).setContent(read.doc, { emitUpdate: false }).run();
    return undefined;
  }

  const note = element('p', { className: 'hint mail-note', id: `${field.id}-note`, aria: { role: 'status' } });
  const modes = createModes((isSource) => {
    prefersSource = isSource;
    show(isSource, true);
  });
  const bar = element('div', { className: 'mail-bar' }, toolbar.root, panel.root);
  const head = element('div', { className: 'mail-head' });
  if (tags) head.append(menuOf(tags));
  head.append(modes.root);
  const root = element('div', { className: 'mail-editor' }, head, bar, surface);
  field.before(root);
  field.after(note);
  const label = labelOf(field);
  const hint = document.getElementById(`${field.id}-hint`);

  function show(isSource: boolean, hasMoved = false): void {
    const problem = isSource ? undefined : load();
    const isHeld = !isSource && problem === undefined;
    if (!isHeld) panel.close();
    for (const part of [bar, surface]) part.hidden = !isHeld;
    field.hidden = isHeld;
    if (hint) hint.hidden = isHeld;
    nameIt(isHeld ? editor.view.dom : field, isHeld ? field : editor.view.dom, label);
    modes.update(!isHeld);
    note.textContent = problem ?? (isHeld ? WORDS.visualHint : '');
    if (hasMoved && !isHeld) field.focus();
    else if (hasMoved) editor.view.focus();
  }

  // Merge tags of the menu, unless another field was used last.
  const isTaking = ({ activeElement }: Document) =>
    activeElement?.matches('[data-takes-tags]') === true && scope.contains(activeElement);
  let isOurs = !isTaking(document);
  const onFocus = ({ target }: Event) => {
    if (!(target instanceof HTMLElement) || root.contains(target) !== surface.contains(target)) return;
    isOurs = !target.matches('[data-takes-tags]');
  };
  const onInsert = (event: Event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-insert]') : null;
    if (!button || !isOurs || !field.hidden) return;
    event.stopPropagation();
    button.closest('details')?.removeAttribute('open');
    editor.view.focus();
    insertMarkdown(editor, button.dataset.insert ?? '');
  };
  scope.addEventListener('focusin', onFocus);
  scope.addEventListener('click', onInsert, true);
  label?.addEventListener('click', () => {
    if (field.hidden) editor.view.focus();
  });
  show(prefersSource);
  toolbar.update();

  return {
    keep() {
      const { doc, selection } = editor.state;
      const { from, to } = selection;
      return editor.isFocused ? { text: field.value, doc: jsonOf(doc), selection: { from, to } } : undefined;
    },
    resume({ doc, selection }) {
      if (field.hidden)
        editor
          .chain()
          .setMeta('addToHistory', false)
          .setContent(doc, { emitUpdate: false })
          .setTextSelection(selection)
          .run();
    },
    destroy() {
      editor.destroy();
    },
  };
}

const jsonOf = (doc: ProseMirrorNode): DocNode => doc.toJSON() as DocNode;

/** The page's list, as a menu of this email. */
function menuOf(tags: HTMLElement): Node {
  tags.hidden = true;
  const menu = tags.cloneNode(true) as HTMLElement;
  menu.removeAttribute('data-merge-tags');
  menu.hidden = false;
  return menu;
}

const pathsIn = (menu: HTMLElement | null): string[] =>
  Array.from(menu?.querySelectorAll<HTMLElement>('[data-path]') ?? [], ({ dataset }) => dataset.path ?? '');

const attributesFor = (field: HTMLTextAreaElement): Record<string, string> => ({
  role: 'textbox',
  'aria-multiline': 'true',
  ...(field.getAttribute('aria-invalid') ? { 'aria-invalid': 'true' } : {}),
  ...(field.getAttribute('aria-describedby')
    ? { 'aria-describedby': field.getAttribute('aria-describedby') ?? '' }
    : {}),
  spellcheck: 'true',
});

const labelOf = (field: HTMLTextAreaElement): HTMLLabelElement | null =>
  document.querySelector<HTMLLabelElement>(`label[for="${CSS.escape(field.id)}"]`);

/** The label and links to the field lead to what is shown. */
function nameIt(shown: HTMLElement, other: HTMLElement, label: HTMLLabelElement | null): void {
  if (!label) return;
  const id = label.htmlFor || (label.dataset.names ?? '');
  label.dataset.names = id;
  label.id = `${id}-label`;
  other.id = `${id}-other`;
  other.removeAttribute('aria-labelledby');
  shown.id = id;
  const isField = shown instanceof HTMLTextAreaElement;
  label.htmlFor = isField ? id : '';
  if (!isField) {
    label.removeAttribute('for');
    shown.setAttribute('aria-labelledby', label.id);
  }
}

function createModes(choose: (isSource: boolean) => void) {
  const button = (words: string, isSource: boolean) =>
    element('button', { type: 'button', className: 'mail-mode', textContent: words, onclick: () => choose(isSource) });
  const [visual, source] = [button(WORDS.visual, false), button(WORDS.source, true)];
  const root = element('div', { className: 'mail-modes', aria: { role: 'group', label: WORDS.modes } }, visual, source);
  const update = (isSource: boolean) => {
    visual.setAttribute('aria-pressed', String(!isSource));
    source.setAttribute('aria-pressed', String(isSource));
  };
  return { root, update };
}
