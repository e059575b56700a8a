/** What an element needs to refresh itself: the server returns the whole page, and htmx takes the element of this id. */
export const refreshes = ({ id, url, seconds }: { id: string; url: string; seconds: number }) => ({
  'hx-get': url,
  'hx-trigger': `every ${seconds}s`,
  'hx-select': `#${id}`,
  'hx-swap': 'outerHTML',
  'hx-target': 'this',
});
