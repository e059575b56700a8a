/** The key of a mail tool: sealed, opened, and what the tool says of it. `now` is in epoch milliseconds. */
import type { ForwardingStatus } from '../../shared/forwarding';
import type { Context } from '../context';
import type { Row, Trx } from '../db/schema';
import { ofTenant, tenantOf, type Tenant } from '../db/tenant';
import type { KnownProperties } from './destination';

const sealContext = ({ accountId, livemode }: Tenant): string => `forwarding:${accountId}:${livemode}`;

type Forwarding = Row<'forwarding'>;

export const sealKey = (vault: Context['vault'], tenant: Tenant, key: string): string =>
  vault.seal(key, sealContext(tenant));

/** Undefined where no key in ENCRYPTION_KEY opens it (which is logged). */
export function tryToOpenKey({ vault, log }: Context, row: Forwarding): string | undefined {
  try {
    return vault.open(row.api_key, sealContext(tenantOf(row)));
  } catch (error) {
    log.error({ err: error, account: row.account_id }, 'a stored key can not be opened');
    return undefined;
  }
}

/** The key was taken: what waited for it goes. False where that key isn't kept any more. */
export const recordTaken = (
  trx: Trx,
  tried: TriedKey,
  { known, teamName }: { known?: KnownProperties; teamName?: string },
  now: number,
): Promise<boolean> =>
  recordKey(trx, tried, 'checking', {
    status: 'on',
    team_name: teamName ?? null,
    known: JSON.stringify(known ?? {}),
    outcome: null,
    resume_place: '',
    due_at: now,
  });

/**
 * The tool refuses the key; nothing goes until another is saved. `outcome` in a sentence; `whenIts`: when it was tried, or while
 * something went. `tellAt`: the row is due then for the notice that tells people; null: who saved it sees it. False where that key isn't
 * kept any more, or is being tried again.
 */
export async function refuseKey(
  trx: Trx,
  tried: TriedKey,
  outcome: string,
  { whenIts, tellAt }: { whenIts: 'checking' | 'on'; tellAt: number | null },
): Promise<boolean> {
  if (await recordKey(trx, tried, whenIts, { status: 'refused', outcome, due_at: tellAt })) return true;
  // Of several things that went, all but the first find that: people are told once.
  return whenIts === 'on' && isRefused(trx, tried);
}

async function isRefused(trx: Trx, tried: TriedKey): Promise<boolean> {
  const row = await trx
    .selectFrom('forwarding')
    .select('status')
    .where(ofTenant(tenantOf(tried)))
    .where('api_key', '=', tried.api_key)
    .executeTakeFirst();
  return row?.status === 'refused';
}

/** By which a tool was asked, sealed. */
type TriedKey = Pick<Forwarding, 'account_id' | 'livemode' | 'api_key'>;

async function recordKey(
  trx: Trx,
  tried: TriedKey,
  whenIts: ForwardingStatus,
  fields: Partial<Forwarding>,
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('forwarding')
    .set({ ...fields, claims: 0, attempts: 0 })
    .where(ofTenant(tenantOf(tried)))
    .where('api_key', '=', tried.api_key)
    .where('status', '=', whenIts)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Of the account that the key opens. */
export async function learnProperties(trx: Trx, tried: TriedKey, known: KnownProperties): Promise<void> {
  await trx
    .updateTable('forwarding')
    .set({ known: JSON.stringify(known) })
    .where(ofTenant(tenantOf(tried)))
    .where('api_key', '=', tried.api_key)
    .execute();
}
