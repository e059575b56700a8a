/** The cards that subscriptions are charged to: asked for at Stripe, and kept for a month. */
import type { Context } from '../context';
import { upsert } from '../db/bulk';
import type { Row, Trx } from '../db/schema';
import { tenantColumns, tenantOf } from '../db/tenant';
import type { ObjectState } from '../audience/object-states';
import { withStripe } from '../installs/credentials';
import { classifyStripeError } from '../stripe';
import { fetchCard } from '../workflows/fetch-card';
import type { Card } from './dates';

/** What Stripe said; `forbidden`: it may not be read. */
export type AskedCard = { kind: 'known'; card: Card | null; askedAt: number } | { kind: 'forbidden' };

/** Card networks replace cards all the time: what was read is asked for again after a month. */
export const CARD_NEWS_MS = 30 * 24 * 60 * 60_000;

/** Throws what else Stripe's client does, and NeedsReconnect. */
export async function askForCard(ctx: Context, state: Row<'object_state'>): Promise<AskedCard> {
  const askedAt = ctx.clock.now();
  try {
    const card = await withStripe(ctx, tenantOf(state), (stripe) => fetchCard(stripe, state.id));
    return { kind: 'known', card, askedAt };
  } catch (error) {
    const failure = classifyStripeError(error);
    if (failure === 'gone') return { kind: 'known', card: null, askedAt };
    if (failure !== 'forbidden') throw error;
    ctx.log.warn(
      { err: error, subscription: state.id, permission: 'payment_method_read' },
      'Stripe does not let us read when a card expires',
    );
    return { kind: 'forbidden' };
  }
}

export const saveCards = (trx: Trx, asked: readonly { state: ObjectState; card: Card | null; askedAt: number }[]) =>
  upsert(
    trx,
    'subscription_card',
    ['subscription_id'],
    asked.map(({ state, card, askedAt }) => ({
      subscription_id: state.id,
      customer_id: state.customer_id,
      payment_method_id: card?.id ?? null,
      expires: card?.month ?? null,
      asked_at: askedAt,
      ...tenantColumns(tenantOf(state)),
    })),
  );

export const cardIn = ({ payment_method_id, expires }: Row<'subscription_card'>): Card | undefined =>
  payment_method_id !== null && expires !== null ? { id: payment_method_id, month: expires } : undefined;
