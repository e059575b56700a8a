/** What the mails about a failed payment say of each cause: all of it is known, and nothing else is said. */
import { entryOf, samplesOf, type PropertyValue } from '../../../shared/catalogue';
import { stepsOf } from '../../../shared/workflow';
import { renderEmail } from '../../emails/render';
import { defineFromTemplate } from '.';
import { countOnlyWork } from '../../test/work-clock';

countOnlyWork();

const NEXT = 'March 4, 2026';

/** Subject and text of the mails: first, second, third. */
function mailsOf(known: Record<string, PropertyValue>, template = 'payment_failed') {
  const definition = defineFromTemplate(template);
  const samples = samplesOf(entryOf(definition.trigger.event).properties);
  return stepsOf(definition).flatMap(({ step }) => {
    if (step.kind !== 'email') return [];
    const mail = renderEmail({
      content: step.email,
      event: { ...samples, failure_kind: 'unknown', decline_code: null, is_last_attempt: null, ...known },
      contact: { first_name: 'Jenny' },
      payUrl: 'https://mail.example.com/pay/token',
      sender: { name: 'Acme' },
      locale: 'en-US',
      timezone: 'UTC',
      postalAddress: null,
      unsubscribeUrl: null,
    });
    if (mail.kind === 'held') throw new Error(mail.reason);
    return [{ subject: mail.subject, text: mail.text.replace(/\s+/g, ' ') }];
  });
}

const CAUSES = {
  confirm: /bank asks you to confirm/,
  expired: /has expired/,
  forGood: /won’t help|won’t work another time/,
  funds: /enough funds/,
  thisTime: /declined the payment this time/,
} as const;
type Cause = keyof typeof CAUSES;

const hard = (decline_code: string) => ({ failure_kind: 'hard', decline_code });
const soft = (decline_code: string) => ({ failure_kind: 'soft', decline_code });
const authentication = { failure_kind: 'authentication', decline_code: 'authentication_required' };

describe('the mails about a failed payment', () => {
  it.each<[string, Record<string, PropertyValue>, Cause | null, Cause | null]>([
    ['a lost card', hard('lost_card'), 'forGood', 'forGood'],
    ['a card that is not to be tried again', hard('generic_decline'), 'forGood', 'forGood'],
    ['an expired card', hard('expired_card'), 'expired', 'expired'],
    ['a payment to confirm', authentication, 'confirm', 'confirm'],
    ['insufficient funds', soft('insufficient_funds'), 'funds', 'funds'],
    ['a decline without a reason', soft('generic_decline'), 'thisTime', null],
    ['a cause that is not known', {}, null, null],
    ['a cause that nobody asked for', { failure_kind: null }, null, null],
  ])('name %s, and no other cause', (_, known, inFirst, inReminders) => {
    const [first, second, third] = mailsOf(known);
    for (const [mail, cause] of [
      [first, inFirst],
      [second, inReminders],
      [third, inReminders],
    ] as const) {
      const named = Object.entries(CAUSES).filter(([, pattern]) => pattern.test(mail!.text));
      expect(named.map(([name]) => name)).toEqual(cause ? [cause] : []);
      expect(mail!.text).toContain('$20.00 for invoice 1F7D0C5B-0001');
      expect(mail!.text).toContain(inFirst === 'confirm' ? 'Confirm the payment' : 'Pay $20.00 now');
      expect(mail!.text).not.toMatch(/lost|stolen|fraud|generic_decline| [.,]/);
    }
  });

  it.each<[string, Record<string, PropertyValue>, string | null]>([
    ['the card may work later', soft('generic_decline'), `we’ll try again on ${NEXT}`],
    ['the cause is not known', {}, `the next attempt is planned for ${NEXT}`],
    ['the card is declined for good', hard('lost_card'), null],
    ['the card has expired', hard('expired_card'), null],
    ['the customer has to confirm it', authentication, null],
    ['no attempt is known to be planned', { ...soft('generic_decline'), next_payment_attempt: null }, null],
    ['no attempt is planned', { next_payment_attempt: null, is_last_attempt: true }, 'We won’t try again by ourselves'],
    [
      'no attempt is planned and the card is declined for good',
      { ...hard('lost_card'), next_payment_attempt: null, is_last_attempt: true },
      'We won’t try again by ourselves',
    ],
  ])('say of the next attempt what is planned, when %s', (_, known, said) => {
    const texts = mailsOf(known).map(({ text }) => text);
    const found =
      /(we’ll try again on|the next attempt is planned for) [A-Z]\w+ \d+, \d+|We won’t try again by ourselves/;
    expect(found.exec(texts[0]!)?.[0] ?? null).toBe(said);
    // By then it may have been made.
    expect(texts.slice(1).join()).not.toMatch(found);
  });

  it('ask for a confirmation in the subject only where the bank does', () => {
    expect(mailsOf(authentication).map(({ subject }) => subject)).toEqual([
      'Please confirm your payment of $20.00',
      'Still open: $20.00',
      'Please settle your open payment of $20.00',
    ]);
    expect(mailsOf({})[0]?.subject).toBe('Your payment of $20.00 didn’t go through');
  });

  it('remind of a confirmation by its cause too', () => {
    const [, second] = mailsOf(hard('expired_card'), 'payment_confirmation');
    expect(second?.text).toMatch(CAUSES.expired);
  });
});
