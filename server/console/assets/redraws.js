// The workflow editor is drawn anew by the server whenever something is chosen that other fields depend on, and for each
// step that is added, moved or removed. What is typed, chosen or pressed while such an answer is on its way is not in it:
// it is put back into the answer, or done after it.
{
  // The request whose answer will replace the editor. Things that happen are numbered; what is newer isn't known to it.
  let awaited = null;
  let turn = 0;
  // What was changed since, by key.
  const changed = new Map();
  // What was chosen or pressed since, in order, and is done once the answer is there.
  let held = [];
  let resumed = null;
  let isPuttingBack = false;
  let focused = null;

  const formOfEditor = () => document.getElementById('workflow-form');
  const isOfEditor = ({ detail }) => detail.target && detail.target.id === 'editor';

  // A place in the form, such as `steps.2.email.subject`, moves with its step; by the step's id it is found again.
  const readIds = () => {
    const fields = formOfEditor().querySelectorAll("input[type='hidden'][name$='.id']");
    return new Map([...fields].map(({ name, value }) => [name.slice(0, -'.id'.length), value]));
  };
  const byId = (text, ids) => {
    const [path] = /(removed\.)?(steps|paths)(\.\w+)*/.exec(text) ?? [''];
    for (let place = path; place; place = place.slice(0, Math.max(0, place.lastIndexOf('.'))))
      if (ids.get(place)) return text.replace(place, `#${ids.get(place)}`);
    return text;
  };
  // Null for what has no name. The email editor has the id of the field that it stands for.
  const keyOf = (element, ids = readIds()) => {
    const { name, value, type, id } = element;
    if (type === 'submit') return byId(`${element.getAttribute('formaction') ?? ''} ${name} ${value}`, ids);
    if (name && (type === 'radio' || type === 'checkbox')) return byId(`${name} ${value}`, ids);
    return name || id ? byId(name || id.replaceAll('-', '.'), ids) : null;
  };
  const findAll = () => {
    const ids = readIds();
    const found = new Map();
    for (const element of document.querySelectorAll(
      '#editor :is(input, select, textarea, button, [tabindex], [contenteditable])',
    )) {
      const key = keyOf(element, ids);
      found.set(key, [...(found.get(key) ?? []), element]);
    }
    return found;
  };

  // Conditions and exits have no ids: those after one that was removed have moved up. Null for what was removed itself.
  const movedBy = (operation) => {
    const [, list, at] = / remove (\S+)\.(\d+)$/.exec(operation ?? '') ?? [];
    return (key) => {
      const start = list === undefined || key === null ? -1 : key.indexOf(`${list}.`);
      if (start < 0 || (start > 0 && !' .'.includes(key[start - 1]))) return key;
      const rest = key.slice(start + list.length + 1);
      const index = parseInt(rest, 10);
      if (index === Number(at)) return null;
      return index > at ? `${key.slice(0, start)}${list}.${index - 1}${rest.slice(String(index).length)}` : key;
    };
  };

  document.addEventListener('input', ({ target }) => {
    if (!awaited || isPuttingBack || !target.name || target.form !== formOfEditor()) return;
    changed.set(keyOf(target), { field: target, turn: ++turn });
  });

  // One after the other: an answer to what was asked before another one came knows nothing of that one. A rehearsal,
  // which takes long and changes nothing, is given up.
  document.addEventListener('htmx:confirm', (event) => {
    if (!isOfEditor(event) || !awaited) return;
    if (awaited.isRehearsal) return awaited.xhr.abort();
    event.preventDefault();
    held.push({ key: keyOf(event.detail.elt), turn: ++turn });
  });
  document.addEventListener('htmx:beforeRequest', (event) => {
    if (!isOfEditor(event)) return;
    const { elt, requestConfig, xhr } = event.detail;
    awaited = {
      xhr,
      operation: keyOf(elt),
      isRehearsal: requestConfig.path.endsWith('/rehearse'),
      turn: resumed ?? ++turn,
      focused: document.activeElement,
    };
  });
  // Saving waits as well, or it would save the step that is being removed. Pressed again, it waits no longer.
  window.addEventListener(
    'submit',
    (event) => {
      const { target, submitter } = event;
      if (!awaited || awaited.isRehearsal || target !== formOfEditor() || !submitter || submitter.formTarget) return;
      const key = keyOf(submitter);
      if (held.some((one) => one.key === key)) return;
      event.preventDefault();
      event.stopPropagation();
      held.push({ key, turn: ++turn });
    },
    true,
  );

  document.addEventListener('htmx:beforeSwap', (event) => {
    if (!isOfEditor(event) || !awaited) return;
    const { activeElement } = document;
    const key = activeElement.closest('#editor') && keyOf(activeElement);
    const isTheirs = activeElement !== awaited.focused || changed.get(key)?.turn > awaited.turn;
    const { selectionStart, selectionEnd, scrollTop } = activeElement;
    focused = key && isTheirs ? { key, selectionStart, selectionEnd, scrollTop } : null;
  });
  // Before others see what has come: the email editor reads its field once.
  window.addEventListener(
    'htmx:afterSwap',
    ({ target }) => {
      if (target.id !== 'editor' || !awaited) return;
      const moved = movedBy(awaited.operation);
      const found = findAll();
      const before = [...changed];
      changed.clear();
      for (const [key, { field: old, turn: at }] of before) {
        const field = found.get(moved(key))?.find(({ form }) => form);
        if (!field || (at > awaited.turn && !putInto(field, old))) continue;
        changed.set(moved(key), { field, turn: at });
      }
      held = held.map(({ key, turn: at }) => ({ key: moved(key), turn: at }));
      if (focused) focused.key = moved(focused.key);
    },
    true,
  );
  document.addEventListener('htmx:afterSettle', ({ target }) => {
    if (target.id !== 'editor' || !awaited) return;
    returnFocus();
    const put = [...changed.values()].filter(({ turn: at }) => at > awaited.turn);
    isPuttingBack = true;
    for (const { field } of put) field.dispatchEvent(new Event('input', { bubbles: true }));
    isPuttingBack = false;
    // The picture of the draft is drawn from the form's changes.
    if (put.length > 0) formOfEditor().dispatchEvent(new Event('change'));
  });
  document.addEventListener('htmx:afterRequest', (event) => {
    if (!isOfEditor(event) || event.detail.xhr !== awaited?.xhr) return;
    awaited = null;
    while (!awaited && held.length > 0) {
      const { key, turn: at } = held.shift();
      resumed = at;
      doAgain(findAll().get(key)?.[0]);
      resumed = null;
    }
    if (!awaited) changed.clear();
  });

  // A page that comes back as it was left waits for nothing.
  window.addEventListener('pageshow', ({ persisted }) => {
    if (persisted) [awaited, held] = [null, []];
  });

  // False where the field became one that can't hold it, as when a condition's property was changed.
  function putInto(field, old) {
    if (field.type === 'radio' || field.type === 'checkbox') {
      field.checked = old.checked;
      return true;
    }
    const drawn = field.value;
    const isNumber = field.inputMode === 'decimal' && old.inputMode !== 'decimal';
    const isChoiceOfOld = old.matches('select') && field.type === 'text';
    if (isChoiceOfOld || (isNumber && Number.isNaN(Number(old.value)))) return false;
    field.value = old.value;
    if (field.value === old.value) return true;
    field.value = drawn;
    return false;
  }

  function returnFocus() {
    const element =
      focused &&
      findAll()
        .get(focused.key)
        ?.find((one) => one.getClientRects().length > 0);
    if (!element) return;
    const { selectionStart, selectionEnd, scrollTop } = focused;
    element.focus({ preventScroll: true });
    if (typeof selectionStart === 'number') element.setSelectionRange(selectionStart, selectionEnd);
    element.scrollTop = scrollTop;
    // What was put there is no change to the browser once the field is left.
    if (element.matches('input[hx-post]') && changed.has(focused.key))
      element.addEventListener('blur', () => element.dispatchEvent(new Event('change', { bubbles: true })), {
        once: true,
      });
  }

  function doAgain(element) {
    if (!element) return;
    if (element.matches('button')) element.click();
    else element.dispatchEvent(new Event('change', { bubbles: true }));
  }
}
