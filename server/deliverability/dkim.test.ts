/** DKIM key records as verifiers read them. */
import { generateKeyPairSync } from 'node:crypto';
import { dkimRecord, judgeDkim } from './dkim';

const pair = () => generateKeyPairSync('rsa', { modulusLength: 1024 });
const { privateKey, publicKey } = pair();
const PEM = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
const spki = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
const bare = publicKey.export({ type: 'pkcs1', format: 'der' }).toString('base64');
const other = pair().publicKey.export({ type: 'spki', format: 'der' }).toString('base64');

it('publishes a record that fits', () =>
  expect([dkimRecord(PEM), judgeDkim(dkimRecord(PEM), PEM)]).toEqual([`v=DKIM1; k=rsa; p=${spki}`, { kind: 'fits' }]));

it.each([
  ['of the key alone', `p=${spki}`, 'fits'],
  ['with a bare RSA key', `v=DKIM1; p=${bare};`, 'fits'],
  ['with spaces in the key', `v=DKIM1; p=${spki.slice(0, 50)} ${spki.slice(50)}`, 'fits'],
  ['for email, with its own tags', `v=DKIM1; h=sha1:sha256; s=email; n=note; t=s; p=${spki}`, 'fits'],
  ['for tests', `v=DKIM1; t=y:s; p=${spki}`, 'fits_in_test_mode'],
  ['of another key', `v=DKIM1; p=${other}`, 'other_key'],
  ['that is revoked', 'v=DKIM1; p=', 'revoked'],
  ['without a key', 'v=DKIM1; k=rsa', 'unreadable'],
  ['whose key was cut off', `v=DKIM1; p=${spki.slice(0, 100)}`, 'unreadable'],
  ['of another version', `v=DKIM2; p=${spki}`, 'unreadable'],
  ['that says a tag twice', `v=DKIM1; p=${spki}; p=${other}`, 'unreadable'],
  ['that is something else', 'google-site-verification', 'unreadable'],
])('judges a record %s', (_what, text, kind) => expect(judgeDkim(text, PEM)).toEqual({ kind }));

it.each([['k=ed25519'], ['h=sha1'], ['s=other']])('says that %s keeps our signature out', (tag) =>
  expect(judgeDkim(`v=DKIM1; ${tag}; p=${spki}`, PEM)).toEqual({ kind: 'unfit', tag }),
);
