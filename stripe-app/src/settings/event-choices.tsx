import { Accordion, AccordionItem, Box, Button, ButtonGroup } from '@stripe/ui-extension-sdk/ui';
import { EVENT_GROUPS, CHOICE_TYPES, type EventGroup, RECOMMENDED_TYPES, typesIn } from '../../../shared/catalogue';
import { countOn } from '../../../shared/words/event-choices';
import { EVENTS_HINT } from '../../../shared/words/fields';
import { Section } from '../states';
import { setEnabled, turnOn } from './change-settings';
import { EventChoice } from './event-choice';
import type { Draft } from './use-draft';

export function EventChoices({ draft, disabled }: { draft: Draft; disabled: boolean }) {
  const { settings, replace } = draft;
  return (
    <Section
      title={`Events · ${countOn(settings, CHOICE_TYPES)} of ${CHOICE_TYPES.length} on`}
      description={EVENTS_HINT}
    >
      {!disabled && (
        <ButtonGroup>
          <Button size="small" onPress={() => replace((current) => turnOn(current, RECOMMENDED_TYPES))}>
            Turn on recommended
          </Button>
          <Button size="small" onPress={() => replace((current) => turnOn(current, CHOICE_TYPES))}>
            Turn on all
          </Button>
          <Button size="small" onPress={() => replace((current) => setEnabled(current, CHOICE_TYPES, false))}>
            Turn off all
          </Button>
        </ButtonGroup>
      )}
      <Accordion>
        {EVENT_GROUPS.map((group) => (
          <Group key={group} group={group} draft={draft} disabled={disabled} />
        ))}
      </Accordion>
    </Section>
  );
}

function Group({ group, draft, disabled }: { group: EventGroup; draft: Draft; disabled: boolean }) {
  const types = typesIn(group);
  return (
    <AccordionItem
      title={group}
      subtitle={`${countOn(draft.settings, types)} of ${types.length} on`}
      defaultOpen={group === EVENT_GROUPS[0]}
    >
      <Box css={{ stack: 'y', gapY: 'large', paddingY: 'small' }}>
        {types.map((type) => (
          <EventChoice
            key={`${type} ${draft.drawing}`}
            type={type}
            settings={draft.settings.events[type]}
            change={draft.change}
            disabled={disabled}
          />
        ))}
      </Box>
    </AccordionItem>
  );
}
