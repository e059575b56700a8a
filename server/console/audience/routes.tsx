/** The audience, one contact, and the audience as a file. */
import { once } from 'node:events';
import { Router } from 'express';
import { CONTACT_STATUSES, SUBSCRIPTION_STATUSES } from '../../../shared/api';
import { oneOf } from '../../../shared/one-of';
import { userGroupSchema } from '../../../shared/user-group';
import {
  countContacts,
  findContact,
  listContacts,
  readContact,
  resubscribeContact,
  setUserGroup,
  unsubscribeContact,
  type ContactFilter,
} from '../../audience/contacts';
import { liftSuppression } from '../../audience/suppressions';
import type { Context } from '../../context';
import type { Tenant } from '../../db/tenant';
import { transact } from '../../db/transact';
import { deleteContact } from '../../audience/save';
import { invalid } from '../../errors';
import { requireFullSession } from '../../installs/session-middleware';
import { withNotice } from '../notices';
import { formOf, getFound, idOf, PAGE_SIZE, queryOf, textIn, type Form } from '../read-request';
import type { SectionParts } from '../section';
import { sendPage } from '../send';
import { tenantOn } from '../viewer';
import { AudiencePage, type AudienceQuery } from './audience';
import { ContactPage } from './contact';
import { contactLine, CSV_HEAD } from './contact-csv';
import { readTimeline } from './read-timeline';

const QUERY = ['query', 'status', 'user_group', 'subscription_status', 'starting_after'] as const;
const EXPORT_BATCH = 500;

export function audienceRoutes(ctx: Context, { form, userGroups }: SectionParts): Router {
  const router = Router();
  const { db, clock } = ctx;

  router.get('/audience', async (req, res) => {
    const tenant = tenantOn(res);
    const query = queryOf(req, QUERY);
    const filter = filterOf(query);
    const page = { limit: PAGE_SIZE, ...(query.starting_after ? { starting_after: query.starting_after } : {}) };
    const contacts = await listContacts(db, tenant, { ...filter, ...page });
    const isAll = !contacts.has_more && !query.starting_after;
    const count = isAll ? contacts.data.length : await countContacts(db, tenant, filter);
    const groups = await userGroups(tenant);
    sendPage(ctx, res, <AudiencePage contacts={contacts} count={count} query={query} userGroups={groups} />);
  });

  router.get('/audience.csv', requireFullSession, async (req, res) => {
    const [tenant, filter] = [tenantOn(res), filterOf(queryOf(req, QUERY))];
    res.set({
      'Content-Type': 'text/csv; charset=utf-8',
      'Content-Disposition': 'attachment; filename="audience.csv"',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    });
    res.write(CSV_HEAD);
    for (let after: string | undefined, isMore = true; isMore && !res.destroyed;) {
      const { data, has_more } = await listContacts(db, tenant, {
        ...filter,
        limit: EXPORT_BATCH,
        ...(after ? { starting_after: after } : {}),
      });
      if (!res.write(data.map(contactLine).join('')) && !res.destroyed)
        await Promise.race([once(res, 'drain'), once(res, 'close')]);
      after = data.at(-1)?.id;
      isMore = has_more;
    }
    res.end();
  });

  router.get('/audience/:id', async (req, res) => {
    const tenant = tenantOn(res);
    const contact = getFound(await readContact(db, tenant, idOf(req)));
    const { entries, hasMore } = await readTimeline(db, tenant, contact.id);
    sendPage(
      ctx,
      res,
      <ContactPage contact={contact} timeline={entries} hasMore={hasMore} userGroups={await userGroups(tenant)} />,
    );
  });

  /** A form of the contact's page that changes one thing about it. */
  const change = (
    name: string,
    done: Parameters<typeof withNotice>[1],
    act: (tenant: Tenant, contact: Row, fields: Form) => Promise<unknown>,
  ) =>
    router.post(
      `/audience/:id/${name}`,
      ...form,
      ...(name === 'delete' ? [requireFullSession] : []),
      async (req, res) => {
        const tenant = tenantOn(res);
        const contact = getFound(await findContact(db, tenant, idOf(req)));
        await act(tenant, contact, formOf(req));
        res.redirect(303, withNotice(name === 'delete' ? '/audience' : `/audience/${contact.id}`, done));
      },
    );
  type Row = NonNullable<Awaited<ReturnType<typeof findContact>>>;

  change('unsubscribe', 'unsubscribed', (tenant, { id }) => unsubscribeContact(db, tenant, id, clock.now()));
  change('resubscribe', 'resubscribed', (tenant, { id }) => resubscribeContact(db, tenant, id, clock.now()));
  change('lift', 'lifted', (tenant, { email }) => liftSuppression(db, tenant, email));
  change('group', 'group', (tenant, { id }, fields) => setUserGroup(db, tenant, id, groupIn(fields), clock.now()));
  change('delete', 'contact_deleted', (_tenant, contact) =>
    transact(db, (trx) => deleteContact(trx, contact, clock.now())),
  );

  return router;
}

function filterOf(query: AudienceQuery): ContactFilter {
  const status = oneOf(CONTACT_STATUSES, query.status);
  const subscription_status = oneOf(SUBSCRIPTION_STATUSES, query.subscription_status);
  return {
    ...(query.query ? { query: query.query } : {}),
    ...(status ? { status } : {}),
    ...(query.user_group ? { user_group: query.user_group } : {}),
    ...(subscription_status ? { subscription_status } : {}),
  };
}

function groupIn(fields: Form): string | null {
  const parsed = userGroupSchema.safeParse(textIn(fields, 'user_group'));
  if (!parsed.success) throw invalid(parsed.error, 'User group');
  return parsed.data;
}
