// The few things a page does that links, forms and htmx can't: warn of unsaved changes, put a merge tag where the
// cursor was, keep previews fresh, copy. Everything works without it, only less comfortably.
'use strict';

// Unsaved changes
let isLeavingOnPurpose = false;
const dirtyForms = () => document.querySelectorAll('form.is-dirty');
document.addEventListener('input', (event) => {
  const form = event.target.closest('form[data-warn-unsaved]');
  if (form && event.target.name && !event.target.hasAttribute('data-not-saved')) form.classList.add('is-dirty');
});
document.addEventListener('submit', (event) => {
  const goesToFrame = event.submitter && event.submitter.formTarget;
  if (event.defaultPrevented || goesToFrame) return;
  // Another form's button, such as Pause, would lose what this one holds: the warning stays for it.
  isLeavingOnPurpose = [...dirtyForms()].every((form) => form === event.target);
});
window.addEventListener('beforeunload', (event) => {
  if (!isLeavingOnPurpose && dirtyForms().length > 0) event.preventDefault();
});

// Lists (data-live) that refresh by themselves wait while nobody looks, and while someone uses what would be replaced.
document.addEventListener('htmx:beforeRequest', (event) => {
  const element = event.target;
  if (!element.hasAttribute('data-live')) return;
  const along = element.getAttribute('hx-select-oob');
  const replaced = [element, ...(along ? document.querySelectorAll(along) : [])];
  const isUsed = (one) => one.contains(document.activeElement) || one.querySelector('details[open]');
  if (document.hidden || replaced.some(isUsed)) event.preventDefault();
});
// A request that a newer one replaces, or that ends with its page, is no error. Each other error has an event of its own.
if (window.htmx)
  window.htmx.logger = (_element, name, detail) => {
    if (name === 'htmx:sendAbort' || name === 'htmx:afterRequest') delete detail.error;
  };

const alertBox = () => document.getElementById('alert');
const say = (words) => {
  const box = alertBox();
  box.textContent = words;
  box.hidden = false;
  clearTimeout(box.timer);
  box.timer = setTimeout(() => (box.hidden = true), 6000);
};
document.addEventListener('htmx:sendError', () =>
  say('No answer from the server. Check the connection; it is tried again.'),
);
const SAID_OF = {
  401: 'You are signed out. Sign in in another tab; what you typed here stays, and Save still works after that.',
  403: 'This page is out of date. Save what you typed, or reload it and try again.',
};
document.addEventListener('htmx:responseError', (event) =>
  say(SAID_OF[event.detail.xhr.status] ?? 'That did not work. Reload the page and try again.'),
);

// Merge tags go to the field that was used last.
let lastField = null;
document.addEventListener('focusin', (event) => {
  if (event.target.matches('[data-takes-tags]')) lastField = event.target;
});
document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-insert]');
  if (!button) return;
  const email = button.closest('[data-email]');
  const field = lastField && email.contains(lastField) ? lastField : email.querySelector('textarea[data-takes-tags]');
  button.closest('details').open = false;
  field.focus();
  field.setRangeText(button.dataset.insert, field.selectionStart, field.selectionEnd, 'end');
  field.dispatchEvent(new Event('input', { bubbles: true }));
});
// Lists whose rows can be selected: all of a page at once, and how many are.
const showSelected = (form) => {
  const boxes = [...form.querySelectorAll("tbody input[type='checkbox']")];
  const selected = boxes.filter((box) => box.checked).length;
  const all = form.querySelector('[data-select-all]');
  all.closest('label').hidden = false;
  all.checked = selected === boxes.length && selected > 0;
  all.indeterminate = selected > 0 && selected < boxes.length;
  form.querySelector('[data-selected]').textContent = selected > 0 ? `${selected} selected` : 'Select all on this page';
  if (selected > 0) form.elements.scope.value = 'selected';
};
document.addEventListener('change', (event) => {
  const form = event.target.closest('form[data-bulk]');
  if (!form || event.target.type !== 'checkbox') return;
  if (event.target.hasAttribute('data-select-all'))
    for (const box of form.querySelectorAll("tbody input[type='checkbox']")) box.checked = event.target.checked;
  showSelected(form);
});
const showAllSelected = () => document.querySelectorAll('form[data-bulk]').forEach(showSelected);
// A list that is filtered anew keeps what was selected of it.
let selectedBefore = new Set();
document.addEventListener('htmx:beforeSwap', () => {
  const boxes = document.querySelectorAll("form[data-bulk] tbody input[type='checkbox']:checked");
  selectedBefore = new Set([...boxes].map((box) => box.value));
});
document.addEventListener('htmx:afterSwap', () => {
  for (const box of document.querySelectorAll("form[data-bulk] tbody input[type='checkbox']"))
    if (selectedBefore.has(box.value)) box.checked = true;
});
for (const name of ['DOMContentLoaded', 'htmx:afterSwap', 'pageshow'])
  (name === 'pageshow' ? window : document).addEventListener(name, showAllSelected);

// An open menu or confirmation closes on Escape and on a click elsewhere.
const OPEN = 'details.menu[open], details.confirm[open]';
const closeMenus = (except) => {
  for (const menu of document.querySelectorAll(OPEN)) if (menu !== except) menu.open = false;
};
const closeAndReturn = (menu) => {
  menu.open = false;
  menu.querySelector('summary').focus();
};
document.addEventListener('click', (event) => {
  const menu = event.target.closest('details.menu, details.confirm');
  closeMenus(menu);
  if (!menu || !event.target.closest('[data-cancel]')) return;
  event.preventDefault();
  closeAndReturn(menu);
});
document.addEventListener('keydown', (event) => {
  const menu = event.key === 'Escape' && (event.target.closest(OPEN) ?? document.querySelector(OPEN));
  if (menu) closeAndReturn(menu);
});
// What an address names is shown, if it stands in something closed.
const openNamed = () => {
  const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let around = named; around; around = around.parentElement?.closest('details')) around.open = true;
  named?.scrollIntoView({ block: 'center' });
};
window.addEventListener('hashchange', openNamed);
document.addEventListener('DOMContentLoaded', () => location.hash && openNamed());
document.addEventListener('click', (event) => {
  const link = event.target.closest('a[href^="#"]');
  if (link && link.hash === location.hash) openNamed();
});
// The answer to a refused form takes the place of the page the form stood on: going back to it, or loading it again,
// must not send the form once more.
const { address } = document.documentElement.dataset;
if (address) history.replaceState(null, '', address);

// The Enter key of a field that has a button of its own presses that one, not the form's.
document.addEventListener('keydown', (event) => {
  const button =
    event.key === 'Enter' && event.target.dataset && document.getElementById(event.target.dataset.enterPresses);
  if (!button) return;
  event.preventDefault();
  button.click();
});

// Previews: the whole form is posted into a fresh frame (so that no history piles up), shown once it has loaded.
function refreshPreview(email) {
  const button = email.querySelector('[data-preview]');
  const old = email.querySelector('iframe');
  const frame = old.cloneNode();
  frame.hidden = true;
  frame.removeAttribute('src');
  frame.removeAttribute('data-empty');
  old.removeAttribute('name');
  for (const stale of email.querySelectorAll('iframe[hidden]')) stale.remove();
  frame.addEventListener('load', () => {
    if (!frame.isConnected) return;
    frame.hidden = false;
    for (const other of email.querySelectorAll('iframe')) if (other !== frame) other.remove();
  });
  old.after(frame);
  button.form.requestSubmit(button);
}
const timers = new WeakMap();
const refreshSoon = (email, delay) => {
  clearTimeout(timers.get(email));
  timers.set(
    email,
    setTimeout(() => email.isConnected && refreshPreview(email), delay),
  );
};
document.addEventListener('input', (event) => {
  const email = event.target.closest('[data-email]');
  if (email && event.target.dataset.enterPresses) return;
  if (email) refreshSoon(email, event.target.type === 'radio' ? 0 : 400);
  else if (event.target.matches('[data-preview-source]'))
    for (const one of document.querySelectorAll('[data-email]')) refreshSoon(one, 0);
});

// Each is drawn first when it comes into view.
const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    seen.unobserve(target);
    refreshSoon(target, 0);
  }
});
const watchPreviews = (root) => {
  for (const email of root.querySelectorAll('[data-email]')) seen.observe(email);
};

// A mail is shown whole: its frame runs nothing, and is as tall as what is in it, also after it was turned.
const fitMail = (frame) => {
  const mail = frame.contentDocument && frame.contentDocument.documentElement;
  if (!mail) return;
  frame.style.height = 'auto';
  frame.style.minHeight = '0';
  frame.style.height = `${mail.scrollHeight + 2}px`;
};
const watchMails = (root) => {
  for (const frame of root.querySelectorAll('iframe[data-whole]')) {
    frame.addEventListener('load', () => fitMail(frame));
    if (frame.contentDocument && frame.contentDocument.readyState === 'complete') fitMail(frame);
  }
};
window.addEventListener('resize', () => {
  for (const frame of document.querySelectorAll('iframe[data-whole]')) fitMail(frame);
});

// All or none of a group of boxes; without script the button sends the form, which comes back so.
document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-choose]');
  if (!button) return;
  event.preventDefault();
  for (const box of button.closest('[data-group]').querySelectorAll("input[type='checkbox']"))
    box.checked = button.dataset.choose === 'all';
});

// Copy buttons show where copying works.
const showCopyButtons = (root) => {
  if (navigator.clipboard) for (const button of root.querySelectorAll('[data-copy]')) button.hidden = false;
};
document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-copy]');
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  navigator.clipboard.writeText(source.value ?? source.textContent).then(
    () => say('Copied.'),
    () => say('Your browser did not allow copying.'),
  );
});

// Steps that were folded stay so when the editor is drawn anew, unless something in them is wrong or has the focus.
const folded = () => new Set(JSON.parse(sessionStorage.getItem('folded') ?? '[]'));
const keepFold = (step, isOpen) => {
  const ids = folded();
  if (isOpen) ids.delete(step.dataset.fold);
  else ids.add(step.dataset.fold);
  sessionStorage.setItem('folded', JSON.stringify([...ids]));
};
const foldSteps = (root) => {
  const ids = folded();
  for (const step of root.querySelectorAll('[data-fold]'))
    if (
      ids.has(step.dataset.fold) &&
      !step.querySelector('[aria-invalid], .field-error') &&
      !step.contains(document.activeElement)
    )
      step.open = false;
  for (const button of root.querySelectorAll('[data-fold-all]')) button.hidden = false;
};
document.addEventListener('click', (event) => {
  const step = event.target.closest('summary')?.parentElement;
  if (step?.dataset.fold !== undefined) return keepFold(step, !step.open);
  if (!event.target.closest('[data-fold-all]')) return;
  const steps = [...document.querySelectorAll('[data-fold]')];
  const isOpen = steps.every((one) => !one.open);
  for (const one of steps) {
    one.open = isOpen;
    keepFold(one, isOpen);
  }
});
// A link to a field of a folded step.
const unfold = () => {
  for (let step = document.getElementById(location.hash.slice(1)); step; step = step.parentElement)
    if (step.matches('[data-fold]')) step.open = true;
};
window.addEventListener('hashchange', unfold);

// A row of links that is wider than the screen shows the current one, and fades where it goes on.
const fadeEnds = (row) => {
  row.classList.toggle('goes-on-left', row.scrollLeft > 1);
  row.classList.toggle('goes-on-right', row.scrollLeft < row.scrollWidth - row.clientWidth - 1);
};
const showCurrent = () => {
  for (const row of document.querySelectorAll('.nav, .tabs')) {
    const current = row.querySelector('[aria-current]');
    if (current && row.scrollWidth > row.clientWidth) {
      const [at, around] = [current.getBoundingClientRect(), row.getBoundingClientRect()];
      row.scrollLeft += at.left + at.width / 2 - around.left - around.width / 2;
    }
    fadeEnds(row);
    row.addEventListener('scroll', () => fadeEnds(row), { passive: true });
  }
};
document.addEventListener('DOMContentLoaded', showCurrent);
window.addEventListener('resize', () => document.querySelectorAll('.nav, .tabs').forEach(fadeEnds));

// What every piece of page needs when it arrives.
const prepare = (root) => {
  foldSteps(root);
  watchPreviews(root);
  watchMails(root);
  showCopyButtons(root);
};
document.addEventListener('DOMContentLoaded', () => prepare(document));
// But for a picture of what the page holds anyway.
document.addEventListener('htmx:afterSwap', ({ target }) => target.id === 'draft-picture' || prepare(document));
