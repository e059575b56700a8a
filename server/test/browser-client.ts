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
