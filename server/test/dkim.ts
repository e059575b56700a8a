/** Verifies a DKIM signature as a recipient does (RFC 6376, rsa-sha256, relaxed/relaxed), by nothing of the sender's. */
import { createHash, verify, type KeyObject } from 'node:crypto';

export interface DkimSignature {
  domain: string | undefined;
  selector: string | undefined;
  /** Names of the headers it covers, in lower case. */
  covers: string[];
  isGood: boolean;
}

/** Undefined for a mail without a signature. */
export function readDkim(raw: string, publicKey: KeyObject): DkimSignature | undefined {
  const end = raw.indexOf('\r\n\r\n');
  const fields = raw.slice(0, end).split(/\r\n(?![ \t])/);
  const nameOf = (field: string) => field.slice(0, field.indexOf(':')).trim().toLowerCase();
  const signature = fields.find((field) => nameOf(field) === 'dkim-signature');
  if (signature === undefined) return undefined;
  const tags = readTags(signature);
  const covers = (tags.h ?? '').toLowerCase().split(':');
  const covered = covers.map((name) => relaxedField(fields.findLast((field) => nameOf(field) === name) ?? `${name}:`));
  const unsigned = relaxedField(signature).replace(/(;\s*b=)[^;]*/, '$1');
  const bodyHash = createHash('sha256').update(relaxedBody(raw.slice(end + 4)));
  return {
    domain: tags.d,
    selector: tags.s,
    covers,
    isGood:
      tags.a === 'rsa-sha256' &&
      tags.c === 'relaxed/relaxed' &&
      bodyHash.digest('base64') === tags.bh &&
      verify(
        'sha256',
        Buffer.from([...covered, unsigned].join('\r\n')),
        publicKey,
        Buffer.from(tags.b ?? '', 'base64'),
      ),
  };
}

function readTags(field: string): Record<string, string | undefined> {
  const tags = field.slice(field.indexOf(':') + 1).split(';');
  return Object.fromEntries(
    tags.map((tag) => [tag.slice(0, tag.indexOf('=')).trim(), tag.slice(tag.indexOf('=') + 1).replace(/\s+/g, '')]),
  );
}

function relaxedField(field: string): string {
  const colon = field.indexOf(':');
  const value = field
    .slice(colon + 1)
    .replace(/\r\n/g, '')
    .replace(/[ \t]+/g, ' ');
  return `${field.slice(0, colon).trim().toLowerCase()}:${value.trim()}`;
}

function relaxedBody(body: string): string {
  const lines = body.split('\r\n').map((line) => line.replace(/[ \t]+/g, ' ').replace(/ $/, ''));
  const text = lines.join('\r\n').replace(/(?:\r\n)+$/, '');
  return text === '' ? '' : `${text}\r\n`;
}
