import { useState } from 'react';
import { Box, Button, Link, Select } from '@stripe/ui-extension-sdk/ui';
import { oneOf } from '../../../shared/one-of';
import { TEMPLATE_KEYS, TEMPLATES } from '../../../shared/templates';
import type { Client, Result } from '../client';
import { readText } from '../inputs';
import { Doubles } from '../settings/stripe-sends';
import { FailureBanner, Section } from '../states';
import { useAction } from '../use-action';
import type { Setup } from './setup';
import { TryOnLog } from './try-on-log';

export function FirstWorkflow({
  client,
  setup,
  mayChange,
  onDone,
}: {
  client: Client;
  setup: Setup;
  mayChange: boolean;
  onDone: () => Promise<void>;
}) {
  const [template, setTemplate] = useState(TEMPLATE_KEYS[0]);
  const { isPending, failure, run } = useAction();
  const workflows = setup.workflows ?? [];
  const active = workflows.find((workflow) => workflow.status === 'active');
  const draft = workflows.find((workflow) => workflow.status !== 'active');
  const start = () =>
    void run(
      () => (draft ? client('workflows/activate', { id: draft.id }) : createAndActivate(client, template)),
      onDone,
    );

  return (
    <Section
      title="Turn on a workflow"
      description="A workflow starts with an event and sends email. Begin with a template; the console lets you edit every word."
    >
      {failure && <FailureBanner title="The workflow isn’t on" error={failure} onRetry={start} />}
      {active && <Box css={{ color: 'secondary' }}>{`“${active.name}” is on.`}</Box>}
      <Doubles workflows={workflows} stripeSends={setup.settings?.stripe_sends ?? []} />
      {!active && draft && <Box>{`“${draft.name}” is ready and waits to be turned on.`}</Box>}
      {!active && !draft && (
        <Select
          label="Template"
          description={TEMPLATES[template].description}
          defaultValue={template}
          disabled={!mayChange}
          onChange={(event) => setTemplate(oneOf(TEMPLATE_KEYS, readText(event)) ?? template)}
        >
          {TEMPLATE_KEYS.map((key) => (
            <option key={key} value={key}>
              {TEMPLATES[key].name}
            </option>
          ))}
        </Select>
      )}
      {!active && mayChange && (
        <Box>
          <Button type="primary" pending={isPending} onPress={start}>
            Turn on
          </Button>
        </Box>
      )}
      {!active && (
        <TryOnLog key={draft?.id ?? template} client={client} workflow={draft ? { id: draft.id } : { template }} />
      )}
      {setup.overview.console_url && (
        <Box css={{ font: 'caption' }}>
          <Link href={setup.overview.console_url} target="_blank" external>
            Edit workflows in the console
          </Link>
        </Box>
      )}
    </Section>
  );
}

async function createAndActivate(client: Client, template: string): Promise<Result<unknown>> {
  const created = await client('workflows/create', { template });
  return created.ok ? client('workflows/activate', { id: created.value.id }) : created;
}
