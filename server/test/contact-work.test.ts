/** What people do to contacts: add, edit, note, import from files, change by the many; emails sent again, events replayed by filter. */
import { listConsentChanges } from '../audience/consent';
import { expireContactJob, findContactJob, listContactJobs } from '../audience/contact-jobs';
import { createContactJobQueue } from '../audience/contact-job-queue';
import { changeConsent } from '../audience/consent';
import { deleteContact } from '../audience/save';
import { changeMembership, createList, findMemberships } from '../audience/mailing-lists';
import { suppressAddress } from '../audience/suppressions';
import { insertNew } from '../db/bulk';
import { firstIdAt } from '../db/new-id';
import { tenantColumns } from '../db/tenant';
import { transact } from '../db/transact';
import { listEmails } from '../emails/list-emails';
import { activateWorkflow, createWorkflow } from '../workflows/workflows';
import { addContacts, jobOf, lend, press, preview, rowOf, signIn, text, upload } from './contact-rig';
import { ENGINES } from './databases';
import { fixtureEvent } from './fixtures/stripe';
import { ACCOUNT, TEST, type Tillpost } from './harness';

describe.each(ENGINES)('contacts on %s', (engine) => {
  it('are added with what was said of marketing, edited and noted on', () =>
    lend({ engine }, async (tillpost) => {
      const client = await signIn(tillpost);
      const fields = { email: ' Jenny@Example.com ', first_name: ' Jenny ', last_name: '', user_group: 'VIP' };
      expect((await press(tillpost, client, '/audience/new', fields)).status).toBe(400);
      const added = await press(tillpost, client, '/audience/new', { ...fields, consent: 'transactional' });
      const contact = (await rowOf(tillpost, 'jenny@example.com'))!;
      expect(added.headers.get('location')).toBe(`/audience/${contact.id}`);
      expect(contact).toMatchObject({
        status: 'transactional_only',
        first_name: 'Jenny',
        last_name: null,
        user_group: 'VIP',
      });
      const again = await press(tillpost, client, '/audience/new', { ...fields, consent: 'agreed' });
      expect([again.status, await again.text()]).toEqual([
        400,
        expect.stringContaining(`Another contact has this address: <a href="/audience/${contact.id}">`),
      ]);
      const bad = await press(tillpost, client, '/audience/new', { ...fields, email: 'x@', consent: 'agreed' });
      expect([bad.status, await bad.text()]).toEqual([400, expect.stringContaining('Must be an email address')]);

      const path = `/audience/${contact.id}`;
      await press(tillpost, client, `${path}/profile`, { first_name: 'Jen', last_name: 'Røsen', user_group: '' });
      expect(await rowOf(tillpost, 'jenny@example.com')).toMatchObject({
        ...{ first_name: 'Jen', last_name: 'Røsen', user_group: null },
        search_text: 'jenny@example.com jen rosen',
      });
      await press(tillpost, client, `${path}/note`, { note: 'Met at <b>the fair</b>' });
      expect(await text(client.get(path))).toContain('Met at &lt;b&gt;the fair&lt;/b&gt;');
      expect((await press(tillpost, client, `${path}/note`, { note: 'x'.repeat(5_001) })).status).toBe(400);
      await transact(tillpost.db, (trx) => deleteContact(trx, contact, tillpost.clock.now()));
      expect(JSON.stringify(await tillpost.db.selectFrom('contact').selectAll().execute())).not.toContain('fair');
    }));

  it('are imported from a file: first what would change, then, confirmed, what does', () =>
    lend({ engine }, async (tillpost) => {
      const client = await signIn(tillpost);
      await addContacts(tillpost, 3);
      const now = tillpost.clock.now();
      await addContacts(tillpost, 1, { email: 'gone@example.com', status: 'unsubscribed' });
      await addContacts(tillpost, 1, { email: 'never@example.com', status: 'transactional_only' });
      const [chose] = await addContacts(tillpost, 1, { email: 'chose@example.com' });
      await transact(tillpost.db, (trx) =>
        changeConsent(trx, TEST, chose!, { status: 'transactional_only', cause: 'preferences' }, now),
      );
      await suppressAddress(tillpost.db, TEST, 'left@example.com', { scope: 'marketing', reason: 'unsubscribed', now });
      // Mail came back from it since: that hides nothing.
      await suppressAddress(tillpost.db, TEST, 'left@example.com', { scope: 'all', reason: 'bounced', now });
      const file = [
        'E-mail,First Name,Last Name,User Group,Status,Shoe size',
        'p0@example.com,P,0,,,44',
        'P1@Example.com,Pia,,VIP,,',
        'p2@example.com,,,,unsubscribed,',
        'new@example.com,"Zoë ""Z""",Öz,VIP,,',
        'left@example.com,,,,,',
        'gone@example.com,,,,subscribed,',
        'never@example.com,,,,,',
        'chose@example.com,,,,,',
        'new@example.com,Twice,,,,',
        'not an address,,,,,',
        ',,,VIP,,',
        'odd@example.com,,,,who knows,',
        "'=1+1@example.com,=cmd|' /C calc'!A0,,,,",
      ].join('\r\n');
      const path = await preview(tillpost, client, file);
      const expected = { total: 13, done: 9, added: 3, changed: 3, unchanged: 3, refused: 4 };
      expect(await jobOf(tillpost, path)).toEqual({ status: 'preview', ...expected });
      const page = await text(client.get(path));
      for (const words of [
        'Nothing has changed yet',
        'This column is ignored: Shoe size',
        'First name: P → Pia',
        'earlier line, which counts',
      ])
        expect(page).toContain(words);
      expect(await rowOf(tillpost, 'new@example.com')).toBeUndefined();

      await press(tillpost, client, `${path}/confirm`);
      expect(await jobOf(tillpost, path)).toEqual({ status: 'finished', ...expected });
      const states = await tillpost.db
        .selectFrom('contact')
        .select(['email', 'status', 'first_name', 'user_group'])
        .execute();
      expect(Object.fromEntries(states.map(({ email, ...rest }) => [email, Object.values(rest).join(' ')]))).toEqual({
        'p0@example.com': 'subscribed P ',
        'p1@example.com': 'subscribed Pia VIP',
        'p2@example.com': 'unsubscribed P ',
        'new@example.com': 'subscribed Zoë "Z" VIP',
        'left@example.com': 'unsubscribed  ',
        'gone@example.com': 'unsubscribed P ',
        'never@example.com': 'subscribed P ',
        'chose@example.com': 'transactional_only P ',
        '=1+1@example.com': "subscribed =cmd|' /C calc'!A0 ",
      });
      const p2 = (await rowOf(tillpost, 'p2@example.com'))!;
      expect(await listConsentChanges(tillpost.db, TEST, p2.id, 5)).toMatchObject([
        { status: 'unsubscribed', cause: 'merchant' },
      ]);
      // A formula goes out as text, and a file of ours comes in as it was.
      const own = await text(client.get('/audience.csv'));
      expect(own).toContain("'=cmd|");
      const back = await preview(tillpost, client, own, 'transactional');
      expect(await jobOf(tillpost, back)).toMatchObject({ added: 0, changed: 0, unchanged: 9, refused: 0 });
      // Nothing of the people stays in the work that is done.
      await press(tillpost, client, `${back}/cancel`);
      const kept = JSON.stringify(await tillpost.db.selectFrom('contact_job_part').selectAll().execute());
      expect(kept).not.toContain('@');
      expect(kept).toContain('repeated');
      expect((await press(tillpost, client, `${path}/confirm`)).status).toBe(400);
    }));

  it.each([
    ['no file', '', 'choose a CSV file'],
    ['a file without addresses', 'name,age\nJenny,3', 'one of them must be “email”'],
    ['a file without lines', '\ufeffemail\n', 'has no line'],
    ['a workbook', Buffer.from('PK\x03\x04\x14\0'), 'save it as CSV'],
    ['binary', Buffer.from([0, 1, 2, 0, 255, 254, 0]), 'one of them must be “email”'],
    ['too many lines', `email\n${'a@b.example\n'.repeat(200_001)}`, 'at most 200,000 lines'],
  ])('are not imported from %s', (_which, file, words) =>
    lend({ engine }, async (tillpost) => {
      const client = await signIn(tillpost);
      const response = await upload(client, file);
      expect([response.status, (await response.text()).toLowerCase()]).toEqual([
        400,
        expect.stringContaining(words.toLowerCase()),
      ]);
      expect(await tillpost.db.selectFrom('contact_job').selectAll().execute()).toEqual([]);
      expect(await tillpost.db.selectFrom('contact_job_part').selectAll().execute()).toEqual([]);
    }),
  );

  it('are not imported without a word on marketing, without a token, by a link from the Dashboard, or from 21 MB', () =>
    lend({ engine }, async (tillpost) => {
      const client = await signIn(tillpost);
      const without = await upload(client, 'email\na@example.com', null);
      expect([without.status, await without.text()]).toEqual([
        400,
        expect.stringContaining('it decides what they may be sent'),
      ]);
      const form = new FormData();
      form.set('consent', 'agreed');
      form.set('file', new Blob(['email\na@example.com']), 'a.csv');
      expect((await client.send('/audience/import', form)).status).toBe(403);
      expect((await upload(client, Buffer.alloc(21 * 1024 * 1024, 'a'))).status).toBe(400);
      expect((await upload(await signIn(tillpost, 'dashboard'), 'email\na@example.com')).status).toBe(403);
      expect(await listContactJobs(tillpost.db, TEST, 5)).toEqual([]);
    }));

  it('of a long file come in whole though the process dies in between', () =>
    lend({ engine }, async (tillpost) => {
      const client = await signIn(tillpost);
      const lines = Array.from({ length: 1_203 }, (_, n) => `person${n}@example.com,Person ${n}`);
      const path = await preview(
        tillpost,
        client,
        Buffer.from(`\ufeffemail;name\n${lines.join('\n').replaceAll(',', ';')}`, 'utf16le'),
      );
      expect(await jobOf(tillpost, path)).toMatchObject({ status: 'preview', added: 1_203 });
      await client.post(`${path}/confirm`, { csrf_token: await client.csrfToken() });
      const queue = createContactJobQueue();
      await queue.turn(tillpost.ctx);
      // Killed while it works on the second part: a claim is left, nothing of the part.
      await tillpost.db
        .updateTable('contact_job')
        .set({ claims: 1, attempts: 1, due_at: tillpost.clock.now() + 30_000 })
        .execute();
      expect(await jobOf(tillpost, path)).toMatchObject({ status: 'running', done: 500, added: 500 });
      tillpost.clock.advance(31_000);
      await tillpost.worker.drain();
      expect(await jobOf(tillpost, path)).toMatchObject({ status: 'finished', done: 1_203, added: 1_203, changed: 0 });
      expect((await tillpost.db.selectFrom('contact').select('id').execute()).length).toBe(1_203);
      expect(await rowOf(tillpost, 'person7@example.com')).toMatchObject({
        first_name: 'Person',
        last_name: '7',
        source: 'Import',
      });
    }));

  it('that wait in an import go with the contact, and an import that nobody confirms goes after a day', () =>
    lend({ engine }, async (tillpost) => {
      const client = await signIn(tillpost);
      await addContacts(tillpost, 1, { email: 'jenny@example.com' });
      await press(tillpost, client, '/audience/filters', { name: 'Her', 'filter.query': 'jenny@example.com' });
      await press(tillpost, client, '/audience/filters', { name: 'Others', 'filter.query': 'not.jenny@example.com' });
      const path = await preview(tillpost, client, 'email\njenny@example.com\nnot.jenny@example.com');
      const contact = (await rowOf(tillpost, 'jenny@example.com'))!;
      await transact(tillpost.db, (trx) => deleteContact(trx, contact, tillpost.clock.now()));
      const lines = await tillpost.db.selectFrom('contact_job_part').select('lines').execute();
      expect(
        lines.flatMap((part) => (JSON.parse(part.lines) as { email: string }[]).map(({ email }) => email)),
      ).toEqual(['not.jenny@example.com']);
      expect(await tillpost.db.selectFrom('saved_filter').select('name').execute()).toEqual([{ name: 'Others' }]);
      tillpost.clock.advance(25 * 3_600_000);
      await tillpost.worker.drain();
      expect(await jobOf(tillpost, path)).toBeUndefined();
      expect(await tillpost.db.selectFrom('contact_job_part').selectAll().execute()).toEqual([]);
    }));

  it('come in when an import is confirmed while it is given up', () =>
    lend({ engine }, async (tillpost) => {
      const client = await signIn(tillpost);
      const path = await preview(tillpost, client, 'email\njenny@example.com');
      const givenUp = (await findContactJob(tillpost.db, TEST, path.split('/').at(-1) ?? ''))!;
      expect((await press(tillpost, client, `${path}/confirm`)).status).toBe(303);
      await expect(transact(tillpost.db, (trx) => expireContactJob(trx, givenUp))).rejects.toThrow();
      await tillpost.worker.drain();
      expect(await rowOf(tillpost, 'jenny@example.com')).toMatchObject({ source: 'Import' });
    }));

  it('get a group, are unsubscribed, exported and deleted by the many: those selected, or all that match', () =>
    lend({ engine }, async (tillpost) => {
      const client = await signIn(tillpost);
      const ids = await addContacts(tillpost, 12);
      await addContacts(tillpost, 1, { email: 'other@example.com', user_group: 'VIP' });
      const csrf_token = await client.csrfToken();
      const send = (path: string, fields: readonly (readonly [string, string])[]) =>
        client.send(
          path,
          new URLSearchParams([['csrf_token', csrf_token], ...fields] as [string, string][]).toString(),
          {
            'content-type': 'application/x-www-form-urlencoded',
          },
        );
      const two = [
        ['id', ids[0]!],
        ['id', ids[1]!],
        ['id', 'con_of_somebody_else'],
        ['scope', 'selected'],
      ] as const;
      expect(await text(send('/audience/bulk', [['action', 'group'], ...two]))).toContain(
        '<strong>2 contacts</strong>',
      );
      for (const path of ['/audience/bulk', '/audience/jobs']) {
        const nobody = await send(path, [
          ...([
            ['action', 'group'],
            ['scope', 'selected'],
          ] as const),
          ['filter.query', 'p1'],
        ]);
        const page = await nobody.text();
        expect([nobody.status, page]).toEqual([400, expect.stringContaining('Select a contact first')]);
        expect(page).toContain('name="filter.query" value="p1"');
        expect(page).toContain('p10@example.com');
        expect(page).not.toContain('p2@example.com');
      }
      expect((await send('/audience/bulk', [['action', 'launch'], ...two])).status).toBe(400);

      const started = await send('/audience/jobs', [
        ['action', 'group'],
        ['group', ' VIP '],
        ['scope', 'selected'],
        ['ids', `${ids[0]},${ids[1]}`],
      ]);
      await tillpost.worker.drain();
      expect(await jobOf(tillpost, started.headers.get('location')!)).toMatchObject({
        status: 'finished',
        total: 2,
        changed: 2,
      });
      const inGroup = () =>
        tillpost.db.selectFrom('contact').select('email').where('user_group', '=', 'VIP').orderBy('email').execute();
      expect((await inGroup()).map(({ email }) => email)).toEqual([
        'other@example.com',
        'p0@example.com',
        'p1@example.com',
      ]);

      const all = [
        ['scope', 'all'],
        ['filter.user_group', 'VIP'],
      ] as const;
      const out = await send('/audience/jobs', [['action', 'unsubscribe'], ...all]);
      await addContacts(tillpost, 1, { email: 'later@example.com', user_group: 'VIP' });
      await tillpost.worker.drain();
      expect(await jobOf(tillpost, out.headers.get('location')!)).toMatchObject({ status: 'finished', changed: 3 });
      expect((await rowOf(tillpost, 'later@example.com'))?.status).toBe('subscribed');
      expect(await listConsentChanges(tillpost.db, TEST, ids[0]!, 5)).toMatchObject([{ status: 'unsubscribed' }]);

      const file = await text(send('/audience/bulk', [['action', 'export'], ...two]));
      expect(file.trim().split('\r\n')).toHaveLength(3);

      const wrong = await send('/audience/jobs', [['action', 'delete'], ['count', '3'], ...all]);
      expect([wrong.status, await wrong.text()]).toEqual([400, expect.stringContaining('Type 4 to confirm')]);
      await send('/audience/jobs', [['action', 'delete'], ['count', '4'], ...all]);
      await tillpost.worker.drain();
      expect(await inGroup()).toEqual([]);
      expect((await tillpost.db.selectFrom('contact').select('id').execute()).length).toBe(10);
      // Who had unsubscribed stays so.
      await press(tillpost, client, '/audience/new', { email: 'p0@example.com', consent: 'agreed' });
      expect((await rowOf(tillpost, 'p0@example.com'))?.status).toBe('unsubscribed');

      const limited = await signIn(tillpost, 'dashboard');
      for (const action of ['delete', 'export'])
        expect(
          (await limited.post('/audience/bulk', { csrf_token: await limited.csrfToken(), action, scope: 'all' }))
            .status,
        ).toBe(403);
    }));

  it('are not deleted by a filter that they came under, or any of them, after their number was confirmed', () =>
    lend({ engine }, async (tillpost) => {
      const client = await signIn(tillpost);
      const [, older] = await addContacts(tillpost, 3);
      await tillpost.db
        .updateTable('contact')
        .set({ user_group: 'VIP' })
        .where('email', '!=', 'p1@example.com')
        .execute();
      await suppressAddress(tillpost.db, TEST, 'p0@example.com', { scope: 'all', reason: 'bounced', now: 1 });
      const remove = async (filter: Record<string, string>, count: string, meanwhile: () => Promise<unknown>) => {
        const fields = { csrf_token: await client.csrfToken(), action: 'delete', scope: 'all', count, ...filter };
        const started = await client.post('/audience/jobs', fields);
        tillpost.clock.advance(1_000);
        await meanwhile();
        await tillpost.worker.drain();
        return started.headers.get('location')!;
      };
      const bounced = await remove({ 'filter.status': 'suppressed' }, '1', () =>
        suppressAddress(tillpost.db, TEST, 'p2@example.com', {
          scope: 'all',
          reason: 'bounced',
          now: tillpost.clock.now(),
        }),
      );
      expect(await jobOf(tillpost, bounced)).toMatchObject({ status: 'finished', total: 1, changed: 1 });
      expect(await rowOf(tillpost, 'p2@example.com')).toBeDefined();

      const grouped = await remove({ 'filter.user_group': 'VIP' }, '1', async () => {
        await press(tillpost, client, `/audience/${older}/profile`, { user_group: 'VIP' });
      });
      expect(await jobOf(tillpost, grouped)).toMatchObject({ status: 'finished', total: 1, changed: 1 });
      expect(await rowOf(tillpost, 'p1@example.com')).toMatchObject({ user_group: 'VIP' });
      expect(await rowOf(tillpost, 'p2@example.com')).toBeUndefined();

      const changed = await remove({ 'filter.user_group': 'VIP' }, '1', () =>
        press(tillpost, client, `/audience/${older}/note`, { note: 'Wait' }),
      );
      expect(await text(client.get(changed))).toMatch(/Left, as they changed meanwhile<\/dt><dd>1</);
    }));

  it('whose addresses are suppressed are filtered, counted, paged, saved and exported', () =>
    lend({ engine }, async (tillpost) => {
      const client = await signIn(tillpost);
      await addContacts(tillpost, 1_040);
      for (let n = 0; n < 1_040; n += 20)
        await suppressAddress(tillpost.db, TEST, `p${n}@example.com`, { scope: 'all', reason: 'bounced', now: 1 });
      const shown = (page: string) => [...page.matchAll(/>p(\d+)@example\.com</g)].map(([, n]) => Number(n));
      const first = await text(client.get('/audience?status=suppressed'));
      expect(first).toContain('52 contacts');
      expect(first).toContain('<option value="suppressed" selected="">Suppressed</option>');
      expect(shown(first)).toEqual(Array.from({ length: 25 }, (_, n) => 1_020 - 20 * n));
      const last = await text(client.get('/audience?status=suppressed&page=last'));
      expect(shown(last)).toEqual(Array.from({ length: 25 }, (_, n) => 480 - 20 * n));
      expect(await text(client.get('/audience?status=suppressed&query=p10'))).toContain('3 contacts');
      expect((await text(client.get('/audience.csv?status=suppressed'))).trim().split('\r\n')).toHaveLength(53);
      await press(tillpost, client, '/audience/filters', { name: 'Bounced', 'filter.status': 'suppressed' });
      expect(await text(client.get('/audience'))).toContain('href="/audience?status=suppressed"');
    }));

  it('get another address where no customer at Stripe has theirs, and what that address chose comes with it', () =>
    lend({ engine }, async (tillpost) => {
      const { db, clock, localStripe } = tillpost;
      const client = await signIn(tillpost);
      const [id] = await addContacts(tillpost, 1, { email: 'old@example.com' });
      const [other] = await addContacts(tillpost, 1, { email: 'other@example.com' });
      const save = (email: string, contact = id) =>
        press(tillpost, client, `/audience/${contact}/profile`, { email, first_name: 'Typed', user_group: '' });
      const bad = await save('old@');
      expect([bad.status, await bad.text()]).toEqual([400, expect.stringContaining('Must be an email address')]);
      const taken = await save(' Other@example.com');
      const page = await taken.text();
      expect([taken.status, page]).toEqual([400, expect.stringContaining(`<a href="/audience/${other}">see them</a>`)]);
      expect(page).toContain('value="Typed"');
      expect(await rowOf(tillpost, 'old@example.com')).toMatchObject({ first_name: 'P' });

      expect((await save('New@example.com')).status).toBe(303);
      expect(await rowOf(tillpost, 'new@example.com')).toMatchObject({
        ...{ id, status: 'subscribed', first_name: 'Typed', search_text: 'new@example.com typed 0' },
      });
      // Who left by an address, and which lists, holds for whoever has it.
      const list = await transact(db, (trx) => createList(trx, TEST, { name: 'News' }, clock.now()));
      const turn = (contact: string, isMember: boolean, by: 'merchant' | 'contact') =>
        transact(db, (trx) => changeMembership(trx, TEST, contact, { listId: list, isMember, by }, clock.now()));
      const [gone] = await addContacts(tillpost, 1, { email: 'gone@example.com', status: 'unsubscribed' });
      await turn(gone!, true, 'merchant');
      await turn(gone!, false, 'contact');
      await press(tillpost, client, `/audience/${gone}/delete`);
      await turn(id!, true, 'merchant');
      const moved = await save('gone@example.com');
      expect(await text(client.get(moved.headers.get('location')!))).toContain(
        'Whoever has this address had unsubscribed',
      );
      expect(await rowOf(tillpost, 'gone@example.com')).toMatchObject({ id, status: 'unsubscribed' });
      expect(await findMemberships(db, TEST, id!)).toMatchObject([{ is_member: 0, changed_by: 'contact' }]);
      // And it stays left by the address that is given up.
      await save('last@example.com');
      await press(tillpost, client, '/audience/new', { email: 'gone@example.com', consent: 'agreed' });
      const anew = (await rowOf(tillpost, 'gone@example.com'))!;
      expect(anew.status).toBe('unsubscribed');
      expect(await turn(anew.id, true, 'merchant')).toBe(false);

      await tillpost.enable();
      await localStripe.trigger('customer.created', { account: ACCOUNT, email: 'cus@example.com' });
      await tillpost.worker.drain();
      const customer = (await rowOf(tillpost, 'cus@example.com'))!;
      expect(await text(client.get(`/audience/${customer.id}`))).toContain('The address comes from Stripe');
      const refused = await save('mine@example.com', customer.id);
      expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining('change it at Stripe')]);
      expect((await save('mine@example.com', 'con_of_somebody_else')).status).toBe(404);
    }));

  it('are found by filters that were saved by name', () =>
    lend({ engine }, async (tillpost) => {
      const client = await signIn(tillpost);
      await addContacts(tillpost, 1, { user_group: 'A&B "x"' });
      const save = (fields: Record<string, string>) => press(tillpost, client, '/audience/filters', fields);
      for (const [fields, words] of [
        [{ name: ' ', 'filter.status': 'subscribed' }, 'Give the filter a name'],
        [{ name: 'x'.repeat(200), 'filter.status': 'subscribed' }, 'Must have at most'],
        [{ name: 'All' }, 'Filter the list first'],
      ] as const) {
        const refused = await save(fields);
        const page = await refused.text();
        expect([refused.status, page]).toEqual([
          400,
          expect.stringMatching(new RegExp(`id="filter-name-error">${words}`)),
        ]);
        expect(page).toContain('id="contact-list"');
        expect(page).toContain(`value="${fields.name}"`);
      }
      await save({
        name: '<i>Good</i>',
        'filter.user_group': 'A&B "x"',
        'filter.status': 'subscribed',
        'filter.evil': 'x',
      });
      const page = await text(client.get('/audience'));
      expect(page).toContain('href="/audience?status=subscribed&amp;user_group=A%26B+%22x%22"');
      expect(page).toContain('&lt;i&gt;Good&lt;/i&gt;');
      await save({ name: '<i>Good</i>', 'filter.status': 'unsubscribed' });
      await Promise.all(['a', 'b', 'c'].map((query) => save({ name: 'Twice', 'filter.query': query })));
      const twice = await tillpost.db.deleteFrom('saved_filter').where('name', '=', 'Twice').executeTakeFirst();
      expect(Number(twice.numDeletedRows)).toBe(1);
      const [kept, ...others] = await tillpost.db.selectFrom('saved_filter').selectAll().execute();
      expect([kept?.query, others]).toEqual(['{"status":"unsubscribed"}', []]);
      expect((await press(tillpost, client, '/audience/filters/flt_no/delete')).status).toBe(404);
      await press(tillpost, client, `/audience/filters/${kept!.id}/delete`);
      expect(await text(client.get('/audience'))).not.toContain('Good');
    }));

  it('are paged both ways, to either end, and counted', () =>
    lend({ engine }, async (tillpost) => {
      const client = await signIn(tillpost);
      await addContacts(tillpost, 60);
      const linkTo = (page: string, label: string) =>
        new RegExp(`href="([^"]+)"[^>]*>${label}</a>`).exec(page)?.[1]?.replaceAll('&amp;', '&');
      const shown = (page: string) =>
        [...page.matchAll(/>(p\d+)@example\.com</g)].map(([, name]) => Number(name!.slice(1)));
      for (const path of ['/audience', '/audience?status=subscribed']) {
        const first = await text(client.get(path));
        expect(first).toContain('60 contacts');
        expect([shown(first)[0], linkTo(first, 'Previous'), linkTo(first, 'First')]).toEqual([
          59,
          undefined,
          undefined,
        ]);
        const second = await text(client.get(linkTo(first, 'Next')!));
        expect(shown(second)).toEqual(Array.from({ length: 25 }, (_, n) => 34 - n));
        expect(shown(await text(client.get(linkTo(second, 'Previous')!)))).toEqual(shown(first));
        const last = await text(client.get(linkTo(first, 'Last')!));
        expect(shown(last)).toEqual(Array.from({ length: 25 }, (_, n) => 24 - n));
        expect(linkTo(last, 'Next')).toBeUndefined();
        expect(shown(await text(client.get(linkTo(last, 'Previous')!)))).toEqual(
          Array.from({ length: 25 }, (_, n) => 49 - n),
        );
        expect(linkTo(last, 'First')).toBe(path);
      }
    }));
});

describe.each(ENGINES)('what happened on %s', (engine) => {
  async function welcome(tillpost: Tillpost) {
    await tillpost.enable();
    const { id } = await createWorkflow(tillpost.db, TEST, { template: 'new_customer' }, tillpost.clock.now());
    await activateWorkflow(tillpost.db, TEST, id, tillpost.clock.now());
    const created = Math.floor(tillpost.clock.now() / 1_000);
    await tillpost.deliver(fixtureEvent('customer.created', { account: ACCOUNT, created }));
    await tillpost.worker.drain();
    const [email] = (await listEmails(tillpost.db, TEST, { limit: 1 })).data;
    return email!;
  }

  it('sends an email again, once, linked to the earlier one, and never to who left', () =>
    lend({ engine }, async (tillpost) => {
      const client = await signIn(tillpost);
      const email = await welcome(tillpost);
      const again = () => press(tillpost, client, `/emails/${email.id}/again`);
      const path = (await again()).headers.get('location')!;
      expect((await listEmails(tillpost.db, TEST, { limit: 9 })).data.map(({ id, status }) => [id, status])).toEqual([
        [path.split('/').at(-1), 'captured'],
        [email.id, 'captured'],
      ]);
      expect(await text(client.get(`/emails/${email.id}`))).toContain(`This email was sent again: <a href="${path}">`);
      expect(await text(client.get(path))).toContain(`after <a href="/emails/${email.id}">`);
      expect((await again()).status).toBe(409);
      await tillpost.db.updateTable('email').set({ status: 'failed' }).where('id', '=', email.id).execute();
      expect(await text(client.get(`/emails/${email.id}`))).not.toContain('Try again');
      expect((await press(tillpost, client, `/emails/${email.id}/retry`)).status).toBe(409);
      await transact(tillpost.db, (trx) =>
        changeConsent(trx, TEST, email.contact!, { status: 'unsubscribed', cause: 'merchant' }, tillpost.clock.now()),
      );
      expect((await press(tillpost, client, `${path}/again`)).status).toBe(400);
      expect((await press(tillpost, client, '/emails/eml_no/again')).status).toBe(404);
      expect((await listEmails(tillpost.db, TEST, { limit: 9 })).data).toHaveLength(2);
    }));

  it('replays the events that a filter matches, those that were there when it was asked, and makes nothing twice', () =>
    lend({ engine }, async (tillpost) => {
      const client = await signIn(tillpost);
      await welcome(tillpost);
      const created = Math.floor(tillpost.clock.now() / 1_000);
      await tillpost.deliver(fixtureEvent('customer.updated', { account: ACCOUNT, created }));
      await tillpost.worker.drain();
      tillpost.clock.advance(60_000);
      const page = await text(client.get('/events/replay?type=customer.created'));
      expect(page).toContain('<strong>1 event</strong>');
      const until = /name="received_until" value="(\d+)"/.exec(page)?.[1] ?? '';
      const replay = (fields = {}) =>
        press(tillpost, client, '/events/replay', { type: 'customer.created', received_until: until, ...fields });
      expect((await replay()).headers.get('location')).toBe('/events?type=customer.created');
      const replays = await tillpost.db.selectFrom('event_replay').select(['event_id', 'via']).execute();
      expect(replays).toHaveLength(1);
      expect((await listEmails(tillpost.db, TEST, { limit: 9 })).data).toHaveLength(1);
      expect((await tillpost.db.selectFrom('run').select('id').execute()).length).toBe(1);
      expect((await replay({ contact: 'jen' })).status).toBe(400);
      expect((await replay({ received_until: '1' })).status).toBe(303);
      expect(await tillpost.db.selectFrom('event_replay').select('id').execute()).toHaveLength(1);
      expect(await text(client.get('/events?type=customer.created'))).toContain('1 event');
    }));

  it('replays more than one go takes in several, oldest first, each beginning after the one before', () =>
    lend({ engine }, async (tillpost) => {
      const { db, clock } = tillpost;
      const client = await signIn(tillpost);
      await welcome(tillpost);
      const event = await db.selectFrom('event').selectAll().executeTakeFirstOrThrow();
      const { payload } = await db.selectFrom('event_payload').select('payload').executeTakeFirstOrThrow();
      clock.advance(1_000);
      const at = firstIdAt(clock.now());
      const seqOf = (n: number) => `${at}7${String(n).padStart(19, '0')}`;
      const numbers = Array.from({ length: 1_004 }, (_, n) => n);
      await insertNew(
        db,
        'event',
        numbers.map((n) => ({ ...event, id: `evt_more${n}`, seq: seqOf(n), type: 'charge.refunded' })),
      );
      // Of every other of the last ones nothing is kept.
      const kept = numbers.filter((n) => n < 1_000 || n % 2 === 0);
      await insertNew(
        db,
        'event_payload',
        kept.map((n) => ({ ...tenantColumns(TEST), seq: seqOf(n), payload })),
      );
      clock.advance(1_000);
      const filter = '?type=charge.refunded';
      const first = await text(client.get(`/events/replay${filter}`));
      expect(first).toContain('<strong>1,002 events</strong>');
      const until = /name="received_until" value="(\d+)"/.exec(first)?.[1] ?? '';
      const go = (fields = {}) =>
        press(tillpost, client, '/events/replay', { type: 'charge.refunded', received_until: until, ...fields });
      const next = (await go()).headers.get('location')!;
      const ended = () => db.updateTable('event').set({ status: 'processed', due_at: null }).execute();
      await ended();
      const second = await text(client.get(next));
      expect(second).toContain('<strong>2 more events</strong>');
      const after = /name="starting_after" value="([^"]+)"/.exec(second)?.[1] ?? '';
      expect(after).toBe('evt_more999');
      expect((await go({ starting_after: after })).headers.get('location')).toBe(`/events${filter}`);
      const replayed = await db.selectFrom('event_replay').select('event_id').execute();
      expect(new Set(replayed.map((one) => one.event_id))).toEqual(new Set(kept.map((n) => `evt_more${n}`)));
      expect(replayed).toHaveLength(kept.length);
      await ended();
      expect((await go({ starting_after: 'evt_of_somebody' })).status).toBe(400);
      expect((await client.get('/events/replay?starting_after=evt_more1')).status).toBe(400);
      // Older than payloads are kept, whether or not housekeeping has been there.
      clock.advance(91 * 86_400_000);
      const late = await signIn(tillpost);
      expect(await text(late.get(`/events/replay${filter}`))).toContain('None of them can be replayed');
    }));
});
