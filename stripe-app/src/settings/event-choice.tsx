import { memo, useState } from 'react';
import { Box, Button, Checkbox, Switch, TextField } from '@stripe/ui-extension-sdk/ui';
import { CATALOGUE, type ChoiceType, isOwnType } from '../../../shared/catalogue';
import { USER_GROUP_LENGTH } from '../../../shared/limits';
import type { EventSettings } from '../../../shared/settings';
import { describeChoice } from '../../../shared/words/event-choices';
import { EVENT_OPTION_WORDS } from '../../../shared/words/fields';
import { readChecked, readText } from '../inputs';
import { changeEvent } from './change-settings';
import type { Draft } from './use-draft';

interface EventChoiceProps {
  type: ChoiceType;
  settings: EventSettings;
  change: Draft['change'];
  disabled: boolean;
}

/** One event: on or off, and behind "Options" what else happens when it arrives. */
export const EventChoice = memo(function EventChoice({ type, settings, change, disabled }: EventChoiceProps) {
  const [isOpen, setOpen] = useState(false);
  const { label, description } = CATALOGUE[type];
  const set = (changed: Partial<EventSettings>) => change((draft) => changeEvent(draft, type, changed));
  return (
    <Box css={{ stack: 'y', gapY: 'small' }}>
      <Box css={{ stack: 'x', distribute: 'space-between', alignY: 'top', gapX: 'large' }}>
        <Switch
          name={type}
          label={label}
          description={description}
          defaultChecked={settings.enabled}
          disabled={disabled}
          onChange={(event) => set({ enabled: readChecked(event) })}
        />
        {settings.enabled && (
          <Button size="small" onPress={() => setOpen(!isOpen)}>
            {isOpen ? 'Hide options' : 'Options'}
          </Button>
        )}
      </Box>
      {settings.enabled && isOpen && <Options type={type} settings={settings} disabled={disabled} set={set} />}
      {settings.enabled && !isOpen && (
        <Box css={{ font: 'caption', color: 'secondary', marginLeft: 'xlarge' }}>{describeChoice(type, settings)}</Box>
      )}
    </Box>
  );
});

function Options({
  type,
  settings,
  disabled,
  set,
}: {
  type: ChoiceType;
  settings: EventSettings;
  disabled: boolean;
  set: (changed: Partial<EventSettings>) => void;
}) {
  return (
    <Box
      css={{
        stack: 'y',
        gapY: 'medium',
        padding: 'medium',
        marginLeft: 'xlarge',
        backgroundColor: 'container',
        borderRadius: 'medium',
      }}
    >
      <Checkbox
        name={`${type}.trigger_workflows`}
        label={EVENT_OPTION_WORDS.trigger_workflows.label}
        description={EVENT_OPTION_WORDS.trigger_workflows.hint}
        defaultChecked={settings.trigger_workflows}
        disabled={disabled}
        onChange={(event) => set({ trigger_workflows: readChecked(event) })}
      />
      {!isOwnType(type) && (
        <Checkbox
          name={`${type}.sync_name`}
          label={EVENT_OPTION_WORDS.sync_name.label}
          description={EVENT_OPTION_WORDS.sync_name.hint}
          defaultChecked={settings.sync_name}
          disabled={disabled}
          onChange={(event) => set({ sync_name: readChecked(event) })}
        />
      )}
      {CATALOGUE[type].syncs_billing && (
        <Checkbox
          name={`${type}.sync_billing`}
          label={EVENT_OPTION_WORDS.sync_billing.label}
          description={EVENT_OPTION_WORDS.sync_billing.hint}
          defaultChecked={settings.sync_billing}
          disabled={disabled}
          onChange={(event) => set({ sync_billing: readChecked(event) })}
        />
      )}
      <TextField
        name={`${type}.user_group`}
        label={EVENT_OPTION_WORDS.user_group.label}
        description={EVENT_OPTION_WORDS.user_group.hint}
        placeholder="Customers"
        maxLength={USER_GROUP_LENGTH}
        defaultValue={settings.user_group ?? ''}
        disabled={disabled}
        onChange={(event) => set({ user_group: readText(event) || null })}
      />
    </Box>
  );
}
