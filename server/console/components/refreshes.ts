/** What an element needs to refresh itself: the server returns the whole page, and htmx takes the element of this id. */
export const refreshes = ({
  id,
  url,
  seconds,
  along = [],
}: {
  id: string;
  url: string;
  seconds: number;
  /** Ids of other elements of the page that are replaced with it. */
  along?: readonly string[];
}) => ({
  'hx-get': url,
  'hx-trigger': `every ${seconds}s`,
  'hx-select': `#${id}`,
  'hx-select-oob': along.map((one) => `#${one}`).join() || undefined,
  'hx-swap': 'outerHTML',
  'hx-target': 'this',
});
