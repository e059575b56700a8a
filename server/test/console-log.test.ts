/** What the console's lists find and its pages tell: of contacts, of events and what they set going, of times; and its help. */
import { gzipSync } from 'node:zlib';
import { HELP_AREAS, TERMS } from '../../shared/words/help';
import { openSession, type Session } from '../installs/sessions';
import { deleteContact } from '../audience/save';
import { findContactByEmail } from '../audience/contacts';
import { transact } from '../db/transact';
import { activateWorkflow, createWorkflow } from '../workflows/workflows';
import { changeSettings } from '../settings/settings';
import { createBrowserClient, type BrowserClient } from './browser-client';
import { ENGINES } from './databases';
import { lending, TEST, type Tillpost } from './harness';

const withTillpost = lending(async (tillpost) => {
  await tillpost.connect();
  await tillpost.enable();
});

async function signedIn(tillpost: Tillpost, kind: Session['kind'] = 'full'): Promise<BrowserClient> {
  const client = createBrowserClient(tillpost.url);
  client.jar.set('tillpost_session', await openSession(tillpost.ctx, { tenant: TEST, kind, previous: undefined }));
  return client;
}

const text = async (client: BrowserClient, path: string) => (await client.get(path)).text();

async function happen(tillpost: Tillpost, ...[type, options]: Parameters<Tillpost['localStripe']['trigger']>) {
  tillpost.clock.advance(2_000);
  const { id, data } = await tillpost.localStripe.trigger(type, { account: TEST.accountId, ...options });
  await tillpost.localStripe.idle();
  await tillpost.worker.drain();
  return { id, object: data.object as unknown as { id: string; customer?: string; subscription?: string } };
}

async function activate({ db, clock }: Tillpost, template: string): Promise<void> {
  const { id } = await createWorkflow(db, TEST, { template }, clock.now());
  await activateWorkflow(db, TEST, id, clock.now());
}

/** The ids of the contacts or events that a list links, in order. */
const linked = (page: string, path: string) => [
  ...new Set([...page.matchAll(new RegExp(`class="row-link" href="/${path}/([\\w.-]+)"`, 'g'))].map(([, id]) => id)),
];

describe.each(ENGINES)('on %s', (engine) => {
  it('finds a contact by parts of name and address in any order, whatever the accents and capitals', () =>
    withTillpost({ engine }, async (tillpost) => {
      await happen(tillpost, 'customer.created', { email: 'z.o@example.com', name: 'Zoë Öztürk' });
      await happen(tillpost, 'customer.created', { email: 'else@example.com', name: 'Somebody Else' });
      const client = await signedIn(tillpost);
      const found = async (query: string) =>
        linked(await text(client, `/audience?query=${encodeURIComponent(query)}`), 'audience').length;
      for (const query of ['ZOË', 'öztürk', 'zoe', 'OZTURK zoë', 'z.o@ zoe', 'tür'])
        expect([query, await found(query)]).toEqual([query, 1]);
      for (const query of ['%', '_', 'zoe else', "'"]) expect([query, await found(query)]).toEqual([query, 0]);
    }));

  it('finds a contact by its new name once it was renamed', () =>
    withTillpost({ engine }, async (tillpost) => {
      await happen(tillpost, 'customer.created', { email: 'ren@example.com', name: 'Anna Bell' });
      const { id } = (await findContactByEmail(tillpost.db, TEST, 'ren@example.com'))!;
      await tillpost.call('contacts/save', { id, first_name: 'Åsa' });
      const client = await signedIn(tillpost);
      expect(linked(await text(client, '/audience?query=asa'), 'audience')).toEqual([id]);
      expect(linked(await text(client, '/audience?query=anna'), 'audience')).toEqual([]);
    }));

  it('finds whose a customer, an invoice or a subscription is', () =>
    withTillpost({ engine }, async (tillpost) => {
      await happen(tillpost, 'customer.created', { email: 'other@example.com' });
      const { object: invoice } = await happen(tillpost, 'invoice.payment_failed', { email: 'payer@example.com' });
      const { object: subscription } = await happen(tillpost, 'customer.subscription.created', {
        email: 'payer@example.com',
      });
      const payer = (await findContactByEmail(tillpost.db, TEST, 'payer@example.com'))!;
      const client = await signedIn(tillpost);
      for (const id of [invoice.id, invoice.customer!, subscription.id])
        expect([id, linked(await text(client, `/audience?query=${id}`), 'audience')]).toEqual([id, [payer.id]]);
      expect(linked(await text(client, '/audience?query=in_unknown'), 'audience')).toEqual([]);
    }));

  it('filters the log by part of an address, page by page', () =>
    withTillpost({ engine }, async (tillpost) => {
      const wanted: string[] = [];
      for (let n = 0; n < 28; n++) {
        wanted.push((await happen(tillpost, 'customer.created', { email: `p${n % 3}@acme.example` })).id);
        if (n % 4 === 0) await happen(tillpost, 'customer.created', { email: 'q@else.example' });
      }
      const client = await signedIn(tillpost);
      const first = await text(client, '/events?contact=acme.ex');
      expect(linked(first, 'events')).toEqual(wanted.toReversed().slice(0, 25));
      const next = /href="(\/events\?[^"]*starting_after[^"]*)"/.exec(first)?.[1]?.replaceAll('&amp;', '&') ?? '';
      expect(linked(await text(client, next), 'events')).toEqual(wanted.toReversed().slice(25));
      expect(linked(await text(client, '/events?contact=p1%40acme.example'), 'events')).toHaveLength(9);
      expect(linked(await text(client, '/events?contact=acme&type=invoice.paid'), 'events')).toEqual([]);
      expect(await text(client, '/events?contact=nobody')).toContain('No event matches');
    }));

  it('finds emails by part of an address or name, whatever else is asked', () =>
    withTillpost({ engine }, async (tillpost) => {
      await activate(tillpost, 'payment_failed');
      await happen(tillpost, 'invoice.payment_failed', { email: 'zoe@acme.example', name: 'Zoë Öztürk' });
      await happen(tillpost, 'invoice.payment_failed', { email: 'bob@else.example', name: 'Bob' });
      const { db } = tillpost;
      const [zoe, bob] = await db.selectFrom('email').selectAll().orderBy('id').execute();
      const { kind, status, reason, workflow_id, step_id } = zoe!;
      await db.updateTable('email').set({ clicked_at: 5, bounced_at: 6 }).where('id', '=', zoe!.id).execute();
      const client = await signedIn(tillpost);
      const found = async (query: Record<string, string>) =>
        linked(await text(client, `/emails?${new URLSearchParams(query).toString()}`), 'emails');
      const both = [bob!.id, zoe!.id];
      expect(await found({ contact: 'example' })).toEqual(both);
      expect(await found({ contact: 'ozturk' })).toEqual([zoe!.id]);
      expect(await found({ contact: 'bob@else.example' })).toEqual([bob!.id]);
      expect(await text(client, '/emails?contact=nobody')).toContain('No email matches');

      const of = {
        kind,
        status,
        reason: reason ?? '',
        workflow: workflow_id ?? '',
        step: step_id ?? '',
        contact: 'example',
      };
      for (const names of [
        ['kind'],
        ['kind', 'status'],
        ['reason'],
        ['workflow', 'step'],
        ['workflow', 'reason', 'status'],
      ] as const) {
        const asked = Object.fromEntries(names.map((name) => [name, of[name]]));
        expect([names, await found(asked)]).toEqual([names, both]);
        for (const fate of ['clicked', 'bounced'])
          for (const more of [{}, { contact: of.contact }] as Record<string, string>[])
            expect([names, fate, await found({ ...asked, ...more, fate })]).toEqual([names, fate, [zoe!.id]]);
        expect([names, await found({ ...asked, fate: 'complained' })]).toEqual([names, []]);
      }
    }));

  it('names an address once in a line of the log', () =>
    withTillpost({ engine }, async (tillpost) => {
      await happen(tillpost, 'customer.created', { email: 'once@example.com' });
      const page = await text(await signedIn(tillpost), '/events');
      const [row = ''] = /<tr role="row"><td.*?once@example\.com.*?<\/tr>/s.exec(page) ?? [];
      expect(row.replace(/<[^>]*>/g, ' ').match(/once@example\.com/g)).toHaveLength(1);
      expect(row).toContain('Created contact');
    }));

  it('links what an event set going, with its amount and invoice', () =>
    withTillpost({ engine }, async (tillpost) => {
      await activate(tillpost, 'payment_failed');
      const { id, object } = await happen(tillpost, 'invoice.payment_failed', { email: 'owes@example.com' });
      const run = await tillpost.db.selectFrom('run').selectAll().executeTakeFirstOrThrow();
      const email = await tillpost.db.selectFrom('email').selectAll().executeTakeFirstOrThrow();
      const client = await signedIn(tillpost);
      const page = await text(client, `/events/${id}`);
      expect(page).toContain(`href="/workflows/${run.workflow_id}/runs/${run.id}"`);
      expect(page).toContain(`href="/emails/${email.id}"`);
      expect(page).toContain(`https://dashboard.stripe.com/test/invoices/${object.id}`);
      expect(page).toMatch(/<dt>Amount<\/dt><dd>\$\d/);
    }));

  it('keeps who had an event run again, when, and what came of it', () =>
    withTillpost({ engine }, async (tillpost) => {
      await tillpost.enable({ 'customer.created': { enabled: false } });
      const { id } = await happen(tillpost, 'customer.created', { email: 'again@example.com' });
      const client = await signedIn(tillpost);
      expect(await text(client, `/events/${id}`)).not.toContain('What came of it');
      const replay = async (whose: BrowserClient) => {
        tillpost.clock.advance(60_000);
        const csrf_token = await whose.csrfToken();
        expect((await whose.post(`/events/${id}/replay`, { csrf_token })).status).toBe(303);
        await tillpost.worker.drain();
      };
      await replay(client);
      await tillpost.enable();
      await replay(await signedIn(tillpost, 'dashboard'));
      tillpost.clock.advance(60_000);
      await tillpost.call('events/replay', { id }, { user: 'usr_mira' });
      await tillpost.worker.drain();

      const [, table = ''] = /When this event ran again(.*?)<\/table>/s.exec(await text(client, `/events/${id}`)) ?? [];
      const rows = table
        .split('<tr')
        .slice(2)
        .map((row) => row.replace(/<[^>]*>/g, ' '));
      expect(rows).toEqual([
        expect.stringMatching(/Stripe App\s+usr_mira\s+Processed\s+Matched contact again@example\.com/),
        expect.stringMatching(/opened from the Dashboard\s+Processed\s+Created contact again@example\.com/),
        expect.stringMatching(/Console\s+Ignored/),
      ]);

      const contact = (await findContactByEmail(tillpost.db, TEST, 'again@example.com'))!;
      await transact(tillpost.db, (trx) => deleteContact(trx, contact, tillpost.clock.now()));
      expect(await tillpost.db.selectFrom('event_replay').selectAll().execute()).toEqual([]);
    }));

  it('writes dates and amounts as the install does, and names its zone once', () =>
    withTillpost({ engine }, async (tillpost) => {
      const writing = { locale: 'de-DE', timezone: 'Europe/Istanbul' };
      await changeSettings(tillpost.db, TEST, writing, tillpost.clock.now());
      const { id } = await happen(tillpost, 'invoice.paid', { email: 'paid@example.com' });
      const client = await signedIn(tillpost);
      const page = await text(client, `/events/${id}`);
      const { received_at } = await tillpost.db
        .selectFrom('event')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      const seconds = new Intl.DateTimeFormat('de-DE', { timeStyle: 'medium', timeZone: 'Europe/Istanbul' });
      expect(page).toContain(seconds.format(Number(received_at)));
      expect(page).toMatch(/<dt>Amount<\/dt><dd>[\d.,]+\u00a0\$/);
      expect(page.match(/Times in Europe\/Istanbul/g)).toHaveLength(1);
      expect(await tillpost.call('overview')).toMatchObject(writing);
    }));

  it('writes until when a run waits as a time of the install', () =>
    withTillpost({ engine }, async (tillpost) => {
      await activate(tillpost, 'payment_failed');
      await happen(tillpost, 'invoice.payment_failed', { email: 'waits@example.com' });
      const run = await tillpost.db.selectFrom('run').selectAll().executeTakeFirstOrThrow();
      const page = await text(await signedIn(tillpost), `/workflows/${run.workflow_id}/runs/${run.id}`);
      expect(page).toMatch(/Waits until <time [^>]*>[A-Z][a-z]{2} \d/);
      expect(page).toContain('Goes on after this wait');
      expect(page.replace(/<[^>]*>/g, '')).not.toMatch(/\d{4}-\d\d-\d\dT/);
    }));
});

it('shows a mail that runs nothing, whatever is in it', () =>
  withTillpost({}, async (tillpost) => {
    await activate(tillpost, 'new_customer');
    await happen(tillpost, 'customer.created', { email: 'h@example.com', name: '<script>alert(1)</script>' });
    const { id } = await tillpost.db.selectFrom('email').select('id').executeTakeFirstOrThrow();
    const client = await signedIn(tillpost);
    expect(await text(client, `/emails/${id}`)).toContain(`src="/emails/${id}/html" sandbox="allow-same-origin"`);
    const mail = await client.get(`/emails/${id}/html`);
    const policy = (mail.headers.get('content-security-policy') ?? '').split(';');
    expect(policy).toEqual(
      expect.arrayContaining(['sandbox allow-same-origin', "default-src 'none'", "form-action 'none'"]),
    );
    expect(policy.filter((part) => part.startsWith('script-src'))).toEqual([]);
    expect(await mail.text()).not.toContain('<script');
  }));

it('explains every word of ours on some page of help, to visitors too', () =>
  withTillpost({}, async (tillpost) => {
    const pages = await Promise.all(HELP_AREAS.map((area) => text(createBrowserClient(tillpost.url), `/help/${area}`)));
    for (const key of Object.keys(TERMS)) expect(pages.filter((page) => page.includes(`id="${key}"`))).not.toEqual([]);
    const client = await signedIn(tillpost);
    expect(await text(client, '/help/emails')).toContain('aria-current="page"');
    expect((await client.get('/help/elsewhere')).status).toBe(404);
    expect((await client.get('/help')).headers.get('location')).toBe('/help/overview');
  }));

it('says what would appear where there is nothing yet, and what to do', () =>
  withTillpost({}, async (tillpost) => {
    const client = await signedIn(tillpost);
    for (const path of ['/audience', '/workflows', '/emails', '/recovery']) {
      const [, empty = ''] = /<div class="empty">(.*?)<\/div><\/div>/s.exec(await text(client, path)) ?? [];
      expect([path, empty]).toEqual([path, expect.stringMatching(/<p>[^<]{60,}/)]);
      expect([path, empty]).toEqual([path, expect.stringContaining('class="button')]);
    }
  }));

const COLD_BYTES = 200_000;

/** As it travels: scripts and styles are compressed. */
const bytesOf = async (client: BrowserClient, path: string): Promise<number> =>
  Number((await client.get(path)).headers.get('content-length') ?? NaN);

it('sends no page of the console of over 200 kB, scripts and styles included', () =>
  withTillpost({}, async (tillpost) => {
    await activate(tillpost, 'payment_failed');
    let last = '';
    for (let n = 0; n < 30; n++) last = (await happen(tillpost, 'customer.created', { email: `p${n}@example.com` })).id;
    const failed = await happen(tillpost, 'invoice.payment_failed', { email: 'p1@example.com' });
    const email = await tillpost.db.selectFrom('email').select('id').executeTakeFirstOrThrow();
    const contact = (await findContactByEmail(tillpost.db, TEST, 'p1@example.com'))!;
    const client = await signedIn(tillpost);
    const paths = ['/events', `/events/${last}`, `/events/${failed.id}`, '/audience', `/audience/${contact.id}`];
    paths.push(
      '/emails',
      `/emails/${email.id}`,
      '/recovery',
      '/workflows',
      '/workflows/new',
      '/settings/stripe',
      '/help/events',
    );
    for (const path of paths) {
      const page = await text(client, path);
      const assets = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, asset]) => asset!);
      const frames = [...page.matchAll(/<iframe[^>]* src="([^"]+)"/g)].map(([, frame]) => frame!);
      const sent = await Promise.all([path, ...new Set(assets), ...frames].map((one) => bytesOf(client, one)));
      const bytes = sent.reduce((sum, one) => sum + one, 0);
      expect(assets.length).toBeGreaterThan(2);
      expect([path, bytes < COLD_BYTES || bytes]).toEqual([path, true]);
      expect(gzipSync(page).length).toBeLessThan(40_000);
    }
  }));
