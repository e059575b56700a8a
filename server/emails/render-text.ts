/** The plain-text part, from markdown-it's tokens with values filled in. Links stand in full, for they can't be clicked through. Pure. */
import type { Token } from 'markdown-it';

interface List {
  ordered: boolean;
  next: number;
}

export function renderText(tokens: readonly Token[]): string {
  const blocks: string[] = [];
  const lists: List[] = [];
  let quotes = 0;
  let marker: string | null = null;
  let cells: string[] | null = null;

  /** Blocks that belong together (items of a list, rows of a table) stand without an empty line between them. */
  const push = (text: string, isTight: boolean) => {
    const indent = '  '.repeat(Math.max(0, lists.length - 1));
    const lead = marker ?? (lists.length > 0 ? '  ' : '');
    const prefix = '> '.repeat(quotes) + indent;
    const lines = text.split('\n').map((line, n) => prefix + (n === 0 ? lead : ' '.repeat(lead.length)) + line);
    if (isTight && blocks.length > 0) blocks[blocks.length - 1] += `\n${lines.join('\n')}`;
    else blocks.push(lines.join('\n'));
    marker = null;
  };

  let isInTightList = false;
  for (const token of tokens) {
    switch (token.type) {
      case 'bullet_list_open':
      case 'ordered_list_open':
        lists.push({ ordered: token.type === 'ordered_list_open', next: Number(token.attrGet('start') ?? 1) });
        if (lists.length === 1) isInTightList = false;
        break;
      case 'bullet_list_close':
      case 'ordered_list_close':
        lists.pop();
        if (lists.length === 0) isInTightList = false;
        break;
      case 'list_item_open': {
        const list = lists.at(-1);
        marker = list?.ordered ? `${list.next++}. ` : '- ';
        break;
      }
      case 'blockquote_open':
        quotes++;
        break;
      case 'blockquote_close':
        quotes--;
        break;
      case 'tr_open':
        cells = [];
        break;
      case 'tr_close':
        push((cells ?? []).join(' | '), isInTightList);
        cells = null;
        isInTightList = true;
        break;
      case 'table_close':
        isInTightList = false;
        break;
      case 'inline':
        if (cells) cells.push(inlineText(token.children ?? []));
        else {
          push(inlineText(token.children ?? []), lists.length > 0 && isInTightList);
          isInTightList = lists.length > 0;
        }
        break;
      case 'fence':
      case 'code_block':
        push(token.content.trimEnd(), false);
        break;
      case 'hr':
        push('---', false);
        break;
    }
  }
  return blocks.filter((block) => block.trim() !== '').join('\n\n');
}

function inlineText(tokens: readonly Token[]): string {
  let text = '';
  const links: { href: string; start: number }[] = [];
  for (const token of tokens) {
    switch (token.type) {
      case 'text':
      case 'code_inline':
        text += oneLine(token.content);
        break;
      case 'softbreak':
      case 'hardbreak':
        text += '\n';
        break;
      case 'image':
        text += oneLine(token.content);
        break;
      case 'link_open':
        links.push({ href: token.attrGet('href') ?? '', start: text.length });
        break;
      case 'link_close': {
        const link = links.pop();
        if (link) text = text.slice(0, link.start) + linkText(text.slice(link.start), link.href);
        break;
      }
    }
  }
  return text;
}

const linkText = (label: string, href: string): string => {
  const target = href.replace(/^mailto:/, '');
  if (href === '#' || label === target || label === href) return label;
  return label.trim() === '' ? target : `${label}: ${target}`;
};

/** A value with line breaks must not look like a paragraph of ours. */
const oneLine = (text: string): string => text.replace(/[\r\n\u2028\u2029]+/g, ' ');
