/** The audience, one contact, and the audience as a file. */
import { Router, type Request, type Response } from 'express';
import { splitAddresses } from '../../../shared/addresses';
import { capitalize } from '../../../shared/capitalize';
import { userGroupSchema } from '../../../shared/user-group';
import { changeAddress, changeContact, hasCustomer, saveNote } from '../../audience/change-contact';
import { listContactJobs } from '../../audience/contact-jobs';
import { findContact, readContact } from '../../audience/contacts';
import { countContacts, pageContacts } from '../../audience/list-contacts';
import type { ContactFilter } from '../../audience/contact-filter';
import { cleanName } from '../../audience/name';
import { listFilters } from '../../audience/saved-filters';
import { changeConsent, type ConsentChange } from '../../audience/consent';
import { findLists, findMemberships } from '../../audience/mailing-lists';
import { liftRefusal, liftSuppression } from '../../audience/suppressions';
import type { Context } from '../../context';
import type { Row } from '../../db/schema';
import { tenantKey, type Tenant } from '../../db/tenant';
import { transact } from '../../db/transact';
import { deleteContact } from '../../audience/save';
import { AppError, invalid } from '../../errors';
import { requireFullSession } from '../../installs/session-middleware';
import { createMemory } from '../../memory';
import { withNotice, type Done } from '../notices';
import { formOf, getFound, idOf, PAGE_SIZE, queryOf, textIn, type Form } from '../read-request';
import type { SectionParts } from '../section';
import { sendPage } from '../send';
import { tenantOn, timeZoneOf } from '../viewer';
import { isFirstPage, PAGE_QUERY, placeOf, type PageQuery } from '../components/pages';
import { AudiencePage } from './audience';
import { ContactPage, PROFILE_FIELDS, type ContactPageProps, type ProfileTyped } from './contact';
import { createAudienceExport } from './contact-csv';
import { FILTER_QUERY, type AudienceFilter, type RefusedName } from './filters';
import { contactFilterOf, workRoutes } from './work-routes';
import { importRoutes } from './import-routes';
import { faultOfAddress } from './taken-address';
import { readTimeline } from './read-timeline';

const SHOWN_JOBS = 5;
const COUNT_MS = 15_000;

export function audienceRoutes(ctx: Context, parts: SectionParts): Router {
  const { form, userGroups } = parts;
  const router = Router();
  const { db, clock } = ctx;

  async function showList(
    res: Response,
    filter: AudienceFilter,
    { place = {}, refused, problem }: { place?: PageQuery; refused?: RefusedName; problem?: string } = {},
  ): Promise<void> {
    const tenant = tenantOn(res);
    const asked = contactFilterOf(filter, timeZoneOf(res));
    const contacts = await pageContacts(db, tenant, { ...asked, limit: PAGE_SIZE, ...placeOf(place) });
    const isAll = !contacts.has_more && isFirstPage(place);
    const count = isAll ? contacts.data.length : await counts(tenant, asked);
    const groups = await userGroups(tenant);
    const filters = await listFilters(db, tenant);
    const jobs = (await listContactJobs(db, tenant, SHOWN_JOBS)).filter(({ finished_at }) => finished_at === null);
    const shown = { contacts, count, filter, filters, jobs, place, refused, problem };
    sendPage(ctx, res, <AudiencePage {...shown} userGroups={groups} />, { status: refused || problem ? 400 : 200 });
  }
  router.get('/audience', (req, res) => showList(res, queryOf(req, FILTER_QUERY), { place: queryOf(req, PAGE_QUERY) }));

  /** Counting goes through all contacts: paging back and forth needn't do so anew. */
  const remembered = createMemory<number>(COUNT_MS);
  const counts = (tenant: Tenant, filter: ContactFilter) =>
    remembered(`${tenantKey(tenant)} ${JSON.stringify(filter)}`, clock.now(), () => countContacts(db, tenant, filter));

  const sendFile = createAudienceExport(db);
  router.use(importRoutes(ctx, parts));
  router.use(workRoutes(ctx, parts, { sendFile, showList }));
  router.get('/audience.csv', requireFullSession, async (req, res) => {
    await sendFile(res, tenantOn(res), contactFilterOf(queryOf(req, FILTER_QUERY), timeZoneOf(res)));
  });

  async function show(
    req: Request,
    res: Response,
    refused: Pick<ContactPageProps, 'refused' | 'refusedProfile'> = {},
  ): Promise<void> {
    const tenant = tenantOn(res);
    const contact = getFound(await readContact(db, tenant, idOf(req)));
    const { entries, hasMore } = await readTimeline(db, tenant, contact.id);
    const names = new Map((await findLists(db, tenant)).map(({ id, name }) => [id, name]));
    const memberships = await findMemberships(db, tenant, contact.id);
    const lists = memberships.flatMap(({ list_id, is_member }) => {
      const name = names.get(list_id);
      return name === undefined ? [] : { name, isMember: is_member === 1 };
    });
    const note = (await findContact(db, tenant, contact.id))?.note ?? null;
    const own = { hasCustomer: await hasCustomer(db, tenant, contact.id), userGroups: await userGroups(tenant) };
    const rest = { lists, note, ...own, ...refused };
    const page = <ContactPage contact={contact} timeline={entries} hasMore={hasMore} {...rest} />;
    sendPage(ctx, res, page, { status: Object.keys(refused).length > 0 ? 400 : 200 });
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
      const named = bad === undefined ? capitalize(words) : `“${bad}” ${words}`;
      return show(req, res, { refused: { typed, words: named } });
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
    await liftRefusal(db, tenant, getFound(contact.billing_contacts.find((one) => one.email === email)).email);
  });
  router.post('/audience/:id/profile', ...form, async (req, res) => {
    const tenant = tenantOn(res);
    const contact = getFound(await findContact(db, tenant, idOf(req)));
    const fields = formOf(req);
    const typed = Object.fromEntries(PROFILE_FIELDS.map((name) => [name, textIn(fields, name)])) as ProfileTyped;
    const named = Object.fromEntries(
      (['first_name', 'last_name'] as const).flatMap((name) =>
        fields[name] === undefined ? [] : [[name, cleanName(typed[name])]],
      ),
    );
    const changed = { ...named, user_group: groupIn(fields) };
    try {
      await transact(db, async (trx) => {
        if (fields.email !== undefined) await changeAddress(trx, tenant, contact.id, typed.email, clock.now());
        await changeContact(trx, tenant, contact.id, changed, clock.now());
      });
    } catch (error) {
      if (!(error instanceof AppError) || error.param !== 'email') throw error;
      return show(req, res, { refusedProfile: { typed, words: await faultOfAddress(db, tenant, error, typed.email) } });
    }
    const after = await findContact(db, tenant, contact.id);
    const hasLeft = after?.status === 'unsubscribed' && contact.status !== 'unsubscribed';
    res.redirect(303, withNotice(ctx, res, `/audience/${contact.id}`, hasLeft ? 'profile_unsubscribed' : 'profile'));
  });
  change('note', 'note', (tenant, { id }, fields) => saveNote(db, tenant, id, textIn(fields, 'note'), clock.now()));
  change('delete', 'contact_deleted', (_tenant, contact) =>
    transact(db, (trx) => deleteContact(trx, contact, clock.now())),
  );

  return router;
}

function groupIn(fields: Form): string | null {
  const parsed = userGroupSchema.safeParse(textIn(fields, 'user_group'));
  if (!parsed.success) throw invalid(parsed.error, 'User group');
  return parsed.data;
}
