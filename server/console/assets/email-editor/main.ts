/** The email editor, wherever a page shows the body of an email: also in what htmx puts there later. */
import { mountEditor, type MountedEditor } from './editor';

const mounted = new Map<HTMLTextAreaElement, MountedEditor>();

function mountAll(): void {
  for (const [field, editor] of mounted)
    if (!field.isConnected) {
      editor.destroy();
      mounted.delete(field);
    }
  for (const field of document.querySelectorAll<HTMLTextAreaElement>('textarea[data-email-body]'))
    if (!mounted.has(field)) mounted.set(field, mountEditor(field));
}

mountAll();
document.addEventListener('htmx:afterSwap', mountAll);
