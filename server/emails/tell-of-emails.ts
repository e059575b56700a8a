/** What is told of emails. */
import type { WebhookType } from '../../shared/webhooks';
import type { Db, Row } from '../db/schema';
import { tenantOf } from '../db/tenant';
import { recordMessages, type Telling } from '../outbox/messages';

export type EmailMessage = Extract<WebhookType, `email.${string}`>;

type Told = Pick<Row<'email'>, 'account_id' | 'livemode' | 'id' | 'contact_id' | 'is_test'>;

/** In the transaction in which it happens; of test sends, and of `null`, nothing is told. `now` in epoch milliseconds; `wantsOf` left out: it is read. */
export async function recordEmails(
  db: Db,
  emails: readonly Told[],
  type: EmailMessage | null,
  now: number,
  wantsOf?: Telling['wantsOf'],
): Promise<void> {
  const told = emails.filter(({ is_test }) => is_test === 0);
  if (type === null) return;
  const messages = told.map((email) => ({
    ...{ tenant: tenantOf(email), type, kind: 'email' as const },
    ...{ id: email.id, contactId: email.contact_id },
  }));
  await recordMessages(db, messages, { wantsOf, now });
}
