/** What was turned off because other programs refused it: the account's owner and the operator are told by mail, once each time. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { transact } from '../db/transact';
import { refuseKey } from '../forwarding/forwarding-key';
import { findForwarding } from '../forwarding/forwarding-settings';
import { createEndpoint, findEndpoint, turnEndpoint } from '../webhooks-out/endpoints';
import { clientOf, withApi } from './api-rig';
import { ENGINES } from './databases';
import { happen, later, withRecordingLoops } from './forwarding-rig';
import { TEST, type Tillpost } from './harness';
import { closing } from './leftovers';
import { startMailServer, type MailServer } from './mail-server';

const [OWNER, OPS] = ['owner@bakery.example', 'ops@tillpost.example'];
const HOUR = 3_600_000;

async function withMail(work: (mail: MailServer, env: Record<string, string>) => Promise<void>): Promise<void> {
  const mail = await startMailServer();
  const env = { SMTP_URL: mail.url, MAIL_FROM: 'Tillpost <hello@tillpost.example>', ALERT_EMAIL: OPS };
  await work(mail, env).finally(() => mail.close());
}

const addressees = (mail: MailServer) => mail.mails.map(({ to }) => to.join()).toSorted();
const ofOwner = (mail: MailServer) => mail.mails.filter(({ to }) => to.join() === OWNER).map(({ parsed }) => parsed);
const own = ({ db }: Tillpost) => db.updateTable('install').set({ account_email: OWNER }).execute();

describe.each(ENGINES)('on %s', (engine) => {
  /** To a program that is gone. */
  const withEndpoint = (
    work: (rig: {
      tillpost: Tillpost;
      mail: MailServer;
      id: string;
      fails(): Promise<void>;
      turn(isOn: boolean): Promise<void>;
    }) => Promise<void>,
  ) =>
    withMail(async (mail, env) => {
      const program = createServer((_req, res) => res.writeHead(410).end());
      await new Promise<void>((resolve) => program.listen(0, '127.0.0.1', resolve));
      const close = closing(() => new Promise<void>((resolve) => program.close(() => resolve())));
      const url = `http://127.0.0.1:${(program.address() as AddressInfo).port}/hooks?token=secret`;
      await withApi({ engine, env }, async (tillpost) => {
        const { ctx, db, clock, worker } = tillpost;
        await own(tillpost);
        const input = { url, description: '', types: ['contact.created'] };
        const { id } = await transact(db, (trx) => createEndpoint(ctx, trx, TEST, input, clock.now()));
        let contacts = 0;
        await work({
          tillpost,
          mail,
          id,
          async fails() {
            const loops = await clientOf(tillpost);
            for (let n = 0; n < 3; n++) await loops.createContact({ email: `n${++contacts}@example.com` });
            await worker.drain();
          },
          turn: async (isOn) => {
            const endpoint = (await findEndpoint(db, TEST, id))!;
            await transact(db, (trx) => turnEndpoint(trx, endpoint, isOn));
          },
        });
      }).finally(close);
    });

  it('an endpoint that was turned off is told once each time, and by the same Message-ID where a process was killed', () =>
    withEndpoint(async ({ tillpost, mail, id, fails, turn }) => {
      await fails();
      for (let n = 0; n < 3; n++) await later(tillpost, 7 * HOUR);
      expect(addressees(mail)).toEqual([OPS, OWNER]);
      const [first] = ofOwner(mail);
      expect(first?.text).toContain(`${tillpost.url}/settings/webhooks/${id}`);
      expect(first?.text).toContain('answered 410 Gone');
      // Its address may hold one.
      expect(first?.text).not.toContain('secret');

      await turn(true);
      await fails();
      await later(tillpost, 7 * HOUR);
      expect(addressees(mail)).toEqual([OPS, OPS, OWNER, OWNER]);
      const second = ofOwner(mail)[1];
      expect(second?.messageId).not.toBe(first?.messageId);

      // As it stood when the mail had gone and the process was killed.
      const { db, clock } = tillpost;
      await db.updateTable('webhook_endpoint').set({ due_at: clock.now(), claims: 1, attempts: 1 }).execute();
      await later(tillpost, HOUR);
      expect(ofOwner(mail)[2]?.messageId).toBe(second?.messageId);
    }));

  it('an endpoint that is on again before the mail server takes the notice is not told of', () =>
    withEndpoint(async ({ tillpost, mail, fails, turn }) => {
      const busy = { at: 'rcpt', code: 451, message: '4.3.0 Busy' } as const;
      mail.trouble(busy, busy);
      await fails();
      expect(addressees(mail)).toEqual([]);
      await turn(true);
      mail.calm();
      await later(tillpost, 7 * HOUR);
      expect(addressees(mail)).toEqual([]);
    }));

  it('a notice that the mail server doesn’t take goes later', () =>
    withEndpoint(async ({ tillpost, mail, fails }) => {
      const busy = { at: 'rcpt', code: 451, message: '4.3.0 Busy' } as const;
      mail.trouble(busy, busy);
      await fails();
      expect(addressees(mail)).toEqual([]);
      await later(tillpost, HOUR);
      expect(addressees(mail)).toEqual([OPS, OWNER]);
    }));

  it('a key that Loops refuses is told once, however much was on its way, and again when the next one is refused', () =>
    withMail((mail, env) =>
      withRecordingLoops({ engine, env }, async ({ tillpost, loops, save, status }) => {
        await own(tillpost);
        const customer = (n: number) => ({ id: `cus_${n}`, email: `n${n}@example.com`, name: 'Jenny' });
        const refuse = async (first: number) => {
          loops.answerAll({ status: 503 });
          for (let n = first; n < first + 4; n++) await happen(tillpost, 'customer.created', customer(n));
          loops.answerAll({ status: 401, body: { error: 'Invalid API key' } });
          for (let n = 0; n < 3; n++) await later(tillpost, 2 * HOUR);
          expect(await status()).toBe('refused');
          // What was on its way is answered when people have been told.
          const { db, clock } = tillpost;
          const refused = (await findForwarding(db, TEST))!;
          const asBefore = { whenIts: 'on', tellAt: clock.now() } as const;
          expect(await transact(db, (trx) => refuseKey(trx, refused, 'Refused', asBefore))).toBe(true);
          await later(tillpost, 2 * HOUR);
        };
        await refuse(1);
        expect(addressees(mail)).toEqual([OPS, OWNER]);
        const [notice] = ofOwner(mail);
        expect(notice?.text).toContain('Loops refuses the key.');
        expect(notice?.text).toContain(`${tillpost.url}/settings/forwarding`);
        loops.answerAll(undefined);
        await save({ key: 'loops_key_better' });
        expect(await status()).toBe('on');
        await refuse(11);
        expect(addressees(mail)).toEqual([OPS, OPS, OWNER, OWNER]);
      }),
    ));

  it('a key that is refused while somebody looks is not told, but one that could not be tried at first', () =>
    withMail((mail, env) =>
      withRecordingLoops({ engine, env }, async ({ tillpost, loops, save, status }) => {
        await own(tillpost);
        loops.answerAll({ status: 401 });
        await save({ key: 'loops_key_bad' });
        await later(tillpost, HOUR);
        expect([await status(), addressees(mail)]).toEqual(['refused', []]);
        loops.answerAll({ status: 502 });
        await save({ key: 'loops_key_other' });
        loops.answerAll({ status: 401 });
        await later(tillpost, HOUR);
        expect([await status(), addressees(mail)]).toEqual(['refused', [OPS, OWNER]]);
      }),
    ));
});
