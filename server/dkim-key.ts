/** The private key that DKIM_PRIVATE_KEY holds or names. */
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Verifiers turn down signatures by shorter keys (RFC 8301). */
const LEAST_BITS = 1024;

/** PEM, its line breaks as such or as `\n`, or the path of a file with it. Undefined for what can't sign with rsa-sha256. */
export function readDkimKey(value: string): string | undefined {
  try {
    const pem = value.startsWith('-----BEGIN') ? value.replaceAll('\\n', '\n') : readFileSync(value, 'utf8');
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(pem);
    return asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= LEAST_BITS ? pem : undefined;
  } catch {
    return undefined;
  }
}
