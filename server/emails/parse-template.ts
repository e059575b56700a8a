/**
 * Reads a template within limits, for requests wait for it: each tag is counted before Liquid looks into it, and is read as
 * a text of its own, so that finding a name's place costs no more than its tag is long. Pure.
 */
import { LiquidError, Parser, Tokenizer, TypeGuards, type Template } from 'liquidjs';
import { bodyEngine } from './liquid';

/** A template's fault, with its place counted from 1. */
export interface TemplateProblem {
  message: string;
  line: number;
  column: number;
}

/** What a template names: `segments` of `contact.name` are two texts; where it, and its tag, begin in the source. */
export interface NamedValue {
  segments: readonly unknown[];
  at: number;
  tag: number;
}

export type ParsedTemplate = { templates: Template[]; named: NamedValue[] } | { problem: TemplateProblem };

/** Of one tag. */
export const MAX_TAG_CHARACTERS = 2_000;
/** Words and signs cost the time: thirty filters with an argument each are 150 of them. */
const MAX_TAG_WORDS = 300;
/** Of a whole template; a hundred values with a filter each are under 1,000. */
const MAX_WORDS = 3_000;
/** Of all templates of a workflow. */
const MAX_WORDS_OF_ALL = 20_000;
/** Brackets within brackets. */
const MAX_BRACKETS = 5;
/** As many as are named at once. */
const MAX_PROBLEMS = 20;
const MAX_MESSAGE_CHARACTERS = 200;

/** What is left for templates that are read in one go, and how many of their problems are still named. */
export interface TemplateBudget {
  words: number;
  problems: number;
}

export const newTemplateBudget = (): TemplateBudget => ({ words: MAX_WORDS_OF_ALL, problems: MAX_PROBLEMS });

export function parseTemplate(source: string, budget = newTemplateBudget()): ParsedTemplate {
  try {
    const tokens = findTags(source, budget).flatMap(({ text, at }) =>
      tokenizerOf(text, String(at)).readTopLevelTokens(bodyEngine.options),
    );
    const templates = new Parser(bodyEngine).parseTokens(tokens);
    const { globals } = bodyEngine.analyzeSync(templates, { partials: false });
    const named = Object.values(globals)
      .flat()
      .map(({ segments, location: { file, row, col } }) => {
        const tag = Number(file ?? 0);
        return { segments, tag, at: offsetOf(source, tag, row, col) };
      });
    return { templates, named };
  } catch (error) {
    return { problem: problemOf(error, source) };
  }
}

/** Of all tags; Infinity for a template that is beyond a limit, or whose tags don't end. */
export function countTagWords(source: string): number {
  try {
    return findTags(source, newTemplateBudget()).reduce((sum, { words }) => sum + words, 0);
  } catch (error) {
    if (error instanceof TooMuchError || isFault(error)) return Infinity;
    throw error;
  }
}

/** A fault of a template that was filled in or read; other errors are thrown on. */
export function describeFault(error: unknown): string {
  if (!isFault(error)) throw error;
  return error.message
    .replace(/(, file:\d+)?, line:\d+.*$/s, '')
    .replace(/^undefined filter: /, 'There is no filter ')
    .slice(0, MAX_MESSAGE_CHARACTERS);
}

/** Of an offset in `source`. */
export function problemAt(source: string, at: number, message: string): TemplateProblem {
  let [line, begin] = [1, 0];
  for (let end = source.indexOf('\n'); end !== -1 && end < at; end = source.indexOf('\n', begin)) {
    line++;
    begin = end + 1;
  }
  return { message, line, column: at - begin + 1 };
}

/** A tag with the offset where it begins. */
interface Tag {
  text: string;
  at: number;
  words: number;
}

class TooMuchError extends Error {
  constructor(
    message: string,
    readonly at: number,
  ) {
    super(message);
  }
}

/** All of a template's tags, by Liquid's own reading of where each ends. Throws TooMuchError. */
function findTags(source: string, budget: TemplateBudget): Tag[] {
  const tokenizer = tokenizerOf(source);
  const tags: Tag[] = [];
  let isRaw = false;
  let words = 0;
  for (;;) {
    // Liquid reads text between tags slowly, and there is nothing in it.
    if (!isRaw) tokenizer.p = nextTag(source, tokenizer.p);
    if (tokenizer.p >= source.length) return tags;
    const token = tokenizer.readTopLevelToken(bodyEngine.options);
    if (TypeGuards.isHTMLToken(token)) continue;
    isRaw = TypeGuards.isTagToken(token) && token.name === 'raw';
    const [text, at] = [token.getText(), token.begin];
    const own = checkedWords(text, at);
    words += own;
    budget.words -= own;
    if (words > MAX_WORDS) throw new TooMuchError(`The tags up to this one have ${overWords(MAX_WORDS)}`, at);
    if (budget.words < 0)
      throw new TooMuchError(`The tags of all emails up to this one have ${overWords(MAX_WORDS_OF_ALL)}`, at);
    tags.push({ text, at, words: own });
  }
}

/** How many there are in a tag that begins at `at`. */
function checkedWords(tag: string, at: number): number {
  if (tag.length > MAX_TAG_CHARACTERS)
    throw new TooMuchError(`This tag has more than ${write(MAX_TAG_CHARACTERS)} characters`, at);
  // What Liquid takes for a blank or a sign among other letters counts as one here.
  const words = tag.match(/[\w-]+|[^\s\0-\x7f\u180e\u201c\u201d]+|[^\w\s]/g)?.length ?? 0;
  if (words > MAX_TAG_WORDS) throw new TooMuchError(`This tag has ${overWords(MAX_TAG_WORDS)}`, at);
  if (depthOf(tag) > MAX_BRACKETS)
    throw new TooMuchError(`This tag has more than ${MAX_BRACKETS} brackets within one another`, at);
  return words;
}

const overWords = (limit: number) => `more than ${write(limit)} words and signs`;
const write = (limit: number) => limit.toLocaleString('en-US');

function tokenizerOf(text: string, file?: string): Tokenizer {
  const { operators, groupedExpressions } = bodyEngine.options;
  return new Tokenizer(text, operators, file, undefined, groupedExpressions);
}

function nextTag(source: string, from: number): number {
  const begin = /{{|{%/g;
  begin.lastIndex = from;
  return begin.exec(source)?.index ?? source.length;
}

/** Of brackets, wherever they stand. */
function depthOf(tag: string): number {
  let [depth, most] = [0, 0];
  for (const [bracket] of tag.matchAll(/[[\]()]/g)) {
    depth = bracket === '[' || bracket === '(' ? depth + 1 : Math.max(0, depth - 1);
    most = Math.max(most, depth);
  }
  return most;
}

const isFault = (error: unknown): error is LiquidError =>
  error instanceof LiquidError || (error instanceof Error && 'token' in error);

function problemOf(error: unknown, source: string): TemplateProblem {
  if (error instanceof TooMuchError) return problemAt(source, error.at, error.message);
  const message = describeFault(error);
  const { file, begin } = (error as LiquidError).token;
  return problemAt(source, Number(file ?? 0) + begin, message);
}

/** Of a place that is counted from where its tag begins. */
function offsetOf(source: string, tag: number, row: number, column: number): number {
  let line = tag;
  for (let n = 1; n < row; n++) line = source.indexOf('\n', line) + 1;
  return line + column - 1;
}
