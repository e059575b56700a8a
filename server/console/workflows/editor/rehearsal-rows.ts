/** A rehearsal's sample as the page shows it. */
import type { Rehearsal } from '../../../../shared/api';
import { nameStep } from '../../../../shared/words/workflows';
import { findStep, type Definition } from '../../../../shared/workflow';
import { findAddresses } from '../../../audience/find-addresses';
import type { Db } from '../../../db/schema';
import type { Tenant } from '../../../db/tenant';
import type { RehearsalRow } from './rehearsal';

/** `draft` is what was rehearsed. */
export async function rehearsalRows(
  db: Db,
  tenant: Tenant,
  draft: Definition,
  { sample }: Rehearsal,
): Promise<RehearsalRow[]> {
  const contacts = sample.map(({ contact }) => contact);
  const addresses = await findAddresses(db, tenant, contacts);
  return sample.map((one, n) => {
    const placed = one.step === null ? undefined : findStep(draft, one.step);
    return {
      ...one,
      id: String(n),
      address: addresses.get(one.contact) ?? null,
      stepName: placed ? nameStep(placed.step) : null,
      place: placed && one.subject !== null ? placed.path.join('.') : null,
    };
  });
}
