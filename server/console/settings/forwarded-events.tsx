/** Which events are forwarded: groups that open, in each a box for every event. */
import { CATALOGUE, EVENT_GROUPS, typesIn, type ChoiceType } from '../../../shared/catalogue';
import { API_EVENTS } from '../../../shared/forwarding';
import type { Settings } from '../../../shared/settings';
import { FORWARDING_WORDS as WORDS } from '../../../shared/words/forwarding';
import { Section } from '../components/blocks';
import { Check } from '../components/form';
import { Fold, Folds } from './fold';

/** The name of an event's box. */
export const boxOf = (type: string): string => `events.${type}`;

export function ForwardedEvents({ chosen, settings }: { chosen: readonly string[]; settings: Settings }) {
  const namesOf = (types: readonly ChoiceType[]) => {
    const on = types.filter((type) => chosen.includes(type)).map((type) => CATALOGUE[type].label);
    return on.length === 0 ? WORDS.none : on.join(', ');
  };
  return (
    <Section title={WORDS.events} lead={WORDS.eventsLead}>
      <Folds>
        {EVENT_GROUPS.map((group) => (
          <Fold key={group} name={group} chosen={namesOf(typesIn(group))}>
            <fieldset className="forwarded-events">
              <legend className="sr-only">{group}</legend>
              {typesIn(group).map((type) => (
                <Check key={type} name={boxOf(type)} isOn={chosen.includes(type)}>
                  {CATALOGUE[type].label} <code>{type}</code>
                  {!settings.events[type].enabled && <span className="hint">{WORDS.eventOff}</span>}
                </Check>
              ))}
            </fieldset>
          </Fold>
        ))}
        <Fold name={WORDS.programs} chosen={chosen.includes(API_EVENTS) ? WORDS.all : WORDS.none}>
          <Check name={boxOf(API_EVENTS)} isOn={chosen.includes(API_EVENTS)}>
            {WORDS.programsAll}
          </Check>
        </Fold>
      </Folds>
    </Section>
  );
}
