import { Webhook } from 'standardwebhooks';
import { liftSuppression } from '../audience/suppressions';
import { recordReport, type Report } from '../emails/reports';
import { createBounceRig, type BounceRig } from '../test/bounce-rig';
import { ENGINES } from '../test/databases';
import { DAY, tenant } from '../test/workflow-rig';

const SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const JENNY = 'jenny@example.com';

describe.each(ENGINES)('what is reported of an email, on %s', (engine) => {
  let rig: BounceRig;
  beforeEach(async () => (rig = await createBounceRig({ engine, env: { BOUNCE_SECRET: SECRET } })));
  afterEach(() => rig.close());

  function report(body: object, secret = SECRET) {
    const text = JSON.stringify(body);
    const now = new Date();
    return rig.post('generic', text, {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign('msg_1', now, text),
    });
  }

  it('suppresses an address that bounced, by the code alone, and the email stays sent', async () => {
    const email = await rig.send();
    const at = new Date(rig.ctx.clock.now() + 5_000).toISOString();
    rig.advance(60_000);
    const said = '550 5.1.1 <jenny@example.com> User unknown';
    expect(await report({ kind: 'hard', email: rig.token(email), at, said })).toBe(200);
    expect(await rig.read(email)).toMatchObject({
      status: 'sent',
      reason: 'bounced',
      outcome: `The address bounced: ${said}`,
      bounced_at: Date.parse(at),
    });
    expect(await rig.suppressionOf()).toMatchObject({ scope: 'all', reason: 'bounced with 550 5.1.1' });
    expect(await rig.contactOf(email)).toMatchObject({ status: 'subscribed' });
  });

  it('notes a soft bounce, and forgets it when the email is delivered', async () => {
    const email = await rig.send();
    await report({ kind: 'soft', message_id: email.message_id, said: '452 4.2.2 Mailbox full' });
    expect(await rig.read(email)).toMatchObject({
      reason: null,
      bounced_at: null,
      outcome: 'Not delivered so far: 452 4.2.2 Mailbox full',
    });
    expect(await rig.suppressionOf()).toBeUndefined();
    rig.advance(1_000);
    await report({ kind: 'delivered', message_id: email.message_id });
    const delivered = await rig.read(email);
    expect(delivered).toMatchObject({ outcome: null, delivered_at: rig.ctx.clock.now() });
    await report({ kind: 'soft', message_id: email.message_id, at: new Date(email.created_at).toISOString() });
    expect(await rig.read(email)).toEqual(delivered);
  });

  it('ends marketing to who complained', async () => {
    const email = await rig.send();
    await report({ kind: 'complaint', email: rig.token(email) });
    expect(await rig.read(email)).toMatchObject({
      status: 'sent',
      complained_at: rig.ctx.clock.now(),
      outcome: 'The recipient reported it as spam',
    });
    expect(await rig.contactOf(email)).toMatchObject({ status: 'unsubscribed' });
    expect(await rig.suppressionOf()).toBeUndefined();
  });

  it('suppresses marketing where the one who complained is no contact', async () => {
    const email = await rig.send();
    await rig.db.updateTable('email').set({ contact_id: null, is_test: 1 }).execute();
    await report({ kind: 'complaint', email: rig.token(email) });
    expect(await rig.suppressionOf()).toMatchObject({ scope: 'marketing' });
  });

  it('ends marketing to whoever has become the contact of an address that a program mailed', async () => {
    const email = await rig.send();
    await rig.db.updateTable('email').set({ contact_id: null, transactional_id: 'tpl_1' }).execute();
    await report({ kind: 'complaint', email: rig.token(email) });
    expect(await rig.contactOf(email)).toMatchObject({ status: 'unsubscribed' });
  });

  it('puts no words on the email of a deleted contact', async () => {
    const email = await rig.send();
    await rig.db.updateTable('email').set({ contact_id: null, to_address: '', subject: '' }).execute();
    expect(await report({ kind: 'hard', email: rig.token(email), said: 'no jenny here' })).toBe(200);
    expect(await rig.read(email)).toMatchObject({ reason: 'bounced', outcome: null });
    expect((await rig.state()).suppressions).toEqual([]);
  });

  it.each(['hard', 'complaint'] as const)(
    'counts a report of kind %s once: what a person lifted stays',
    async (kind) => {
      const email = await rig.send();
      await report({ kind, email: rig.token(email), said: '5.1.1' });
      await liftSuppression(rig.db, tenant, JENNY);
      await rig.db.updateTable('contact').set({ status: 'subscribed' }).execute();
      const before = await rig.state();
      rig.advance(DAY);
      expect(await report({ kind, email: rig.token(email), said: '5.1.1' })).toBe(200);
      expect(await rig.state()).toEqual(before);
    },
  );

  it('is counted once where it comes many times at once', async () => {
    const email = await rig.send();
    const names = { token: rig.token(email) };
    const reports = Array.from({ length: 8 }, (): Report => ({ kind: 'hard', names, at: NaN, said: '5.1.1' }));
    const recorded = await Promise.all(reports.map((one) => recordReport(rig.ctx, one)));
    expect(recorded.filter((one) => one === 'recorded')).toHaveLength(1);
  });

  it('changes nothing of others: another account, another mode, another contact', async () => {
    const email = await rig.send();
    const other = { accountId: 'acct_2', livemode: true };
    await rig.db
      .insertInto('install')
      .values({ account_id: 'acct_2', livemode: 1, id: 'ins_2', kind: 'oauth', status: 'active', connected_at: 1 })
      .execute();
    const foreign = await rig.send(JENNY, other);
    await report({ kind: 'hard', email: rig.token(foreign) });
    expect(await rig.read(foreign)).toMatchObject({ reason: 'bounced' });
    expect(await rig.suppressionOf(JENNY, other)).toMatchObject({ scope: 'all' });
    expect(await rig.read(email)).toEqual(email);
    expect(await rig.suppressionOf()).toBeUndefined();
    expect(await rig.suppressionOf(JENNY, { ...tenant, livemode: false })).toBeUndefined();
  });

  it('changes nothing by a name that is unknown, forged or used twice', async () => {
    const email = await rig.send();
    await rig.send('other@example.com');
    await rig.db.updateTable('email').set({ remote_id: '4ABCdef' }).execute();
    const before = await rig.state();
    const id = email.id.slice(4);
    const names = [
      { email: `${id}0123456789abcdef` },
      { email: id },
      { email: email.id },
      { message_id: `<${email.id}@elsewhere.example>` },
      { message_id: '<unknown@mail.example.com>' },
      { remote_id: '4ABCdef' },
      { remote_id: 'unknown' },
      { email: 'forged', message_id: 'x', remote_id: 'y' },
    ];
    for (const name of names) expect(await report({ kind: 'hard', ...name })).toBe(200);
    expect(await rig.state()).toEqual(before);
  });

  it('waits for the note that the email was sent', async () => {
    const email = await rig.send();
    await rig.db.updateTable('email').set({ status: 'queued', claims: 1 }).execute();
    expect(await report({ kind: 'hard', email: rig.token(email) })).toBe(503);
    expect(await rig.read(email)).toMatchObject({ bounced_at: null });
    await rig.db.updateTable('email').set({ status: 'sent', claims: 0 }).execute();
    expect(await report({ kind: 'hard', email: rig.token(email) })).toBe(200);
    expect(await rig.read(email)).toMatchObject({ reason: 'bounced' });
  });

  it('can’t be about an email that never went out', async () => {
    const email = await rig.send();
    await rig.db.updateTable('email').set({ status: 'captured' }).execute();
    expect(await report({ kind: 'hard', email: rig.token(email) })).toBe(200);
    expect(await rig.suppressionOf()).toBeUndefined();
  });

  it('names the field of our own form that is not as it must be', async () => {
    const send = async (body: object) => {
      const text = JSON.stringify(body);
      const now = new Date();
      const response = await fetch(`${rig.url}/bounces/generic/bounce-token-0123456789`, {
        method: 'POST',
        headers: {
          'webhook-id': 'msg_1',
          'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
          'webhook-signature': new Webhook(SECRET).sign('msg_1', now, text),
        },
        body: text,
      });
      return { status: response.status, ...((await response.json()) as object) };
    };
    const wrong = { status: 400, error: { code: 'invalid_request' } };
    expect(await send({ kind: 'bounced', email: 'x' })).toMatchObject({ ...wrong, error: { param: 'kind' } });
    expect(await send({ kind: 'hard', email: 'x', status: '5' })).toMatchObject({
      ...wrong,
      error: { param: 'status' },
    });
    expect(await send({ kind: 'hard' })).toMatchObject(wrong);
  });
});
