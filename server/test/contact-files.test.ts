/** Files of contacts: what an import reads and shows before it does anything, what it refuses, and what an export says. */
import { createContactProperty } from '../audience/contact-properties';
import { changeMembership, createList, findMemberships } from '../audience/mailing-lists';
import { deleteContact } from '../audience/save';
import { suppressAddress } from '../audience/suppressions';
import { transact } from '../db/transact';
import { addContacts, jobOf, lend, press, preview, rowOf, signIn, text, upload } from './contact-rig';
import { ENGINES } from './databases';
import { TEST, type Tillpost } from './harness';

const makeList = (tillpost: Tillpost, name: string) =>
  transact(tillpost.db, (trx) => createList(trx, TEST, { name }, tillpost.clock.now()));

const makeProperty = (tillpost: Tillpost, name: string, type: 'string' | 'number' | 'boolean' | 'date') =>
  transact(tillpost.db, (trx) => createContactProperty(trx, TEST, { name, type }, tillpost.clock.now()));

/** The rows of a page's section. */
const section = (page: string, title: string) =>
  new RegExp(`<section[^>]*aria-label="${title}">(.*?)</section>`, 's').exec(page)?.[1] ?? '';

describe.each(ENGINES)('a file of contacts on %s', (engine) => {
  it('subscribes nobody of whom any of its columns says that they have left', () =>
    lend({ engine }, async (tillpost) => {
      const client = await signIn(tillpost);
      await addContacts(tillpost, 1, { email: 'here@example.com', status: 'transactional_only' });
      await addContacts(tillpost, 1, { email: 'known@example.com' });
      const path = await preview(
        tillpost,
        client,
        [
          'email,subscribed,opted_out,Unsubscribed,suppressed',
          'a@example.com,true,false,no,f',
          'b@example.com,FALSE,,,',
          'c@example.com,,1,,',
          'd@example.com,yes,,t,',
          'e@example.com,,,,true',
          'here@example.com,,y,,',
          'known@example.com,no,,,',
          'f@example.com,perhaps,,,',
        ].join('\n'),
      );
      expect(await jobOf(tillpost, path)).toMatchObject({ added: 5, changed: 2, refused: 1 });
      expect(section(await text(client.get(path)), 'Refused lines')).toContain(
        'Says neither yes nor no: column “subscribed”',
      );
      await press(tillpost, client, `${path}/confirm`);
      const rows = await tillpost.db.selectFrom('contact').select(['email', 'status']).orderBy('email').execute();
      expect(rows.filter(({ status }) => status === 'subscribed')).toEqual([
        { email: 'a@example.com', status: 'subscribed' },
      ]);
      expect(rows.filter(({ status }) => status === 'unsubscribed')).toHaveLength(6);
    }));

  it.each([
    ['by their name', 'email,Marketing OK,plan\na@example.com,0,pro', 'Marketing OK'],
    ['by what they say', 'email,plan,state\na@example.com,pro,Unsubscribed', 'state'],
  ])('is not imported while columns may say who has left, %s, unless somebody says they do not', (_how, file, name) =>
    lend({ engine }, async (tillpost) => {
      const client = await signIn(tillpost);
      const path = await preview(tillpost, client, file);
      expect(await text(client.get(path))).toContain(`Not read: ${name}. Who left there would be taken`);
      const refused = await press(tillpost, client, `${path}/confirm`);
      expect([refused.status, await refused.text()]).toEqual([
        400,
        expect.stringContaining('Say so, or cancel the import.'),
      ]);
      expect(await jobOf(tillpost, path)).toMatchObject({ status: 'preview' });
      await press(tillpost, client, `${path}/confirm`, { is_about_else: 'on' });
      expect(await rowOf(tillpost, 'a@example.com')).toMatchObject({ status: 'subscribed' });
    }),
  );

  it('shows lines of each kind wherever they stand, and what changes', () =>
    lend({ engine }, async (tillpost) => {
      const client = await signIn(tillpost);
      await addContacts(tillpost, 1, { email: 'last@example.com', first_name: 'Old' });
      await addContacts(tillpost, 1, { email: 'same@example.com', first_name: 'Same' });
      const lines = Array.from({ length: 1_100 }, (_, n) => `n${n}@example.com,New`);
      const path = await preview(
        tillpost,
        client,
        ['email,first_name', ...lines, 'same@example.com,Same', 'last@example.com,Young', 'no address,x'].join('\n'),
      );
      const page = await text(client.get(path));
      expect(section(page, 'Changed')).toMatch(/last@example\.com.*Line 1,103.*First name: Old → Young/s);
      expect(section(page, 'New')).toContain('The first 10 of 1,100.');
      expect(section(page, 'New').match(/>n\d+@example\.com</g)).toHaveLength(10);
      expect(section(page, 'Unchanged')).toContain('same@example.com');
      expect(section(page, 'Refused lines')).toContain('Line 1,104');
      // What happens meanwhile shows, and nothing of somebody who is deleted.
      const last = (await rowOf(tillpost, 'last@example.com'))!;
      await transact(tillpost.db, (trx) => deleteContact(trx, last, tillpost.clock.now()));
      expect(await text(client.get(path))).not.toContain('last@example.com');
    }));

  it('gives back the lines that it refuses, to be mended, until it ends', () =>
    lend({ engine }, async (tillpost) => {
      const client = await signIn(tillpost);
      await addContacts(tillpost, 1, { email: 'jenny@example.com' });
      const path = await preview(
        tillpost,
        client,
        [
          'email,first_name,status',
          'nobody,"=1+1, 2",',
          'good@example.com,G,',
          'Jenny@example.com,J,odd',
          'also@example.com,A,odd',
          '"never closed,x,y',
        ].join('\n'),
      );
      const file = async () => (await text(client.get(`${path}/refused.csv`))).trim().split('\r\n');
      expect(await file()).toEqual([
        'line,reason,email,first_name,status',
        `2,Its address is not one that mail can be sent to,nobody,"'=1+1, 2",`,
        expect.stringMatching(/^4,"?Its status is none of .*column “status”"?,Jenny@example\.com,J,odd$/),
        expect.stringContaining('also@example.com,A,odd'),
        expect.stringMatching(/^6,.*,"""never closed,x,y"$/),
      ]);
      const back = await preview(tillpost, client, (await file()).join('\n').replaceAll('odd', 'subscribed'));
      expect(await jobOf(tillpost, back)).toMatchObject({ added: 1, changed: 1, refused: 2 });
      await press(tillpost, client, `${back}/cancel`);
      const jenny = (await rowOf(tillpost, 'jenny@example.com'))!;
      await transact(tillpost.db, (trx) => deleteContact(trx, jenny, tillpost.clock.now()));
      const left = (await file()).join('\n');
      expect(left).not.toContain('Jenny@');
      expect(left).toContain('also@example.com');
      await press(tillpost, client, `${path}/confirm`);
      expect((await file())[1]).toBe('2,Its address is not one that mail can be sent to');
      const parts = await tillpost.db.selectFrom('contact_job_part').selectAll().execute();
      expect(JSON.stringify(parts)).not.toContain('@');
      const jobs = JSON.stringify(await tillpost.db.selectFrom('contact_job').selectAll().execute());
      expect(jobs).not.toContain('first_name');
      expect((await (await signIn(tillpost, 'dashboard')).get(`${path}/refused.csv`)).status).toBe(403);
      expect((await client.get('/audience/jobs/job_of_somebody_else/refused.csv')).status).toBe(404);
    }));

  it('puts on a list those who are subscribed and have not left it, and starts nothing', () =>
    lend({ engine }, async (tillpost) => {
      const client = await signIn(tillpost);
      const { db, clock } = tillpost;
      const list = await makeList(tillpost, 'News');
      const [known] = await addContacts(tillpost, 1, { email: 'known@example.com' });
      const [left] = await addContacts(tillpost, 1, { email: 'left@example.com' });
      const [before] = await addContacts(tillpost, 1, { email: 'before@example.com' });
      for (const id of [left!, before!])
        for (const change of [
          { isMember: true, by: 'merchant' },
          { isMember: false, by: 'contact' },
        ] as const)
          await transact(db, (trx) => changeMembership(trx, TEST, id, { listId: list, ...change }, clock.now()));
      const gone = (await rowOf(tillpost, 'before@example.com'))!;
      await transact(db, (trx) => deleteContact(trx, gone, clock.now()));

      const file = [
        'email,status',
        ...['known', 'left', 'before', 'new'].map((name) => `${name}@example.com,`),
        'out@example.com,unsubscribed',
      ].join('\n');
      const without = await upload(client, file, 'transactional', { list });
      expect([without.status, await without.text()]).toEqual([
        400,
        expect.stringContaining('must have agreed to marketing'),
      ]);
      expect((await upload(client, file, 'agreed', { list: 'lst_of_somebody_else' })).status).toBe(404);
      const path = await preview(tillpost, client, file, 'agreed', { list });
      const page = await text(client.get(path));
      expect(section(page, 'Changed')).toMatch(/known@example\.com.*List: News/s);
      expect(section(page, 'Unchanged')).toContain('left@example.com');
      await press(tillpost, client, `${path}/confirm`);
      const on = await db
        .selectFrom('list_membership')
        .innerJoin('contact', 'contact.id', 'contact_id')
        .select('email')
        .where('is_member', '=', 1)
        .orderBy('email')
        .execute();
      expect(on.map(({ email }) => email)).toEqual(['known@example.com', 'new@example.com']);
      expect(await findMemberships(db, TEST, known!)).toMatchObject([{ changed_by: 'merchant' }]);
      const again = await preview(tillpost, client, file, 'agreed', { list });
      expect(await jobOf(tillpost, again)).toMatchObject({ added: 0, changed: 0 });
    }));

  it('comes out with all that is kept of a contact, and goes in again as it was', () =>
    lend({ engine }, async (tillpost) => {
      const client = await signIn(tillpost);
      const { db, clock } = tillpost;
      await makeProperty(tillpost, 'seats', 'number');
      await makeProperty(tillpost, 'remark', 'string');
      await makeProperty(tillpost, 'isTrial', 'boolean');
      const list = await makeList(tillpost, '=News');
      const [id] = await addContacts(tillpost, 1, {
        ...{ email: 'jenny@example.com', user_id: 'u_7', note: '-- met at the fair' },
        properties: JSON.stringify({ seats: -3, remark: '@home;=1', isTrial: true }),
        billing_emails: JSON.stringify(['books@example.com']),
      });
      await addContacts(tillpost, 1, { email: 'bounced@example.com' });
      await suppressAddress(db, TEST, 'bounced@example.com', { scope: 'all', reason: 'bounced', now: 1 });
      const join = { listId: list, isMember: true, by: 'merchant' } as const;
      await transact(db, (trx) => changeMembership(trx, TEST, id!, join, clock.now()));
      const file = await text(client.get('/audience.csv'));
      const [head, ...lines] = file.trim().split('\r\n');
      const jenny = lines.find((line) => line.includes('jenny@'))!.split(',');
      const at = (name: string) => jenny[head!.split(',').indexOf(name)];
      expect(
        ['user_id', 'note', 'mailing_lists', 'billing_contacts', 'properties.seats', 'properties.remark'].map(at),
      ).toEqual(['u_7', "'-- met at the fair", "'=News", 'books@example.com', '-3', "'@home;'=1"]);
      const before = await db.selectFrom('contact').selectAll().orderBy('id').execute();
      const path = await preview(tillpost, client, file);
      expect(await jobOf(tillpost, path)).toMatchObject({ added: 0, changed: 0, unchanged: 2, refused: 0 });
      await press(tillpost, client, `${path}/confirm`, {});
      expect(await db.selectFrom('contact').selectAll().orderBy('id').execute()).toEqual(before);
      await press(tillpost, client, `${path}/cancel`);

      const other = await preview(tillpost, client, 'email,seats,isTrial\njenny@example.com,5,\nnew@example.com,1,no');
      expect(section(await text(client.get(other)), 'Changed')).toContain('seats: -3 → 5');
      await press(tillpost, client, `${other}/confirm`);
      expect(JSON.parse((await rowOf(tillpost, 'jenny@example.com'))!.properties!)).toEqual({
        ...{ seats: 5, remark: '@home;=1', isTrial: true },
      });
      expect(JSON.parse((await rowOf(tillpost, 'new@example.com'))!.properties!)).toEqual({ seats: 1, isTrial: false });
    }));
});
