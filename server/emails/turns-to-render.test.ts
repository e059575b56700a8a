import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { EMAIL_REASONS } from '../../shared/words/email-reasons';
import { closing } from '../test/leftovers';
import type { RenderInput } from './render';
import type { RenderThread } from './render-thread';
import { nameThread } from './thread-time';
import { createRendering } from './turns-to-render';

const ONE = { accountId: 'acct_1', livemode: true };
const OTHER = { accountId: 'acct_2', livemode: true };
const input = (body: string): RenderInput => ({
  content: { kind: 'transactional', subject: 'Hello', preview_text: '', body },
  event: {},
  contact: {},
  sender: { name: null },
  locale: 'en-US',
  timezone: 'UTC',
  postalAddress: null,
  unsubscribeUrl: null,
});
/** Liquid looks at the time between its tags only: this is one of them, and takes seconds. */
const LONG_TEXT = `{% assign x = "${'a'.repeat(40)}" %}${'{% assign x = x | append: x %}'.repeat(12)}`;
const BEYOND_LIQUID = `${LONG_TEXT}{% if ${Array(2_500).fill('x contains "aab"').join(' or ')} %}{% endif %}x`;

describe('rendering', () => {
  it('ends a template that Liquid’s own limit does not end, and goes on with the next', async () => {
    const rendering = createRendering();
    const close = closing(rendering.close);
    await rendering.render(OTHER, input('Hi'));
    const [wild, calm] = await Promise.all([
      rendering.render(ONE, input(BEYOND_LIQUID)),
      rendering.render(OTHER, input('Hi')),
    ]);
    expect(wild).toEqual({ kind: 'held', subject: 'Hello', reason: 'over_budget', outcome: EMAIL_REASONS.tooCostly });
    expect(calm).toMatchObject({ kind: 'rendered', text: 'Hi\n' });
    await close();
    await expect(rendering.render(ONE, input('Hi'))).rejects.toThrow('closed');
  });

  /** Where only the time that passes is known, a busy machine makes emails late. */
  (nameThread() === null ? it.skip : it)('counts what an email takes, not how long it waits for its turn', async () => {
    const rendering = createRendering();
    const close = closing(rendering.close);
    await rendering.render(OTHER, input('Hi'));
    const others = Array.from({ length: 6 * availableParallelism() }, () => new Worker('for (;;) {}', { eval: true }));
    const email = await rendering.render(ONE, input('{% for i in (1..80000) %}{% endfor %}Hi'));
    await Promise.all([...others.map((other) => other.terminate()), close()]);
    expect(email).toMatchObject({ kind: 'rendered', text: 'Hi\n' });
  });

  it('closes while a template runs wild', async () => {
    const rendering = createRendering();
    const close = closing(rendering.close);
    const wild = rendering.render(ONE, input(BEYOND_LIQUID));
    await Promise.all([expect(wild).rejects.toThrow('closed'), close()]);
  });
});

/** What each email takes, by its body. */
const takes = (log: string[]): RenderThread => ({
  render({ content }) {
    log.push(content.body);
    const rendered = { kind: 'rendered', subject: content.subject, html: '', text: content.body } as const;
    return Promise.resolve({ rendered, ms: Number(content.body.split(' ')[1]) });
  },
  close: () => Promise.resolve(),
});

describe('turns', () => {
  it('go round the installs, however many emails one of them has', async () => {
    const log: string[] = [];
    const { render } = createRendering(takes(log));
    const many = ['a 1', 'b 1', 'c 1', 'd 1'].map((body) => render(ONE, input(body)));
    await Promise.all([...many, render(OTHER, input('other 1'))]);
    expect(log.indexOf('other 1')).toBeLessThan(3);
    expect(log.filter((body) => !body.startsWith('other'))).toEqual(['a 1', 'b 1', 'c 1', 'd 1']);
  });

  it('stop for an install whose costly emails have used up its minute, and for it alone', async () => {
    const { render } = createRendering(takes([]));
    const outcomes = [];
    for (let n = 0; n < 10; n++) outcomes.push(await render(ONE, input(`${n} 249`)));
    expect(outcomes.map(({ kind }) => kind)).toEqual([...Array<string>(9).fill('rendered'), 'held']);
    const last = outcomes.at(-1)!;
    expect(last).toMatchObject({ reason: 'over_budget', outcome: EMAIL_REASONS.costlyMinute });
    expect(last.againIn).toBeGreaterThan(50_000);
    expect(last.againIn).toBeLessThanOrEqual(60_000);
    expect(await render(OTHER, input('other 1'))).toMatchObject({ kind: 'rendered' });
  });

  it('do not count what plain emails take', async () => {
    const { render } = createRendering(takes([]));
    for (let n = 0; n < 1_000; n++) expect(await render(ONE, input(`${n} 10`))).toMatchObject({ kind: 'rendered' });
  });
});
