import { useState } from 'react';
import { Box, Button, Link, Radio } from '@stripe/ui-extension-sdk/ui';
import type { ExtensionContextValue } from '@stripe/ui-extension-sdk/context';
import { CHOICE_TYPES, type ChoiceType, RECOMMENDED_TYPES } from '../../../shared/catalogue';
import type { Settings, SettingsChange } from '../../../shared/settings';
import type { StripeSend } from '../../../shared/stripe-sends';
import { changedParts, pickParts } from '../../../shared/settings-changes';
import { EVENTS_HINT } from '../../../shared/words/fields';
import type { Client } from '../client';
import { canChange, settingsUrl } from '../connection/surroundings';
import { formatCount } from '../format';
import { turnOn } from '../settings/change-settings';
import { StripeSends } from '../settings/stripe-sends';
import { FailureBanner, Section } from '../states';
import { useAction } from '../use-action';

const PRESETS = {
  recommended: {
    label: 'Recommended',
    description: 'Customers created, updated and deleted: your audience stays true. Add more at any time.',
    types: RECOMMENDED_TYPES,
  },
  all: {
    label: 'Everything',
    description: `All ${CHOICE_TYPES.length} events, from checkout to dispute, ready to start workflows.`,
    types: CHOICE_TYPES,
  },
} as const satisfies Record<string, { label: string; description: string; types: readonly ChoiceType[] }>;
type Preset = keyof typeof PRESETS;

export function ChooseEvents({
  client,
  context,
  settings,
  onDone,
}: {
  client: Client;
  context: ExtensionContextValue;
  settings: Settings | null;
  onDone: () => Promise<void>;
}) {
  const [preset, setPreset] = useState<Preset>('recommended');
  const [sends, setSends] = useState<readonly StripeSend[] | null>(null);
  const { isPending, failure, run } = useAction();
  if (!settings) return null;
  const mayChange = canChange(context);
  const on = CHOICE_TYPES.filter((type) => settings.events[type].enabled).length;
  const save = () => {
    const chosen = { ...turnOn(settings, PRESETS[preset].types), stripe_sends: [...(sends ?? settings.stripe_sends)] };
    void run(() => client('settings/save', { settings: changeTo(settings, chosen) }), onDone);
  };
  const loadAgain = () => void run(() => client('settings/read'), onDone);

  return (
    <Section title="Choose events" description={EVENTS_HINT}>
      {failure &&
        (failure.code === 'conflict' ? (
          <FailureBanner title="Not saved" error={failure} onRetry={loadAgain} retry="Load again" />
        ) : (
          <FailureBanner title="Not saved" error={failure} onRetry={save} />
        ))}
      {on > 0 && <Box css={{ color: 'secondary' }}>{`${formatCount(on, 'event')} on.`}</Box>}
      <Box css={{ stack: 'y', gapY: 'small' }}>
        {(Object.keys(PRESETS) as Preset[]).map((key) => (
          <Radio
            key={key}
            name="preset"
            value={key}
            label={PRESETS[key].label}
            description={PRESETS[key].description}
            defaultChecked={key === preset}
            disabled={!mayChange}
            onChange={() => setPreset(key)}
          />
        ))}
      </Box>
      <StripeSends
        chosen={settings.stripe_sends}
        disabled={!mayChange}
        onChange={(change) => setSends((current) => change(current ?? settings.stripe_sends))}
      />
      {mayChange && (
        <Box>
          <Button type="primary" pending={isPending} onPress={save}>
            Turn on
          </Button>
        </Box>
      )}
      <Box css={{ font: 'caption' }}>
        <Link href={settingsUrl(context)}>Choose one by one in settings</Link>
      </Box>
    </Section>
  );
}

/** Names only what is changed by it. */
const changeTo = (settings: Settings, chosen: Settings): SettingsChange => ({
  ...pickParts(chosen, changedParts(settings, chosen)),
  revision: settings.revision,
});
