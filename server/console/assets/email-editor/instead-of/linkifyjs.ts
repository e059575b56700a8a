/** For TipTap's links, in place of a list of all top-level domains: a whole address that is pasted becomes a link. */
export interface Found {
  type: 'url';
  isLink: true;
  value: string;
  href: string;
  start: number;
  end: number;
}

export const find = (text: string): Found[] =>
  Array.from(text.matchAll(/\bhttps?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]]/g), ({ index, 0: value }) => ({
    type: 'url',
    isLink: true,
    value,
    href: value,
    start: index,
    end: index + value.length,
  }));

/** Only links that are made while one types need these; ours are made by hand. */
export const tokenize = (): [] => [];
export const registerCustomProtocol = (): void => undefined;
export const reset = (): void => undefined;
