/** What is decided about an email right before it would go out, by whoever knows why it was queued. */
import type { EmailKind, EmailReason } from '../../shared/api';
import type { Context } from '../context';
import type { Row } from '../db/schema';
import type { ComposedEmail } from './compose';

export type Prepared =
  /** Being made for the moment; null: as it was made when it was queued. */
  | { kind: 'ready'; made: Promise<ComposedEmail> | null }
  /** It is kept back whatever comes of its run. */
  | { kind: 'keep'; reason: EmailReason; outcome: string }
  /** It says what is no longer so, and its run ends. */
  | { kind: 'untrue'; reason: EmailReason; outcome: string }
  /** Not yet: judged again at `dueAt` (epoch milliseconds). */
  | { kind: 'wait'; dueAt: number; outcome: string }
  /** Only Stripe can tell whether it still is so. */
  | { kind: 'ask' };

/** Stripe was asked; or it took long to make, and was asked for before if it had to be. */
export type Brought = 'asked' | ComposedEmail;

export interface Preparation {
  /** What each is by its step as it is now, by id; those that no step makes are left out: they are what they were. */
  kinds(ctx: Context, emails: readonly Row<'email'>[]): Promise<ReadonlyMap<string, EmailKind>>;
  /** In the order of the emails; `brought` is what was done for some of them just now, by id. */
  prepare(ctx: Context, emails: readonly Row<'email'>[], brought: ReadonlyMap<string, Brought>): Promise<Prepared[]>;
  /** Fetches the state of what the email is about, and keeps it. Throws as Stripe's client does, and NeedsReconnect. */
  ask(ctx: Context, email: Row<'email'>): Promise<void>;
  /** Ends the runs of emails that were untrue. */
  endRuns(ctx: Context, ended: readonly { email: Row<'email'>; reason: EmailReason; outcome: string }[]): Promise<void>;
}
