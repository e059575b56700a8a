/** What each install's contacts pay per month is noted for the day: nobody could tell later. */
import { noteMrr } from '../audience/mrr';
import type { Context } from '../context';
import { tenantOf } from '../db/tenant';
import { listConnected } from '../installs/installs';
import { dayOf } from '../local-days';
import { readSettings } from '../settings/settings';

/** Installs of one turn. */
const AT_ONCE = 20;

/** Of the installs after that one, in the order of their ids; returns the last it came to, undefined at the end. */
export async function noteRevenue({ db, clock }: Context, after: string | undefined): Promise<string | undefined> {
  const installs = await listConnected(db, after, AT_ONCE);
  for (const install of installs) {
    const tenant = tenantOf(install);
    const { timezone } = await readSettings(db, tenant);
    await noteMrr(db, tenant, dayOf(clock.now(), timezone));
  }
  return installs.length < AT_ONCE ? undefined : installs.at(-1)?.id;
}
