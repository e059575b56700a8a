/** Contacts and files of them, as people work on them in the console. */
import { findContactByEmail } from '../audience/contacts';
import { findContactJob } from '../audience/contact-jobs';
import { newId } from '../db/new-id';
import type { Schema } from '../db/schema';
import { tenantColumns } from '../db/tenant';
import { searchTextOf } from '../fold-text';
import { openSession } from '../installs/sessions';
import { createBrowserClient, type BrowserClient } from './browser-client';
import { lending, TEST, type Tillpost } from './harness';

export const lend = lending((tillpost) => tillpost.connect());

type Kind = Parameters<typeof openSession>[1]['kind'];

export async function signIn(tillpost: Tillpost, kind: Kind = 'full'): Promise<BrowserClient> {
  const client = createBrowserClient(tillpost.url);
  client.jar.set('tillpost_session', await openSession(tillpost.ctx, { tenant: TEST, kind, previous: undefined }));
  return client;
}

export const text = async (response: Response | Promise<Response>) => (await response).text();
export const rowOf = (tillpost: Tillpost, email: string) => findContactByEmail(tillpost.db, TEST, email);

export async function addContacts(tillpost: Tillpost, count: number, fields: Partial<Schema['contact']> = {}) {
  const rows = Array.from({ length: count }, (_, n) => {
    const named = { email: `p${n}@example.com`, first_name: 'P', last_name: String(n), ...fields };
    return {
      ...{
        id: newId('con', Date.now()),
        name_stamp: 0,
        user_group: null,
        status: 'subscribed' as const,
        source: 'Stripe',
      },
      ...named,
      search_text: searchTextOf(named),
      ...{ created_at: 1, updated_at: 1 },
      ...tenantColumns(TEST),
    };
  });
  for (const row of rows)
    await tillpost.db
      .insertInto('contact')
      .values(row as never)
      .execute();
  return rows.map(({ id }) => id);
}

export async function upload(
  client: BrowserClient,
  file: Buffer | string,
  consent: string | null = 'agreed',
  fields: Record<string, string> = {},
) {
  const form = new FormData();
  form.set('csrf_token', await client.csrfToken());
  if (consent) form.set('consent', consent);
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set('file', new Blob([file]), 'contacts.csv');
  return client.send('/audience/import', form);
}

/** Uploads and compares; returns the path of its page. */
export async function preview(
  tillpost: Tillpost,
  client: BrowserClient,
  file: Buffer | string,
  consent = 'agreed',
  fields: Record<string, string> = {},
) {
  const response = await upload(client, file, consent, fields);
  expect([response.status, response.status === 303 ? '' : await response.text()]).toEqual([303, '']);
  await tillpost.worker.drain();
  return response.headers.get('location') ?? '';
}

export async function press(
  tillpost: Tillpost,
  client: BrowserClient,
  path: string,
  fields: Record<string, string> = {},
) {
  const response = await client.post(path, { csrf_token: await client.csrfToken(), ...fields });
  await tillpost.worker.drain();
  return response;
}

export const jobOf = async (tillpost: Tillpost, path: string) => {
  const job = await findContactJob(tillpost.db, TEST, path.split('/').at(-1) ?? '');
  return (
    job &&
    (({ status, total, done, added, changed, unchanged, refused }) => ({
      status,
      total,
      done,
      added,
      changed,
      unchanged,
      refused,
    }))(job)
  );
};
