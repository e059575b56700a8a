/** A browser as far as connecting and forms go: keeps cookies, follows nothing by itself, says where its POSTs come from. */
export type BrowserClient = ReturnType<typeof createBrowserClient>;

export function createBrowserClient(base: string) {
  const jar = new Map<string, string>();

  async function request(path: string, init: RequestInit = {}): Promise<Response> {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...(init.headers as Record<string, string>), ...(cookie ? { cookie } : {}) };
    const response = await fetch(new URL(path, base), { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) keep(line);
    return response;
  }

  function keep(line: string): void {
    const [pair = ''] = line.split(';');
    const [name = '', value = ''] = pair.split('=');
    if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(name);
    else jar.set(name, value);
  }

  return {
    jar,
    get: (path: string) => request(path),
    post: (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
      request(path, { method: 'POST', body: new URLSearchParams(fields), headers: { origin: base, ...headers } }),
    /** A body that is no plain form. */
    send: (path: string, body: FormData | string, headers: Record<string, string> = {}) =>
      request(path, { method: 'POST', body, headers: { origin: base, ...headers } }),
    /** The CSRF token in the forms of a page. */
    async csrfToken(path = '/settings/stripe'): Promise<string> {
      const html = await (await request(path)).text();
      const token = /name="csrf_token" value="([^"]+)"/.exec(html)?.[1];
      if (!token) throw new Error(`no form on ${path}`);
      return token;
    },
    /** The session's id, as the cookie holds it. */
    session: () => jar.get('tillpost_session'),
  };
}

/** What a browser would send of the form with this id: values by name, unchecked boxes left out. */
export function fieldsOf(page: string, id = 'settings-form'): Record<string, string> {
  const [, form] = new RegExp(`<form[^>]* id="${id}"[^>]*>(.*?)</form>`, 's').exec(page) ?? [];
  if (form === undefined) throw new Error(`no form ${id} on the page`);
  const fields: Record<string, string> = {};
  for (const [, tag, attributes = '', content = ''] of form.matchAll(FIELD)) {
    const read = (name: string) => new RegExp(`\\s${name}="([^"]*)"`).exec(attributes)?.[1];
    const [name, type] = [read('name'), read('type') ?? ''];
    if (!name || (/^(checkbox|radio)$/.test(type) && read('checked') === undefined)) continue;
    fields[name] = unescape(tag === 'textarea' ? content : (read('value') ?? 'on'));
  }
  return fields;
}

const FIELD = /<(input|textarea)(\s[^>]*?)\/?>(?:([^<]*)<\/textarea>)?/g;
const ENTITIES: Record<string, string> = { quot: '"', '#x27': "'", lt: '<', gt: '>', amp: '&' };
const unescape = (html: string) => html.replace(/&([#\w]+);/g, (text, name: string) => ENTITIES[name] ?? text);
