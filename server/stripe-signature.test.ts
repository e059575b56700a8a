import { createHmac } from 'node:crypto';
import Stripe from 'stripe';
import { isSignedBy } from './stripe-signature';

const NOW = Date.UTC(2026, 10, 25);
const T = NOW / 1000;
const SECRET = 'whsec_one';
const BODY = '{"id":"evt_1","name":"Zoë 🌷"}';

const v1 = (body = BODY, secret = SECRET, time: number | string = T) =>
  createHmac('sha256', secret).update(`${time}.${body}`).digest('hex');
const byStripe = (timestamp: number, secret = SECRET) =>
  Stripe.webhooks.generateTestHeaderString({ payload: BODY, secret, timestamp });

describe('a signature', () => {
  it('made by Stripe’s own library holds, with any one of several secrets', () => {
    expect(isSignedBy([SECRET], BODY, byStripe(T), NOW)).toBe(true);
    expect(isSignedBy(['whsec_old', SECRET], BODY, byStripe(T), NOW)).toBe(true);
    expect(isSignedBy(['whsec_old'], BODY, byStripe(T), NOW)).toBe(false);
    expect(isSignedBy([], BODY, byStripe(T), NOW)).toBe(false);
  });

  it('is as Stripe documents it: HMAC-SHA256 of time, dot and body', () => {
    // Computed with openssl: printf '%s' '1700000000.{}' | openssl dgst -sha256 -hmac whsec_vector
    const known = '1f8abe454aaf2153a9ae950a6602cbee309c717fb69ac06067bcf0e2ee2f359d';
    expect(isSignedBy(['whsec_vector'], '{}', `t=1700000000,v1=${known}`, 1_700_000_000_000)).toBe(true);
  });

  it.each([
    ['300 s old', T - 300, true],
    ['301 s old', T - 301, false],
    ['300 s ahead', T + 300, true],
    ['301 s ahead', T + 301, false],
  ])('that is %s holds: %#', (_name, time, holds) => {
    expect(isSignedBy([SECRET], BODY, byStripe(time), NOW)).toBe(holds);
  });

  it('may stand among others, while a secret rotates', () => {
    const other = v1(BODY, 'whsec_other');
    expect(isSignedBy([SECRET], BODY, `t=${T},v1=${other},v1=${v1()},v0=${'0'.repeat(64)}`, NOW)).toBe(true);
    expect(isSignedBy([SECRET], BODY, `t=${T}, v1=zz, v1=${v1()}`, NOW)).toBe(true);
  });

  it.each([
    ['', 'nothing'],
    [`v1=${v1()}`, 'no time'],
    [`t=,v1=${v1(BODY, SECRET, '')}`, 'an empty time'],
    [`t=NaN,v1=${v1(BODY, SECRET, 'NaN')}`, 'a time that is none'],
    [`t=${T}.5,v1=${v1(BODY, SECRET, `${T}.5`)}`, 'half a second'],
    [`t=${T}`, 'no signature'],
    [`t=${T},v0=${v1()}`, 'another scheme'],
    [`t=${T},v1=${v1().toUpperCase()}`, 'capitals'],
    [`t=${T},v1=${v1().slice(1)}`, 'too short'],
    [`t=${T},v1=${v1()}0`, 'too long'],
    [`t=${T},v1=${v1(`${BODY} `)}`, 'another body'],
    [`t=${T - 1},t=${T},v1=${v1(BODY, SECRET, T - 1)}`, 'two times, the first one signed'],
  ])('does not hold from %j: %s', (header) => {
    expect(isSignedBy([SECRET], BODY, header, NOW)).toBe(false);
  });
});
