/** Erasing an install: every row that is the merchant's or a contact's, in bounded batches, the install itself last. */
import { setImmediate as breathe } from 'node:timers/promises';
import { AUDIENCE_TABLES } from '../audience/contacts';
import { eraseContacts } from '../audience/save';
import type { Context } from '../context';
import { eraseBatch } from '../db/erase';
import type { Lease } from '../db/queue';
import { tenantOf, type Tenant } from '../db/tenant';
import { transact } from '../db/transact';
import { EMAIL_TABLES } from '../emails/emails';
import { EVENT_TABLES } from '../events/events';
import { askForErasure, deleteInstall, type Install } from '../installs/installs';
import { FORWARD_TABLES } from '../forwarding/forward-log';
import { OUTBOX_TABLES } from '../outbox/messages';
import { SCHEDULE_TABLES } from '../schedules/ledger';
import { deleteLogo } from '../settings/logos';
import { deleteSettings } from '../settings/settings';
import { WEBHOOK_TABLES } from '../webhooks-out/endpoints';
import { WORKFLOW_TABLES } from '../workflows/workflows';
import { disconnect } from './disconnect';

/** Asks for all data of the install to be erased, disconnecting it first if need be; the loop does it from now on. */
export async function eraseInstall(ctx: Context, tenant: Tenant): Promise<void> {
  await disconnect(ctx, tenant);
  await transact(ctx.db, (trx) => askForErasure(trx, tenant, ctx.clock.now()));
  ctx.nudge();
}

/** What refers to others goes before them, but what rows are made for goes before those rows. */
const TABLES = [
  ...OUTBOX_TABLES,
  ...WEBHOOK_TABLES,
  ...FORWARD_TABLES,
  ...EMAIL_TABLES,
  ...SCHEDULE_TABLES,
  ...WORKFLOW_TABLES,
  ...EVENT_TABLES,
  ...AUDIENCE_TABLES,
];

/**
 * Erases what a claimed, removed install has. Only hashes stay of addresses that must not be mailed: who had
 * unsubscribed must not get mail again because the merchant began anew. Stops early when the claim is lost.
 */
export async function eraseData(ctx: Context, install: Install, lease: Lease): Promise<void> {
  const { db } = ctx;
  const tenant = tenantOf(install);
  const batches = [
    ...TABLES.map((table) => () => eraseBatch(db, tenant, table)),
    () => eraseContacts(db, tenant, ctx.clock.now()),
  ];
  for (const eraseNext of batches)
    while ((await eraseNext()) > 0) {
      if (!(await lease.renew())) return;
      await breathe();
    }
  await transact(db, async (trx) => {
    await deleteLogo(trx, tenant);
    await deleteSettings(trx, tenant);
    await deleteInstall(trx, tenant);
  });
}
