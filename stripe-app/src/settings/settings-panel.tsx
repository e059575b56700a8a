import { useCallback } from 'react';
import { Banner, Box, Button, Divider, Link, SettingsView } from '@stripe/ui-extension-sdk/ui';
import type { ExtensionContextValue } from '@stripe/ui-extension-sdk/context';
import type { Overview } from '../../../shared/api';
import type { Settings } from '../../../shared/settings';
import type { StripeSend } from '../../../shared/stripe-sends';
import type { Client, Failure } from '../client';
import { Connect } from '../connection/connect';
import { Connection } from '../connection/connection';
import { Disconnect } from '../connection/disconnect';
import { accountOf, canChange, describeMode, isLive } from '../connection/surroundings';
import { useClient } from '../connection/use-client';
import { type OverviewAsked, useOverview } from '../connection/use-overview';
import { FailureBanner, Loading } from '../states';
import { useAnswer } from '../use-answer';
import { describeRefusal } from './change-settings';
import { BillingEmailKey, ContactChoices, TestAddresses } from './contact-choices';
import { EventChoices } from './event-choices';
import { Doubles, StripeSends } from './stripe-sends';
import { type Draft, useDraft } from './use-draft';

export function SettingsPanel(context: ExtensionContextValue) {
  const client = useClient(context);
  const overview = useOverview(client);
  const { answer, reload } = overview;
  if (answer.kind === 'loading')
    return (
      <SettingsView>
        <Loading what="settings" />
      </SettingsView>
    );
  if (answer.kind === 'failed')
    return (
      <SettingsView>
        <FailureBanner title="Tillpost didn’t answer" error={answer.error} onRetry={() => void reload()} />
      </SettingsView>
    );
  if (!answer.value.connected)
    return (
      <SettingsView>
        <Connect context={context} overview={answer.value} asked={overview} />
      </SettingsView>
    );
  return <ConnectedSettings client={client} context={context} overview={answer.value} asked={overview} />;
}

interface ConnectedProps {
  client: Client;
  context: ExtensionContextValue;
  overview: Overview;
  asked: OverviewAsked;
}

function ConnectedSettings(props: ConnectedProps) {
  const { client } = props;
  const { answer, reload } = useAnswer(useCallback(() => client('settings/read'), [client]));
  if (answer.kind === 'loading')
    return (
      <SettingsView>
        <Loading what="settings" />
      </SettingsView>
    );
  if (answer.kind === 'failed')
    return (
      <SettingsView>
        <FailureBanner title="The settings didn’t load" error={answer.error} onRetry={() => void reload()} />
      </SettingsView>
    );
  return <SettingsForm {...props} initial={answer.value} />;
}

const STATUS_MESSAGES: Record<Draft['status'], string> = {
  untouched: '',
  changed: 'Unsaved changes',
  saving: 'Saving…',
  saved: 'Saved',
  refused: 'Not saved',
};

function SettingsForm({ client, context, overview, asked, initial }: ConnectedProps & { initial: Settings }) {
  const draft = useDraft(client, initial);
  const disabled = !canChange(context);
  return (
    <SettingsView
      onSave={disabled ? undefined : () => void draft.save()}
      statusMessage={STATUS_MESSAGES[draft.status] || undefined}
    >
      <Box css={{ stack: 'y', gapY: 'xlarge' }}>
        {disabled && (
          <Banner
            title="You can look, but not change"
            description="Only administrators and developers of this account can change these settings."
          />
        )}
        {draft.failure && <Refusal draft={draft} failure={draft.failure} />}
        <Connection context={context} overview={overview} asked={asked} />
        <Divider />
        <EventChoices draft={draft} disabled={disabled} />
        <Divider />
        <ContactChoices draft={draft} disabled={disabled} />
        <StripeSends
          key={`stripe sends ${draft.drawing}`}
          chosen={draft.settings.stripe_sends}
          disabled={disabled}
          onChange={(change) => draft.change((current) => ({ ...current, stripe_sends: change(current.stripe_sends) }))}
        />
        <WorkflowDoubles client={client} stripeSends={draft.settings.stripe_sends} />
        <BillingEmailKey draft={draft} disabled={disabled} />
        {!isLive(context) && <TestAddresses draft={draft} disabled={disabled} />}
        {overview.console_url && (
          <Box css={{ color: 'secondary' }}>
            Sender, language and time zone are set in the{' '}
            <Link href={overview.console_url} target="_blank" external onPress={() => void asked.reload()}>
              console
            </Link>
            .
          </Box>
        )}
        {!disabled && (
          <>
            <Divider />
            <Disconnect
              client={client}
              account={accountOf(context, overview)}
              modeName={describeMode(context).toLowerCase()}
              onDone={asked.reload}
            />
          </>
        )}
      </Box>
    </SettingsView>
  );
}

/** Without an answer there is nothing to warn of. */
function WorkflowDoubles({ client, stripeSends }: { client: Client; stripeSends: readonly StripeSend[] }) {
  const { answer } = useAnswer(useCallback(() => client('workflows/list', { limit: 100 }), [client]));
  return answer.kind === 'ready' ? <Doubles workflows={answer.value.data} stripeSends={stripeSends} /> : null;
}

function Refusal({ draft, failure }: { draft: Draft; failure: Failure }) {
  const { conflict } = draft;
  const words = failure.code === 'conflict' ? LOAD_AGAIN : describeRefusal(failure);
  return (
    <Banner
      type="critical"
      title="Your changes weren’t saved"
      description={[conflict, words].filter(Boolean).join(' ')}
      actions={
        conflict === null ? (
          <Button onPress={() => void draft.save()}>Save again</Button>
        ) : (
          <Button onPress={() => void draft.loadAgain()}>Load again</Button>
        )
      }
    />
  );
}

const LOAD_AGAIN =
  'Somebody saved these settings after you opened them. Load again, look through them and save: what you changed stays.';
