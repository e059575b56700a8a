/** Whose pages contacts see behind the links in emails. */
import type { Settings } from '../../shared/settings';
import type { Db } from '../db/schema';
import type { Tenant } from '../db/tenant';
import { findInstall } from '../installs/installs';
import { findLogo } from '../settings/logos';
import { lookOf, type Look } from '../settings/look';

/** Each null where it isn't known. */
export interface PageSender {
  name: string | null;
  replyTo: string | null;
  postalAddress: string | null;
  look: Look;
}

export async function readPageSender(
  db: Db,
  tenant: Tenant,
  settings: Pick<Settings, 'sender' | 'brand'>,
): Promise<PageSender> {
  const { sender } = settings;
  const install = await findInstall(db, tenant);
  return {
    name: sender.from_name ?? install?.account_name ?? null,
    replyTo: sender.reply_to,
    postalAddress: sender.postal_address,
    look: lookOf('', settings, await findLogo(db, tenant)),
  };
}
