/**
 * Who is signed in to the console. A session is a random id in a cookie, stored hashed, that holds one or more
 * installs, one of them on screen. Finishing Connect to Stripe opens a full one; the Dashboard's link a `dashboard` one.
 */
import type { Context } from '../context';
import type { Db, Trx } from '../db/schema';
import { ofTenant, tenantColumns, tenantKey, tenantOf, type Tenant } from '../db/tenant';
import { transact } from '../db/transact';
import { randomToken, sha256 } from '../vault';
import type { Install } from './installs';

const DAY_MS = 24 * 60 * 60_000;
/** A session ends this long after its last use, and this long after its sign-in however much it is used. */
export const UNUSED_MS = 30 * DAY_MS;
const LONGEST_MS = 90 * DAY_MS;
/** Use is noted with at most one write an hour. */
const NOTED_AFTER_MS = 60 * 60_000;

export interface Session {
  /** SHA-256 of the cookie's value, which isn't stored. */
  idHash: string;
  kind: 'full' | 'dashboard';
  /** The install on screen. */
  tenant: Tenant;
  install: Install;
  /** All installs this session may switch to, the one on screen included. */
  installs: Install[];
  /** The sign-in, and the last use to the hour. Epoch milliseconds. */
  createdAt: number;
  usedAt: number;
}

interface SignIn {
  tenant: Tenant;
  kind: Session['kind'];
  previous: Session | undefined;
  /** As `Firefox on Linux`. */
  browser?: string | null;
}

/**
 * Opens a session with a fresh id and returns that id, for the cookie. The browser's earlier session ends; when both
 * are full, its installs come along, so that a person who connects several accounts can switch between them. It is then as
 * old as the earlier one: signing in to one account must not extend the session of another for ever.
 */
export async function openSession(ctx: Context, { tenant, kind, previous, browser = null }: SignIn): Promise<string> {
  const id = randomToken();
  const idHash = sha256(id);
  const now = ctx.clock.now();
  await transact(ctx.db, async (trx) => {
    // As it is now: it may have been ended since the request began.
    const others = kind === 'full' && previous?.kind === 'full' ? await installsOfSession(trx, previous.idHash) : [];
    const carried = others.map(tenantOf).filter((one) => tenantKey(one) !== tenantKey(tenant));
    const createdAt = carried.length > 0 ? (previous?.createdAt ?? now) : now;
    if (previous) await endSession(trx, previous.idHash);
    const times = { created_at: createdAt, used_at: now, expires_at: endOf(createdAt, now) };
    await trx
      .insertInto('session')
      .values({ ...tenantColumns(tenant), id_hash: idHash, kind, browser, ...times })
      .execute();
    for (const one of [tenant, ...carried]) await addInstallToSession(trx, idHash, one);
  });
  return id;
}

const endOf = (createdAt: number, usedAt: number): number => Math.min(usedAt + UNUSED_MS, createdAt + LONGEST_MS);

const addInstallToSession = (trx: Trx, idHash: string, tenant: Tenant) =>
  trx
    .insertInto('session_install')
    .values({ id_hash: idHash, ...tenantColumns(tenant) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();

/**
 * The session of a cookie's value. Undefined when it is unknown or expired, or its installs have been erased or shut out.
 */
export async function findSession(ctx: Context, id: string): Promise<Session | undefined> {
  const idHash = sha256(id);
  const row = await ctx.db
    .selectFrom('session')
    .selectAll()
    .where('id_hash', '=', idHash)
    .where('expires_at', '>', ctx.clock.now())
    .executeTakeFirst();
  if (!row) return undefined;
  const installs = await installsOfSession(ctx.db, idHash);
  const install =
    installs.find((one) => one.account_id === row.account_id && one.livemode === row.livemode) ?? installs[0];
  if (!install) return undefined;
  const { kind, created_at: createdAt, used_at: usedAt } = row;
  return { idHash, kind, tenant: tenantOf(install), install, installs, createdAt, usedAt };
}

const installsOfSession = (db: Db, idHash: string): Promise<Install[]> =>
  db
    .selectFrom('session_install')
    .innerJoin('install', (join) =>
      join
        .onRef('install.account_id', '=', 'session_install.account_id')
        .onRef('install.livemode', '=', 'session_install.livemode'),
    )
    .selectAll('install')
    .where('session_install.id_hash', '=', idHash)
    .where('install.shut_out_at', 'is', null)
    .orderBy('install.id')
    .execute();

/** Notes that the session is used, at most once an hour. True when it did: the cookie has to be sent again. */
export async function noteUse(ctx: Context, { idHash, createdAt, usedAt }: Session): Promise<boolean> {
  const now = ctx.clock.now();
  if (now - usedAt < NOTED_AFTER_MS) return false;
  const times = { used_at: now, expires_at: endOf(createdAt, now) };
  await ctx.db.updateTable('session').set(times).where('id_hash', '=', idHash).execute();
  return true;
}

export interface SessionView {
  idHash: string;
  kind: Session['kind'];
  browser: string | null;
  /** Epoch milliseconds. */
  createdAt: number;
  usedAt: number;
}

/** Those that hold the install, whoever's they are; the last used first. `now` in epoch milliseconds. */
export async function listSessions(db: Db, tenant: Tenant, now: number): Promise<SessionView[]> {
  const rows = await ofInstall(db, tenant)
    .selectAll()
    .where('expires_at', '>', now)
    .orderBy('used_at', 'desc')
    .orderBy('id_hash')
    .execute();
  return rows.map(({ id_hash, kind, browser, created_at, used_at }) => ({
    idHash: id_hash,
    kind,
    browser,
    createdAt: created_at,
    usedAt: used_at,
  }));
}

const ofInstall = (db: Db, tenant: Tenant) =>
  db
    .selectFrom('session')
    .where('id_hash', 'in', (eb) => eb.selectFrom('session_install').select('id_hash').where(ofTenant(tenant)));

/** Ends one of those that hold the install. False when there is none of that id. */
export const endSessionOf = (db: Db, tenant: Tenant, idHash: string): Promise<boolean> =>
  transact(db, async (trx) => {
    const held = await ofInstall(trx, tenant).select('id_hash').where('id_hash', '=', idHash).executeTakeFirst();
    if (held) await endSession(trx, idHash);
    return held !== undefined;
  });

/** Brings another install of the session on screen. False when the session doesn't hold it. */
export async function switchInstall(db: Db, session: Session, installId: string): Promise<boolean> {
  const install = session.installs.find((one) => one.id === installId);
  if (!install) return false;
  await db
    .updateTable('session')
    .set(tenantColumns(tenantOf(install)))
    .where('id_hash', '=', session.idHash)
    .execute();
  return true;
}

export const signOut = (db: Db, { idHash }: Session): Promise<void> => transact(db, (trx) => endSession(trx, idHash));

async function endSession(trx: Trx, idHash: string): Promise<void> {
  await trx.deleteFrom('session_install').where('id_hash', '=', idHash).execute();
  await trx.deleteFrom('session').where('id_hash', '=', idHash).execute();
}

/** Ends every session that holds the install, those of other people too. */
export const signOutEverywhere = (db: Db, tenant: Tenant): Promise<void> =>
  transact(db, async (trx) => {
    const ids = trx.selectFrom('session_install').select('id_hash').where(ofTenant(tenant));
    await trx.deleteFrom('session').where('id_hash', 'in', ids).execute();
    await trx.deleteFrom('session_install').where(ofTenant(tenant)).execute();
  });

/**
 * Removes the install from every session but `keep`, the id hash of the one that disconnected it and may still erase its
 * data. Sessions that have it on screen switch to another of their installs, or end.
 */
export async function removeInstallFromSessions(trx: Trx, tenant: Tenant, keep?: string): Promise<void> {
  const spared = keep ?? '';
  await trx.deleteFrom('session_install').where(ofTenant(tenant)).where('id_hash', '!=', spared).execute();
  const orphans = await trx
    .selectFrom('session')
    .select('id_hash')
    .where(ofTenant(tenant))
    .where('id_hash', '!=', spared)
    .execute();
  for (const { id_hash: idHash } of orphans) {
    const other = await trx
      .selectFrom('session_install')
      .select(['account_id', 'livemode'])
      .where('id_hash', '=', idHash)
      .executeTakeFirst();
    if (other) await trx.updateTable('session').set(other).where('id_hash', '=', idHash).execute();
    else await trx.deleteFrom('session').where('id_hash', '=', idHash).execute();
  }
}

const EXPIRING = [
  ['session', 'id_hash'],
  ['oauth_state', 'state_hash'],
  ['link_token', 'token_hash'],
] as const;
const EXPIRED_AT_ONCE = 1_000;

/** Deletes what ended before now (epoch milliseconds), a batch of each; returns how many rows. */
export async function deleteExpired(db: Db, now: number): Promise<number> {
  let deleted = 0;
  for (const [table, key] of EXPIRING) {
    const { numDeletedRows } = await db
      .deleteFrom(table as 'session')
      .where(key as 'id_hash', 'in', (eb) =>
        eb
          .selectFrom(table as 'session')
          .select(key as 'id_hash')
          .where('expires_at', '<=', now)
          .limit(EXPIRED_AT_ONCE),
      )
      .executeTakeFirst();
    deleted += Number(numDeletedRows);
  }
  return deleted;
}
