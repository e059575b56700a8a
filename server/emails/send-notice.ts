/** The email that tells of what needs a person: to the account's own address and to ALERT_EMAIL. */
import type { NoticeWords } from '../../shared/words/connection';
import type { Context } from '../context';
import { modeOf, tenantOf } from '../db/tenant';
import type { Install } from '../installs/installs';
import { UnknownAcceptance } from './transport';
import { messageIdOf } from './compose';

export interface Notice {
  words: NoticeWords;
  /** Where it is mended, on this server. */
  path: string;
  /** The same for one case, however often it is sent: a process may be killed before it is noted that it went. */
  id: string;
}

/** Without SMTP only the console and the Dashboard say it. Throws the transport's error when no recipient could be reached. */
export async function sendNotice(ctx: Context, install: Install, { words, path, id }: Notice): Promise<void> {
  const { transport, config, log } = ctx;
  const recipients = [...new Set([install.account_email, config.alertEmail])].filter((address) => address !== null);
  if (!transport || !config.mailFrom || recipients.length === 0) return;
  const account = install.account_name ? `${install.account_name} (${install.account_id})` : install.account_id;
  const message = {
    from: config.mailFrom,
    subject: words.subject(install.account_name ?? install.account_id),
    text: words.text({ account, mode: modeOf(tenantOf(install)), url: config.publicUrl + path }),
    headers: { 'Auto-Submitted': 'auto-generated' },
  };
  const results = await Promise.allSettled(
    recipients.map((to, n) => transport.sendMail({ ...message, to, messageId: messageIdOf(ctx, `${id}.${n}`) })),
  );
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  for (const error of failures) log.warn({ err: error, install: install.id }, 'a notice could not be sent');
  // A retry would send it again to those who have it, so one success is enough; and what may have arrived counts as one.
  if (failures.length === recipients.length && !failures.some((error) => error instanceof UnknownAcceptance))
    throw failures[0];
}
