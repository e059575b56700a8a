/** The thread in which emails are rendered (render-thread.ts): one input comes in, its answer goes out. */
import { parentPort } from 'node:worker_threads';
import { renderEmail, type Rendered, type RenderInput } from './render';
import { createWorkClock, nameThread } from './thread-time';

/** `ms` of work. */
export type Answer = { rendered: Rendered; ms: number } | { fault: string };

/** The first message; `thread` as nameThread gives it. */
export interface Ready {
  thread: string | null;
}

function answerTo(input: RenderInput): Answer {
  const startedAt = performance.now();
  try {
    const rendered = renderEmail(input);
    return { rendered, ms: performance.now() - startedAt };
  } catch (error) {
    return { fault: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

/** What is loaded and compiled at the first use must not count as the first email's. */
function warmUp(): void {
  renderEmail({
    content: {
      kind: 'marketing',
      subject: 'Hi {{ contact.name }}',
      preview_text: '',
      body: '**Hi**\n\n- {{ event.on | date }}',
    },
    event: { on: '2026-01-01T00:00:00Z' },
    contact: { name: 'you' },
    sender: { name: null },
    locale: 'en-US',
    timezone: 'UTC',
    postalAddress: 'Here',
    unsubscribeUrl: 'https://example.com',
  });
}

// By this clock Liquid and renderEmail end what takes too long.
const thread = nameThread();
performance.now = createWorkClock(thread, performance.now.bind(performance));

warmUp();
parentPort?.on('message', (input: RenderInput) => parentPort?.postMessage(answerTo(input)));
parentPort?.postMessage({ thread } satisfies Ready);
