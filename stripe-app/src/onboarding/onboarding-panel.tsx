import { useState } from 'react';
import { Banner, Box, OnboardingView } from '@stripe/ui-extension-sdk/ui';
import type { ExtensionContextValue } from '@stripe/ui-extension-sdk/context';
import type { Client } from '../client';
import { Connect } from '../connection/connect';
import { Connection } from '../connection/connection';
import { accountOf, canChange, describeMode } from '../connection/surroundings';
import { useClient } from '../connection/use-client';
import { type OverviewAsked, useOverview } from '../connection/use-overview';
import { FailureBanner, Section } from '../states';
import { ChooseEvents } from './choose-events';
import { FirstWorkflow } from './first-workflow';
import { ImportCustomers } from './import-customers';
import { SETUP_REASONS, SETUP_TITLES, type SetupStep } from '../../../shared/words/setup';
import { isDoneHere, listTasks, nextTask, type Setup } from './setup';
import { useSetup } from './use-setup';

export function OnboardingPanel(context: ExtensionContextValue) {
  const client = useClient(context);
  const overviewAsked = useOverview(client);
  const overview = overviewAsked.answer.kind === 'ready' ? overviewAsked.answer.value : undefined;
  const setupAsked = useSetup(client, overview);
  const [chosen, setChosen] = useState<SetupStep | null>(null);

  const failed = [overviewAsked, setupAsked].find((asked) => asked.answer.kind === 'failed');
  const frame = { title: 'Set up Tillpost', description: describeMode(context) };
  if (failed?.answer.kind === 'failed')
    return (
      <OnboardingView
        {...frame}
        tasks={[]}
        completed={false}
        error={
          <FailureBanner
            title="Tillpost didn’t answer"
            error={failed.answer.error}
            onRetry={() => void failed.reload()}
          />
        }
      >
        <Box>Your settings are safe. Try again in a moment.</Box>
      </OnboardingView>
    );
  if (!overview || setupAsked.answer.kind !== 'ready')
    return (
      <OnboardingView {...frame} tasks={[]} completed={false} pending>
        <Box>Loading…</Box>
      </OnboardingView>
    );

  const setup = { overview, ...setupAsked.answer.value };
  const tasks = listTasks(overview);
  const current = chosen ?? nextTask(overview);
  const refresh = async () => {
    await Promise.all([overviewAsked.reload(), setupAsked.reload()]);
    setChosen(null);
  };
  return (
    <OnboardingView
      {...frame}
      completed={isDoneHere(overview)}
      tasks={tasks.map(({ key, title, status }) => ({
        title,
        status,
        onPress: status === 'blocked' ? undefined : () => setChosen(key),
      }))}
    >
      <Box css={{ stack: 'y', gapY: 'large' }}>
        {!canChange(context) && (
          <Banner
            title="You can look, but not change"
            description="Ask an administrator or developer of this account to finish setting up."
          />
        )}
        <Step
          key={current}
          current={current}
          client={client}
          context={context}
          setup={setup}
          overviewAsked={overviewAsked}
          onDone={refresh}
        />
      </Box>
    </OnboardingView>
  );
}

function Step({
  current,
  client,
  context,
  setup,
  overviewAsked,
  onDone,
}: {
  current: SetupStep;
  client: Client;
  context: ExtensionContextValue;
  setup: Setup;
  overviewAsked: OverviewAsked;
  onDone: () => Promise<void>;
}) {
  const mayChange = canChange(context);
  switch (current) {
    case 'connect':
      return setup.overview.connected ? (
        <Connection context={context} overview={setup.overview} asked={overviewAsked} />
      ) : (
        <Connect context={context} overview={setup.overview} asked={overviewAsked} />
      );
    case 'events':
      return <ChooseEvents client={client} context={context} settings={setup.settings} onDone={onDone} />;
    case 'import':
      return (
        <ImportCustomers
          client={client}
          account={accountOf(context, setup.overview)}
          overview={setup.overview}
          mayChange={mayChange}
          onDone={onDone}
        />
      );
    case 'workflow':
      return <FirstWorkflow client={client} setup={setup} mayChange={mayChange} onDone={onDone} />;
    case 'sending':
    case 'mail':
      return (
        <Section title={SETUP_TITLES[current]}>
          <Box>{SETUP_REASONS[current]}</Box>
        </Section>
      );
  }
}
