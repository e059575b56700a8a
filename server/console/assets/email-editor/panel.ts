/** The strip below the toolbar that asks for what a link, a chip or a condition needs. One at a time. */
import { EMAIL_EDITOR_WORDS as WORDS } from '../../../../shared/words/email-editor';
import { element } from './elements';

export interface PanelField {
  name: string;
  label: string;
  value: string;
  hint?: string;
  isLong?: boolean;
  options?: readonly { value: string; label: string }[];
  /** What may be typed, offered as it is typed. */
  suggestions?: readonly string[];
  /** Shown only while the other fields say so. */
  isShown?: (values: Values) => boolean;
}

export type Values = Record<string, string>;

export interface PanelContent {
  title: string;
  fields: readonly PanelField[];
  apply: string;
  /** What is wrong, by field; nothing when it was done. */
  onApply: (values: Values) => Values | undefined;
  others?: readonly { label: string; onPress: () => void }[];
}

export interface Panel {
  root: HTMLElement;
  open(content: PanelContent): void;
  close(): void;
}

let panels = 0;

/** `onClose` gives the keyboard back to the text. */
export function createPanel(onClose: () => void): Panel {
  const root = element('div', { className: 'mail-panel', hidden: true, aria: { role: 'group' } });
  const close = () => {
    if (root.hidden) return;
    root.hidden = true;
    root.replaceChildren();
    onClose();
  };

  function open({ title, fields, apply, onApply, others = [] }: PanelContent): void {
    const id = `mail-panel-${++panels}`;
    const rows = fields.map((field) => createField(field, `${id}-${field.name}`));
    const values = (): Values => Object.fromEntries(rows.map(({ name, input }) => [name, input.value]));
    const show = () => {
      for (const { root: row, isShown } of rows) row.hidden = isShown ? !isShown(values()) : false;
    };
    const submit = () => {
      const problems = onApply(values());
      if (!problems) return close();
      for (const row of rows) row.say(problems[row.name] ?? '');
      rows.find(({ name }) => problems[name])?.input.focus();
    };
    const button = (label: string, onPress: () => void, tone = 'quiet') =>
      element('button', { type: 'button', className: `button button-${tone}`, textContent: label, onclick: onPress });
    root.setAttribute('aria-label', title);
    root.onkeydown = (event) => {
      if (event.key === 'Escape') close();
      else if (event.key === 'Enter' && event.target instanceof HTMLInputElement) submit();
      else return;
      event.preventDefault();
      event.stopPropagation();
    };
    // The page takes what is typed here for a change of the email.
    root.oninput = (event) => {
      event.stopPropagation();
      show();
    };
    root.replaceChildren(
      element('p', { className: 'mail-panel-title', textContent: title }),
      element('div', { className: 'mail-panel-fields' }, ...rows.map((row) => row.root)),
      element(
        'div',
        { className: 'mail-panel-actions' },
        button(apply, submit, 'primary'),
        ...others.map(({ label, onPress }) =>
          button(label, () => {
            onPress();
            close();
          }),
        ),
        button(WORDS.cancel, close),
      ),
    );
    root.hidden = false;
    show();
    (rows.find(({ root: row }) => !row.hidden)?.input ?? root.querySelector('button'))?.focus();
  }

  return { root, open, close };
}

function createField(field: PanelField, id: string) {
  const { name, label, value, hint, isShown } = field;
  const input = inputFor(field, id);
  input.id = id;
  input.value = value;
  const error = element('p', { className: 'field-error', id: `${id}-error`, hidden: true });
  const root = element('div', { className: 'field' }, element('label', { htmlFor: id, textContent: label }), input);
  if (hint) root.append(element('p', { className: 'hint', id: `${id}-hint`, textContent: hint }));
  root.append(error);
  if (field.suggestions) {
    const list = element('datalist', { id: `${id}-list` });
    list.append(...field.suggestions.map((text) => element('option', { value: text })));
    root.append(list);
    input.setAttribute('list', list.id);
  }
  const say = (words: string) => {
    error.textContent = words;
    error.hidden = words === '';
    input.toggleAttribute('aria-invalid', words !== '');
    if (words !== '') input.setAttribute('aria-invalid', 'true');
    const described = [hint ? `${id}-hint` : '', words === '' ? '' : error.id].filter(Boolean).join(' ');
    if (described) input.setAttribute('aria-describedby', described);
    else input.removeAttribute('aria-describedby');
  };
  say('');
  return { name, input, root, say, isShown };
}

function inputFor({ options, isLong }: PanelField, id: string) {
  if (options) {
    const select = element('select', { id });
    select.append(...options.map(({ value, label }) => element('option', { value, textContent: label })));
    return select;
  }
  if (isLong) return element('textarea', { className: 'code', rows: 8, spellcheck: false });
  return element('input', { type: 'text', autocomplete: 'off' });
}
