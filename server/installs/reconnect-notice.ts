/** The email that says that Stripe refuses an account's credentials: a person has to connect it again. */
import { RECONNECT_NOTICE } from '../../shared/words/connection';
import type { Context } from '../context';
import type { Install } from './installs';

/**
 * To the account's own address and to ALERT_EMAIL; without SMTP only the console and the Dashboard show it. Throws the
 * transport's error when no recipient could be reached.
 */
export async function sendReconnectNotice(ctx: Context, install: Install): Promise<void> {
  const { transport, config, log } = ctx;
  const recipients = [...new Set([install.account_email, config.alertEmail])].filter((address) => address !== null);
  if (!transport || !config.mailFrom || recipients.length === 0) return;
  const account = install.account_name ? `${install.account_name} (${install.account_id})` : install.account_id;
  const mode = install.livemode ? 'live' : 'test';
  const url = `${config.publicUrl}${install.kind === 'oauth' ? `/connect?mode=${mode}` : '/'}`;
  const message = {
    from: config.mailFrom,
    subject: RECONNECT_NOTICE.subject(install.account_name ?? install.account_id),
    text: RECONNECT_NOTICE.text({ account, mode, url }),
    headers: { 'Auto-Submitted': 'auto-generated' },
  };
  const results = await Promise.allSettled(recipients.map((to) => transport.sendMail({ ...message, to })));
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  // A retry would send it again to those who have it, so one success is enough.
  if (failures.length === recipients.length) throw failures[0];
  for (const error of failures) log.warn({ err: error, install: install.id }, 'a notice could not be sent');
}
