/** What is decided about an email right before it would go out, by whoever knows why it was queued. */
import type { EmailReason } from '../../shared/api';
import type { Context } from '../context';
import type { Row } from '../db/schema';
import type { ComposedEmail } from './compose';

export type Prepared =
  /** Made for the moment; null: as it was made when it was queued. */
  | { kind: 'ready'; made: ComposedEmail | null }
  /** It says what is no longer so, and its run ends. */
  | { kind: 'untrue'; reason: EmailReason; outcome: string }
  /** Not yet: judged again at `dueAt` (epoch milliseconds). */
  | { kind: 'wait'; dueAt: number; outcome: string }
  /** Only Stripe can tell whether it still is so. */
  | { kind: 'ask' };

export interface Preparation {
  /** In the order of the emails; `asked` are the ids of those that Stripe has been asked for just now. */
  prepare(ctx: Context, emails: readonly Row<'email'>[], asked: ReadonlySet<string>): Promise<Prepared[]>;
  /** Fetches the state of what the email is about, and keeps it. Throws as Stripe's client does, and NeedsReconnect. */
  ask(ctx: Context, email: Row<'email'>): Promise<void>;
  /** Ends the runs of emails that were untrue. */
  endRuns(ctx: Context, ended: readonly { email: Row<'email'>; reason: EmailReason; outcome: string }[]): Promise<void>;
}
