/** What the Dashboard does for a view on request: the part of the SDK's host interface that our views use. */
export type DashboardApi = {
  fetchStripeSignature: () => Promise<string>;
  supportsFetchAppEmbeddedKey: () => boolean;
  navigateToDashboardRoute: (route: { name: string }) => void;
};

export function createDashboardApi({
  userId,
  accountId,
  onRoute,
}: {
  userId: string;
  accountId: string;
  onRoute: (name: string) => void;
}): DashboardApi {
  return {
    fetchStripeSignature: () => post('/signature', { user_id: userId, account_id: accountId }),
    supportsFetchAppEmbeddedKey: () => false,
    navigateToDashboardRoute: ({ name }) => onRoute(name),
  };
}

/** Resolves to the answer's JSON; throws on a refusal. */
export async function post<T>(path: string, body: object): Promise<T> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return (await response.json()) as T;
}
