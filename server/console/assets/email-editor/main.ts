/** The email editor, wherever a page shows the body of an email: also in what htmx puts there later. */
import { mountEditor, type Kept, type MountedEditor } from './editor';

const mounted = new Map<HTMLTextAreaElement, MountedEditor>();

function mountAll(): void {
  for (const [field, editor] of mounted)
    if (!field.isConnected) {
      editor.destroy();
      mounted.delete(field);
    }
  for (const field of document.querySelectorAll<HTMLTextAreaElement>('textarea[data-email-body]')) {
    if (mounted.has(field)) continue;
    const editor = mountEditor(field);
    mounted.set(field, editor);
    if (kept?.text === field.value) editor.resume(kept);
  }
}

/** Where the page is drawn anew while somebody writes: Markdown keeps neither the cursor nor a space at the end. */
let kept: Kept | undefined;
function keepFocused(): void {
  kept = [...mounted.values()].map((editor) => editor.keep()).find((one) => one !== undefined);
}

mountAll();
document.addEventListener('htmx:beforeSwap', keepFocused);
document.addEventListener('htmx:afterSwap', mountAll);
