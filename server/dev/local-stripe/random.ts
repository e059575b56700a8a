/** Ids and people; with a seed they come out the same every time. */
import { randomInt } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

const SHORT_IDS = new Set(['cus', 'prod', 'si', 'req']);

const FIRST_NAMES =
  'Jenny Amara Luca Mei Noah Sofia Omar Ingrid Mateo Priya Elias Yuki Chloe Kofi Anna Rafael Leila Hugo Nadia Theo'.split(
    ' ',
  );
const LAST_NAMES =
  'Rosen Okafor Bianchi Tanaka Keller Novak Haddad Lindqvist Silva Sharma Weber Sato Moreau Mensah Kowalski Costa'.split(
    ' ',
  );

interface Person {
  name: string;
  email: string;
}

export interface Random {
  /** `prefix_` and letters and digits, as long as Stripe's own for that kind. */
  newId(prefix: string): string;
  letters(length: number): string;
  /** Somebody at example.com; every call gives another address. */
  newPerson(): Person;
}

export function createRandom(seed: number = randomInt(2 ** 31)): Random {
  const next = mulberry32(seed);
  let people = Math.floor(next() * FIRST_NAMES.length * LAST_NAMES.length);

  const letters = (length: number) =>
    Array.from({ length }, () => ALPHABET[Math.floor(next() * ALPHABET.length)]).join('');

  return {
    letters,
    newId: (prefix) => `${prefix}_${SHORT_IDS.has(prefix) ? letters(14) : `1${letters(23)}`}`,
    newPerson() {
      people += 7;
      const first = FIRST_NAMES[people % FIRST_NAMES.length]!;
      const last = LAST_NAMES[Math.floor(people / FIRST_NAMES.length) % LAST_NAMES.length]!;
      const unique = letters(6).toLowerCase();
      return { name: `${first} ${last}`, email: `${first}.${last}.${unique}@example.com`.toLowerCase() };
    },
  };
}

/** A small seeded generator, good enough for ids nobody has to guess against. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
