/**
 * Markdown with protected values (placeholders.ts) into the HTML and the plain text of an email. Raw HTML is off, links
 * lead to http, https and mailto only, and every style stands on its element, as mail clients want it. Pure.
 */
import MarkdownIt, { type Token } from 'markdown-it';
import { replaceValues } from './placeholders';
import { renderText } from './render-text';
import type { EmailStyles } from './render-styles';

const markdown = new MarkdownIt({ html: false, linkify: false, typographer: false, breaks: true });
// Links are judged once their values are known.
markdown.validateLink = () => true;
markdown.normalizeLink = (url) => url;

/** Undefined when the HTML is longer than `maxCharacters`. */
export function renderMarkdown(
  source: string,
  maxCharacters: number,
  styles: EmailStyles,
): { html: string; text: string } | undefined {
  const tokens = markdown.parse(source, {});
  // Asked before anything is written: a reference stands in the source once, its address in each of a thousand links.
  if (lengthOf(tokens) > maxCharacters) return undefined;
  fillIn(tokens);
  const text = renderText(tokens);
  makeButtons(tokens, styles);
  style(tokens, styles);
  const html = markdown.renderer.render(tokens, markdown.options, {});
  return html.length > maxCharacters ? undefined : { html, text };
}

const lengthOf = (tokens: readonly Token[]): number =>
  tokens.reduce((sum, { content, attrs, children }) => {
    const attributes = attrs?.reduce((length, [, value]) => length + value.length, 0) ?? 0;
    return sum + attributes + (children ? lengthOf(children) : content.length);
  }, 0);

/** Puts each value where it stands: as text it stays text, in a link it can't leave its part of the URL. */
function fillIn(tokens: Token[]): void {
  for (const token of tokens) {
    token.content = replaceValues(token.content, (value) => value);
    if (token.info) token.info = replaceValues(token.info, () => '');
    for (const attribute of token.attrs ?? []) {
      const isUrl = attribute[0] === 'href' || attribute[0] === 'src';
      attribute[1] = isUrl ? safeUrl(attribute[1]) : replaceValues(attribute[1], (value) => value);
    }
    if (token.children) fillIn(token.children);
  }
}

const SAFE_SCHEMES = ['http:', 'https:', 'mailto:'];

/** A value at the very start may be a whole URL; later it is one piece of it. '#' stands for what must not be opened. */
function safeUrl(template: string): string {
  const url = replaceValues(template, (value, index) =>
    index === 0 ? value : encodeURIComponent(value.toWellFormed()),
  );
  if (!URL.canParse(url)) return '#';
  const parsed = new URL(url);
  return SAFE_SCHEMES.includes(parsed.protocol) ? parsed.href : '#';
}

/** A paragraph that is nothing but one link becomes a button; `<https://…>` stays a plain link. */
function makeButtons(tokens: Token[], { button }: EmailStyles): void {
  tokens.forEach((token, index) => {
    const [first, ...rest] = token.children ?? [];
    const last = rest.at(-1);
    const before = tokens[index - 1];
    const after = tokens[index + 1];
    if (token.type !== 'inline' || before?.type !== 'paragraph_open' || after?.type !== 'paragraph_close') return;
    const isOneLink = rest.filter(({ type }) => type === 'link_close').length === 1;
    if (first?.type !== 'link_open' || first.markup === 'autolink' || last?.type !== 'link_close' || !isOneLink) return;
    if (before.hidden) return;
    first.attrSet('style', button.link);
    first.meta = { isStyled: true };
    Object.assign(before, { type: 'html_block', content: button.open });
    Object.assign(after, { type: 'html_block', content: button.close });
  });
}

function style(tokens: Token[], styles: EmailStyles): void {
  for (const token of tokens) {
    const css = styles.elements[token.type === 'heading_open' ? token.tag : token.type];
    const isStyled = (token.meta as { isStyled?: boolean } | null)?.isStyled;
    if (css && !isStyled) token.attrSet('style', [token.attrGet('style'), css].filter(Boolean).join(';'));
    if (token.type === 'link_open') token.attrSet('target', '_blank');
    if (token.children) style(token.children, styles);
  }
}
