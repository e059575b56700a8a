/** The audience, one contact, and the audience as a file. */
import { Router, type Request, type Response } from 'express';
import { splitAddresses } from '../../../shared/addresses';
import { CONTACT_STATUSES, SUBSCRIPTION_STATUSES } from '../../../shared/api';
import { capitalize } from '../../../shared/capitalize';
import { oneOf } from '../../../shared/one-of';
import { userGroupSchema } from '../../../shared/user-group';
import { changeContact } from '../../audience/change-contact';
import {
  countContacts,
  findContact,
  listContacts,
  readContact,
  setUserGroup,
  type ContactFilter,
} from '../../audience/contacts';
import { changeConsent, type ConsentChange } from '../../audience/consent';
import { findLists, findMemberships } from '../../audience/mailing-lists';
import { liftSuppression } from '../../audience/suppressions';
import type { Context } from '../../context';
import type { Row } from '../../db/schema';
import type { Tenant } from '../../db/tenant';
import { transact } from '../../db/transact';
import { deleteContact } from '../../audience/save';
import { AppError, invalid } from '../../errors';
import { requireFullSession } from '../../installs/session-middleware';
import { rangeOfDays } from '../days';
import { withNotice, type Done } from '../notices';
import { formOf, getFound, idOf, PAGE_SIZE, queryOf, textIn, type Form } from '../read-request';
import type { SectionParts } from '../section';
import { sendPage } from '../send';
import { tenantOn, timeZoneOf } from '../viewer';
import { AudiencePage, type AudienceQuery } from './audience';
import { ContactPage, type ContactPageProps } from './contact';
import { createAudienceExport } from './contact-csv';
import { readTimeline } from './read-timeline';

const QUERY = [
  'query',
  'status',
  'user_group',
  'subscription_status',
  'mrr_in',
  'since',
  'until',
  'starting_after',
] as const;

export function audienceRoutes(ctx: Context, { form, userGroups }: SectionParts): Router {
  const router = Router();
  const { db, clock } = ctx;

  router.get('/audience', async (req, res) => {
    const tenant = tenantOn(res);
    const query = queryOf(req, QUERY);
    const filter = filterOf(query, timeZoneOf(res));
    const { starting_after } = query;
    const contacts = await listContacts(db, tenant, { ...filter, limit: PAGE_SIZE, starting_after });
    const isAll = !contacts.has_more && !starting_after;
    const count = isAll ? contacts.data.length : await countContacts(db, tenant, filter);
    const groups = await userGroups(tenant);
    sendPage(ctx, res, <AudiencePage contacts={contacts} count={count} query={query} userGroups={groups} />);
  });

  const sendFile = createAudienceExport(db);
  router.get('/audience.csv', requireFullSession, async (req, res) => {
    await sendFile(res, tenantOn(res), filterOf(queryOf(req, QUERY), timeZoneOf(res)));
  });

  async function show(req: Request, res: Response, refused?: ContactPageProps['refused']): Promise<void> {
    const tenant = tenantOn(res);
    const contact = getFound(await readContact(db, tenant, idOf(req)));
    const { entries, hasMore } = await readTimeline(db, tenant, contact.id);
    const names = new Map((await findLists(db, tenant)).map(({ id, name }) => [id, name]));
    const memberships = await findMemberships(db, tenant, contact.id);
    const lists = memberships.flatMap(({ list_id, is_member }) => {
      const name = names.get(list_id);
      return name === undefined ? [] : { name, isMember: is_member === 1 };
    });
    const rest = { userGroups: await userGroups(tenant), lists, ...(refused ? { refused } : {}) };
    const page = <ContactPage contact={contact} timeline={entries} hasMore={hasMore} {...rest} />;
    sendPage(ctx, res, page, { status: refused ? 400 : 200 });
  }

  router.get('/audience/:id', (req, res) => show(req, res));

  router.post('/audience/:id/billing-contacts', ...form, async (req, res) => {
    const tenant = tenantOn(res);
    const { id } = getFound(await findContact(db, tenant, idOf(req)));
    const typed = textIn(formOf(req), 'billing_contacts');
    const billing_contacts = splitAddresses(typed);
    try {
      await transact(db, (trx) => changeContact(trx, tenant, id, { billing_contacts }, clock.now()));
    } catch (error) {
      if (!(error instanceof AppError) || !error.param?.startsWith('billing_contacts')) throw error;
      const bad = billing_contacts[Number(error.param.split('.')[1])];
      const words = error.message.replace(/^[\w.]+: /, '');
      return show(req, res, { typed, words: bad === undefined ? capitalize(words) : `“${bad}” ${words}` });
    }
    res.redirect(303, withNotice(ctx, res, `/audience/${id}`, 'billing_contacts'));
  });

  /** A form of the contact's page that changes one thing about it. */
  const change = (
    name: string,
    done: Done,
    act: (tenant: Tenant, contact: Row<'contact'>, fields: Form) => Promise<unknown>,
  ) =>
    router.post(
      `/audience/:id/${name}`,
      ...form,
      ...(name === 'delete' ? [requireFullSession] : []),
      async (req, res) => {
        const tenant = tenantOn(res);
        const contact = getFound(await findContact(db, tenant, idOf(req)));
        await act(tenant, contact, formOf(req));
        res.redirect(303, withNotice(ctx, res, name === 'delete' ? '/audience' : `/audience/${contact.id}`, done));
      },
    );

  const turn =
    (status: ConsentChange['status']) =>
    (tenant: Tenant, { id }: Row<'contact'>) =>
      transact(db, (trx) => changeConsent(trx, tenant, id, { status, cause: 'merchant' }, clock.now()));
  change('unsubscribe', 'unsubscribed', turn('unsubscribed'));
  change('resubscribe', 'resubscribed', turn('subscribed'));
  change('lift', 'lifted', (tenant, { email }) => liftSuppression(db, tenant, email));
  change('billing-contacts/lift', 'lifted', async (tenant, { id }, fields) => {
    const contact = getFound(await readContact(db, tenant, id));
    const email = textIn(fields, 'email');
    await liftSuppression(db, tenant, getFound(contact.billing_contacts.find((one) => one.email === email)).email);
  });
  change('group', 'group', (tenant, { id }, fields) => setUserGroup(db, tenant, id, groupIn(fields), clock.now()));
  change('delete', 'contact_deleted', (_tenant, contact) =>
    transact(db, (trx) => deleteContact(trx, contact, clock.now())),
  );

  return router;
}

const filterOf = (
  { query, status, user_group, subscription_status, mrr_in, since, until }: AudienceQuery,
  timeZone: string,
): ContactFilter => ({
  query,
  status: oneOf(CONTACT_STATUSES, status),
  user_group,
  subscription_status: oneOf(SUBSCRIPTION_STATUSES, subscription_status),
  mrr_in,
  ...rangeOfDays({ since, until }, timeZone),
});

function groupIn(fields: Form): string | null {
  const parsed = userGroupSchema.safeParse(textIn(fields, 'user_group'));
  if (!parsed.success) throw invalid(parsed.error, 'User group');
  return parsed.data;
}
