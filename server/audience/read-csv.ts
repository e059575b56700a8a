/** Records of a CSV file (RFC 4180), as spreadsheets of all countries write them. Pure. */
import { cleanText } from '../clean-text';

/** `line` of the file, the first is 1: where the record begins. */
export type CsvRecord =
  | { line: number; fields: string[] }
  /** It can't be read; `text` is its beginning. */
  | { line: number; fields: null; text: string };

/** Of one that can't be read. */
const SHOWN_CHARACTERS = 1_000;

/** Longer ones, in characters, are refused: a quote was opened that isn't closed. */
const MOST_CHARACTERS = 64_000;

/** Throws RangeError for what is no text. */
export function decodeCsv(bytes: Buffer): string {
  if (bytes.length >= 2 && bytes[0] === 0xff && bytes[1] === 0xfe) return decode(bytes, 'utf-16le');
  if (bytes.length >= 2 && bytes[0] === 0xfe && bytes[1] === 0xff) return decode(bytes, 'utf-16be');
  // An Excel workbook is a ZIP file.
  if (bytes.subarray(0, 4).equals(Buffer.from('PK\x03\x04'))) throw new RangeError('a workbook');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Excel saves so where nothing else is chosen.
    return decode(bytes, 'windows-1252');
  }
}

const decode = (bytes: Buffer, encoding: string) => new TextDecoder(encoding).decode(bytes);

const DELIMITERS = [',', ';', '\t'] as const;

/** The one that the first line has most of. */
export function delimiterOf(text: string): string {
  const first = /^[^\r\n]*/.exec(text.slice(0, MOST_CHARACTERS))?.[0].replace(/"[^"]*"/g, '') ?? '';
  const count = (delimiter: string) => first.split(delimiter).length;
  return DELIMITERS.reduce((best, one) => (count(one) > count(best) ? one : best));
}

/** Lines without anything are passed over. NULs and lone surrogates become U+FFFD. */
export function* readCsv(text: string, delimiter: string): Generator<CsvRecord, void> {
  let line = 1;
  for (let at = 0; at < text.length;) {
    const read = readRecord(text, at, delimiter);
    if (read === null) {
      const end = afterLine(text, at);
      yield { line, fields: null, text: cleanText(text.slice(at, Math.min(end, at + SHOWN_CHARACTERS))).trim() };
      at = end;
      line += 1;
      continue;
    }
    if (read.fields.some((field) => field !== '')) yield { line, fields: read.fields };
    line += read.lines;
    at = read.end;
  }
}

function afterLine(text: string, from: number): number {
  const found = /\r\n?|\n/g;
  found.lastIndex = from;
  return found.exec(text) ? found.lastIndex : text.length;
}

function readRecord(text: string, start: number, delimiter: string) {
  const fields: string[] = [];
  let lines = 1;
  let at = start;
  for (;;) {
    let field = '';
    if (text[at] === '"') {
      for (;;) {
        const quote = text.indexOf('"', at + 1);
        if (quote < 0 || quote - start > MOST_CHARACTERS) return null;
        field += text.slice(at + 1, quote);
        at = quote + 1;
        if (text[at] !== '"') break;
        field += '"';
      }
      lines += field.match(/\r\n?|\n/g)?.length ?? 0;
    }
    const from = at;
    while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') at += 1;
    if (at - start > MOST_CHARACTERS) return null;
    fields.push(cleanText(field + text.slice(from, at)).trim());
    if (text[at] === delimiter) {
      at += 1;
      continue;
    }
    if (text[at] === '\r' && text[at + 1] === '\n') at += 1;
    return { fields, lines, end: at + 1 };
  }
}
