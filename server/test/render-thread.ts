/** One thread for all that the tests of a file start: each would take a moment to load it anew. */
import { createRenderThread, type RenderThread } from '../emails/render-thread';
import { createRendering, type Rendering } from '../emails/turns-to-render';
import { closing } from './leftovers';

let thread: RenderThread | undefined;

let last: Promise<unknown> = Promise.resolve();

export function testRendering(): Rendering {
  return createRendering({
    render(input) {
      const mine = last.then(() => theThread().render(input));
      last = mine.catch(() => undefined);
      return mine;
    },
    close: () => last.then(() => undefined),
  });
}

function theThread(): RenderThread {
  if (!thread) {
    thread = createRenderThread();
    closing(thread.close);
  }
  return thread;
}
