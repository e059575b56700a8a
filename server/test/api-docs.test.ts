/** Every example of docs/api.md runs as it stands, and answers what it says. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createList } from '../audience/mailing-lists';
import { transact } from '../db/transact';
import { createTransactional, saveTransactional } from '../emails/transactional';
import { newKey, withApi } from './api-rig';
import { TEST, type Tillpost } from './harness';

const run = promisify(execFile);
const DOCS = readFileSync(join(__dirname, '../../docs/api.md'), 'utf8');
const EXAMPLES = [...DOCS.matchAll(/```sh\n(.*?)```\s+```json\n(.*?)```/gs)].map(([, command = '', answer = '']) => ({
  command,
  answer: JSON.parse(answer) as unknown,
}));

/** What differs each time is written with …, or is a time in Unix seconds. */
function expected(value: unknown): unknown {
  if (value === '…') return expect.anything();
  if (typeof value === 'number' && value > 1_000_000_000) return expect.any(Number);
  if (typeof value === 'string' && value.endsWith('…')) return expect.stringContaining(value.slice(0, -1));
  if (Array.isArray(value)) return value.map(expected);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, expected(one)]));
}

async function prepare({ db, clock }: Tillpost) {
  const now = clock.now();
  const list = { name: 'Product news', description: 'Once a month', is_public: true };
  const content = { subject: 'Reset', preview_text: '', body: 'Open {{ resetLink }}' };
  return transact(db, async (trx) => {
    const id = await createTransactional(trx, TEST, 'Reset', now);
    await saveTransactional(trx, TEST, id, { name: 'Reset', content, revision: 1 }, { publishes: true, now });
    return { LIST: await createList(trx, TEST, list, now), TRANSACTIONAL: id };
  });
}

it('runs the examples of docs/api.md in their order', () =>
  withApi({}, async (tillpost) => {
    expect(EXAMPLES.length).toBeGreaterThanOrEqual(10);
    expect(EXAMPLES).toHaveLength(DOCS.split('```sh').length - 1);
    const env = {
      PATH: process.env.PATH,
      TILLPOST: tillpost.url,
      KEY: await newKey(tillpost),
      ...(await prepare(tillpost)),
    };
    for (const { command, answer } of EXAMPLES) {
      const { stdout } = await run('bash', ['-c', command], { env });
      expect([command, JSON.parse(stdout)]).toEqual([command, expected(answer)]);
      await tillpost.worker.drain();
    }
  }));
