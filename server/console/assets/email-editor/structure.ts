/** A Liquid construct from its first tag to its last: `{% if %}…{% elsif %}…{% endif %}`. Pure. */
import { PLACEHOLDER, type Piece } from './liquid-pieces';

export interface Structure {
  /** `if`, `unless`, `for` or `case`. */
  name: string;
  /** Its tags, but for the closing one, with what follows each. */
  parts: { tag: string; content: string }[];
  close: string;
  /** Where the closing tag ends. */
  end: number;
}

const OPENING = ['if', 'unless', 'for', 'case'];
const DIVIDING = ['elsif', 'else'];

interface Mark extends Pick<Piece, 'kind' | 'name' | 'source'> {
  from: number;
  to: number;
}

/** What the tag at this place of a protected text begins; undefined when it begins nothing, or what it begins doesn't end. */
export function readStructure(text: string, at: number, pieces: readonly Piece[]): Structure | undefined {
  const stack: string[] = [];
  const parts: Mark[] = [];
  for (const mark of marksFrom(text, at, pieces)) {
    if (mark.kind === 'tag') {
      if (OPENING.includes(mark.name)) stack.push(mark.name);
      if (stack.length === 1 && (parts.length === 0 || DIVIDING.includes(mark.name))) parts.push(mark);
      if (mark.name === `end${stack.at(-1)}`) stack.pop();
    }
    const [first] = parts;
    if (!first) return undefined;
    if (stack.length === 0)
      return { name: first.name, parts: contentsOf(text, parts, mark), close: mark.source, end: mark.to };
  }
  return undefined;
}

const contentsOf = (text: string, parts: readonly Mark[], last: Mark) =>
  parts.map(({ source, to }, index) => ({ tag: source, content: text.slice(to, (parts[index + 1] ?? last).from) }));

function* marksFrom(text: string, at: number, pieces: readonly Piece[]): Generator<Mark> {
  const words = new RegExp(PLACEHOLDER, 'g');
  words.lastIndex = at;
  for (let word = words.exec(text); word; word = words.exec(text)) {
    const piece = pieces[Number(word[1])];
    if (piece) yield { ...piece, from: word.index, to: words.lastIndex };
  }
}
