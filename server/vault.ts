/**
 * Secrets at rest and tokens in links. Every purpose has a key of its own, derived from ENCRYPTION_KEY (HKDF-SHA256);
 * several configured keys make rotation possible: the first writes, all read.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

interface Key {
  /** First 8 hex digits of the key's hash: says which key sealed a text. */
  id: string;
  encrypt: Buffer;
  sign: Buffer;
}

export type Vault = ReturnType<typeof createVault>;

export function createVault(encryptionKeys: readonly Buffer[]) {
  const keys = encryptionKeys.map(deriveKey);
  const [current] = keys;
  if (!current) throw new Error('a vault needs a key');

  return {
    /** Encrypts by AES-256-GCM. `context`, such as the install, is authenticated: only the same one opens the result. */
    seal(text: string, context: string): string {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(ALGORITHM, current.encrypt, iv).setAAD(Buffer.from(context));
      const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `${current.id}.${sealed.toString('base64url')}`;
    },

    /** The text that was sealed. Throws when no configured key opens it, it was changed, or `context` is another. */
    open(sealedText: string, context: string): string {
      const [id, encoded = ''] = sealedText.split('.');
      const key = keys.find((candidate) => candidate.id === id);
      if (!key) throw new Error('sealed with a key that ENCRYPTION_KEY does not hold any more');
      const sealed = Buffer.from(encoded, 'base64url');
      const decipher = createDecipheriv(ALGORITHM, key.encrypt, sealed.subarray(0, IV_BYTES))
        .setAAD(Buffer.from(context))
        .setAuthTag(sealed.subarray(-TAG_BYTES));
      return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]).toString('utf8');
    },

    /** Whether the first key sealed it. */
    isCurrent: (sealedText: string): boolean => sealedText.startsWith(`${current.id}.`),

    /** A token that holds `text`, readable and signed (HMAC-SHA256): for links without a row in a table, such as unsubscribe. */
    sign(text: string, purpose: string): string {
      return `${Buffer.from(text).toString('base64url')}.${mac(current, text, purpose)}`;
    },

    /** A signature where room is short and case may be lost, as before the @ of an address: 64 bits in hex. */
    tag: (text: string, purpose: string): string => tagOf(current, text, purpose),

    isTagged: (text: string, tag: string, purpose: string): boolean =>
      keys.some((key) => isEqual(tagOf(key, text, purpose), tag)),

    /** The text of a signed token; undefined when it is forged, malformed or of another purpose. */
    verify(token: string, purpose: string): string | undefined {
      const [encoded = '', given = ''] = token.split('.');
      const text = Buffer.from(encoded, 'base64url').toString('utf8');
      return keys.some((key) => isEqual(mac(key, text, purpose), given)) ? text : undefined;
    },
  };
}

function deriveKey(secret: Buffer): Key {
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', secret, '', `tillpost ${purpose}`, 32));
  return { id: sha256(secret.toString('base64')).slice(0, 8), encrypt: derive('encrypt'), sign: derive('sign') };
}

const mac = (key: Key, text: string, purpose: string) =>
  createHmac('sha256', key.sign).update(`${purpose}\n${text}`).digest('base64url');

const tagOf = (key: Key, text: string, purpose: string) =>
  Buffer.from(mac(key, text, purpose), 'base64url')
    .toString('hex')
    .slice(0, 16);

/** Compares in constant time, so that timing says nothing about how much was right. */
export function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** In hex. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** HMAC-SHA-256: without the key nobody can tell which text it is of by trying. */
export const keyedHash = (key: Buffer, text: string): string =>
  createHmac('sha256', key).update(text).digest('base64url');

/** 256 random bits for a cookie, one-time link or key of our own; of the first two only a hash is stored. */
export const randomToken = (): string => randomBytes(32).toString('base64url');
