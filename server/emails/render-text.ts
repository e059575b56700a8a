/**
 * The plain-text part, from markdown-it's tokens with values filled in. Links stand in full, for they can't be clicked
 * through. Pure.
 */
import type { Token } from 'markdown-it';

interface Open {
  kind: 'bullet' | 'ordered' | 'quote' | 'table';
  /** The number of the next item. */
  next: number;
}

export function renderText(tokens: readonly Token[]): string {
  const writer = createWriter();
  for (const token of tokens) {
    switch (token.type) {
      case 'bullet_list_open':
        writer.open('bullet');
        break;
      case 'ordered_list_open':
        writer.open('ordered', Number(token.attrGet('start') ?? 1));
        break;
      case 'blockquote_open':
        writer.open('quote');
        break;
      case 'table_open':
        writer.open('table');
        break;
      case 'bullet_list_close':
      case 'ordered_list_close':
      case 'blockquote_close':
      case 'table_close':
        writer.close();
        break;
      case 'list_item_open':
        writer.beginItem();
        break;
      case 'tr_close':
        writer.endRow();
        break;
      case 'inline':
        writer.write(inlineText(token.children ?? []));
        break;
      case 'fence':
      case 'code_block':
        writer.write(token.content.trimEnd());
        break;
      case 'hr':
        writer.write('---');
        break;
    }
  }
  return writer.text();
}

/** Blocks stand apart by an empty line, but items of one list and rows of one table don't. */
function createWriter() {
  const blocks: string[] = [];
  const stack: Open[] = [];
  let marker = '';
  let cells: string[] = [];
  let isContinuing = false;

  const isList = ({ kind }: Open) => kind === 'bullet' || kind === 'ordered';

  function push(text: string): void {
    const quotes = '> '.repeat(stack.filter(({ kind }) => kind === 'quote').length);
    const depth = stack.filter(isList).length;
    const hanging = '  '.repeat(depth);
    const lead = marker ? '  '.repeat(depth - 1) + marker : hanging;
    const lines = text.split('\n').map((line, n) => quotes + (n === 0 ? lead : hanging) + line);
    if (isContinuing) blocks.push(`${blocks.pop() ?? ''}\n${lines.join('\n')}`);
    else blocks.push(lines.join('\n'));
    marker = '';
    isContinuing = stack.some((open) => isList(open) || open.kind === 'table');
  }

  return {
    open(kind: Open['kind'], next = 1): void {
      stack.push({ kind, next });
    },
    close(): void {
      stack.pop();
      isContinuing = isContinuing && stack.some((open) => isList(open) || open.kind === 'table');
    },
    beginItem(): void {
      const list = stack.findLast(isList);
      marker = list?.kind === 'ordered' ? `${list.next++}. ` : '- ';
    },
    endRow(): void {
      push(cells.join(' | '));
      cells = [];
    },
    write(text: string): void {
      if (stack.at(-1)?.kind === 'table') cells.push(text);
      else push(text);
    },
    text: (): string => blocks.filter((block) => block.trim() !== '').join('\n\n'),
  };
}

function inlineText(tokens: readonly Token[]): string {
  let text = '';
  const links: { href: string; start: number }[] = [];
  for (const token of tokens) {
    switch (token.type) {
      case 'text':
      case 'code_inline':
      case 'image':
        text += oneLine(token.content);
        break;
      case 'softbreak':
      case 'hardbreak':
        text += '\n';
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

function linkText(label: string, href: string): string {
  const target = href.replace(/^mailto:/, '');
  if (href === '#' || label === target || label === href) return label;
  return label.trim() === '' ? target : `${label}: ${target}`;
}

/** A value with line breaks must not look like a paragraph of ours. */
const oneLine = (text: string): string => text.replace(/[\r\n\u2028\u2029]+/g, ' ');
