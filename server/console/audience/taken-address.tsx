/** Why an address that was typed is refused; where another contact has it, with a link to that one. */
import type { ReactNode } from 'react';
import { ADDRESS_WORDS } from '../../../shared/words/contact-work';
import { findIdByAddress } from '../../audience/find-addresses';
import type { Db } from '../../db/schema';
import type { Tenant } from '../../db/tenant';
import { faultOf, type AppError } from '../../errors';

export async function faultOfAddress(db: Db, tenant: Tenant, error: AppError, typed: string): Promise<ReactNode> {
  const id = error.code === 'conflict' ? await findIdByAddress(db, tenant, typed) : undefined;
  if (id === undefined) return faultOf(error);
  return (
    <>
      {ADDRESS_WORDS.another}: <a href={`/audience/${id}`}>see them</a>
    </>
  );
}
