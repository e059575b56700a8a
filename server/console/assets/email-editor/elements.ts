/** Elements of the page. */
type Properties<Name extends keyof HTMLElementTagNameMap> = Partial<
  Omit<HTMLElementTagNameMap[Name], 'style' | 'dataset' | 'list'>
>;

export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Properties<Name> & { aria?: Record<string, string> } = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const { aria = {}, ...rest } = properties;
  const made = Object.assign(document.createElement(name), rest);
  for (const [key, value] of Object.entries(aria)) made.setAttribute(key === 'role' ? key : `aria-${key}`, value);
  made.append(...children);
  return made;
}

/** On the 16-pixel grid of the console's icons. */
const PATHS = {
  bullets: 'M6 4h8M6 8h8M6 12h8M2.5 4h.1M2.5 8h.1M2.5 12h.1',
  numbers: 'M6.5 4H14M6.5 8H14M6.5 12H14M2 2.8l1-.5v3M1.8 10.8c.3-1 2-.8 1.7.3-.1.6-1.7 1.2-1.7 1.9h1.9',
  quote: 'M3 3v10M6.5 5H14M6.5 8H14M6.5 11h5',
  rule: 'M2 8h12M5 4h6M5 12h6',
  link: 'M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2.2-2.2A2.6 2.6 0 0 0 9 3.3l-.8.8M9.2 6.8a2.6 2.6 0 0 0-3.7 0L3.3 9A2.6 2.6 0 0 0 7 12.7l.8-.8',
  button: 'M3 4.5h10a1.5 1.5 0 0 1 1.5 1.5v4a1.5 1.5 0 0 1-1.5 1.5H3A1.5 1.5 0 0 1 1.5 10V6A1.5 1.5 0 0 1 3 4.5ZM5 8h6',
  image: 'M2 3h12v10H2zM2 11l3.5-3.5 3 3L10.5 8.5 14 12M10.8 5.8h.1',
  condition: 'M4 2v12M4 9.5c0-3 8-1.5 8-5M12 4.5a1.2 1.2 0 1 0 0-2.4 1.2 1.2 0 0 0 0 2.4Z',
  undo: 'M5.5 3 2.5 6l3 3M2.5 6h7a4 4 0 0 1 0 8H6',
  redo: 'm10.500 3 3 3-3 3M13.500 6h-7a4 4 0 0 0 0 8H10',
} as const;
export type IconName = keyof typeof PATHS;

export function icon(name: IconName): SVGElement {
  const drawing = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', PATHS[name]);
  drawing.setAttribute('viewBox', '0 0 16 16');
  drawing.setAttribute('class', 'icon');
  drawing.setAttribute('aria-hidden', 'true');
  drawing.append(path);
  return drawing;
}
