/** The thread in which emails are rendered (render-thread.ts): one input comes in, its answer goes out. */
import { parentPort } from 'node:worker_threads';
import { renderEmail, type Rendered, type RenderInput } from './render';

/** `ms` of work. */
export type Answer = { rendered: Rendered; ms: number } | { fault: string };

function answerTo(input: RenderInput): Answer {
  const cost = startMeasure();
  try {
    const rendered = renderEmail(input);
    return { rendered, ms: cost() };
  } catch (error) {
    return { fault: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

/** Of the whole process, so at most what has passed: but next to nothing while a busy machine lets nobody of us work. */
function startMeasure(): () => number {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return Math.min(performance.now() - startedAt, (user + system) / 1_000);
  };
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

warmUp();
parentPort?.on('message', (input: RenderInput) => parentPort?.postMessage(answerTo(input)));
parentPort?.postMessage('ready');
