/** What is wrong with an install and says so on every page of its console until it is put right. */
import type { Row, Trx } from '../db/schema';
import { ofTenant, type Tenant } from '../db/tenant';

export type Trouble = 'webhooks';

export const troublesOf = ({ troubles }: Pick<Row<'install'>, 'troubles'>): Trouble[] =>
  JSON.parse(troubles ?? '[]') as Trouble[];

export async function setTrouble(trx: Trx, tenant: Tenant, trouble: Trouble, isThere: boolean): Promise<void> {
  const install = await trx.selectFrom('install').select('troubles').where(ofTenant(tenant)).executeTakeFirst();
  if (!install || troublesOf(install).includes(trouble) === isThere) return;
  const others = troublesOf(install).filter((one) => one !== trouble);
  const all = isThere ? [...others, trouble] : others;
  const troubles = all.length > 0 ? JSON.stringify(all) : null;
  await trx.updateTable('install').set({ troubles }).where(ofTenant(tenant)).execute();
}
