import { useCallback, useEffect, useMemo, useState } from 'react';
import { createRoot } from 'react-dom/client';
import type { Customer, Stage } from '../protocol';
import { type Choices, describeContext, readChoices, USER_ID, writeChoices } from './choices';
import { Dashboard } from './dashboard';
import { createDashboardApi } from './dashboard-api';
import { Extension } from './extension';
import { OpenInDashboard } from './open-in-dashboard';
import { Toolbar } from './toolbar';

function Preview({ stage }: { stage: Stage }) {
  const [choices, setChoices] = useState(() => readChoices(stage));
  const choose = useCallback((change: Partial<Choices>) => setChoices((current) => ({ ...current, ...change })), []);
  useEffect(() => writeChoices(choices), [choices]);
  const { account, mode, viewport } = choices;
  const { customers, reload } = useCustomers(account, mode === 'live', choose);

  const context = useMemo(() => describeContext(choices, stage), [choices, stage]);
  const api = useMemo(
    () =>
      createDashboardApi({
        userId: USER_ID,
        accountId: account,
        onRoute: (name) => {
          if (name === 'onboarding') choose({ viewport: 'onboarding' });
        },
      }),
    [account, choose],
  );
  const openInDashboard = useCallback(
    (href: string) => {
      const isSettings = /^https:\/\/dashboard\.stripe\.com\/.*settings\/apps\//.test(href);
      if (isSettings) choose({ viewport: 'settings' });
      return isSettings;
    },
    [choose],
  );

  const view = stage.views.find((candidate) => candidate.viewport === viewport)!;
  return (
    <OpenInDashboard.Provider value={openInDashboard}>
      <Toolbar stage={stage} choices={choices} customers={customers} onChoose={choose} onTriggered={reload} />
      <Dashboard
        choices={choices}
        accountName={stage.accounts.find(({ id }) => id === account)?.name ?? account}
        customerName={customers.find(({ id }) => id === choices.customer)?.name ?? ''}
      >
        {/* The Dashboard mounts a view anew whenever its surroundings change; so does the preview. */}
        <Extension key={JSON.stringify(context)} component={view.component} context={context} api={api} />
      </Dashboard>
    </OpenInDashboard.Provider>
  );
}

/** The customers to choose from. One that is chosen but gone gives way to the newest. */
function useCustomers(account: string, livemode: boolean, choose: (change: Partial<Choices>) => void) {
  const [customers, setCustomers] = useState<Customer[]>([]);
  const [version, setVersion] = useState(0);
  useEffect(() => {
    const load = async () => {
      const response = await fetch(`/customers?account=${account}&livemode=${livemode}`);
      const found = (await response.json()) as Customer[];
      setCustomers(found);
      const chosen = new URLSearchParams(location.search).get('customer');
      if (!found.some(({ id }) => id === chosen)) choose({ customer: found[0]?.id ?? '' });
    };
    void load();
  }, [account, livemode, choose, version]);
  return { customers, reload: () => setVersion((current) => current + 1) };
}

async function main(): Promise<void> {
  const stage = (await (await fetch('/stage')).json()) as Stage;
  document.title = `${stage.appName} · preview`;
  createRoot(document.getElementById('preview')!).render(<Preview stage={stage} />);
}

void main();
