/** Which events Tillpost acts on: groups that open, in each a row for every event, which opens to its options. */
import { CATALOGUE, CHOICE_TYPES, EVENT_GROUPS, isOwnType, typesIn, type ChoiceType } from '../../../shared/catalogue';
import { USER_GROUP_LENGTH } from '../../../shared/limits';
import type { Settings } from '../../../shared/settings';
import { changedParts } from '../../../shared/settings-changes';
import { countOn, describeChoice, namesOn } from '../../../shared/words/event-choices';
import { EVENTS_HINT, EVENT_OPTION_WORDS } from '../../../shared/words/fields';
import { Section } from '../components/blocks';
import { Check, TextField, buttonClass } from '../components/form';
import { Icon } from '../components/icon';
import { Fold, Folds } from './fold';
import type { SettingsFormProps } from './form';

export const PRESET_PATH = '/settings/stripe/preset';

export interface EventChoicesProps extends Pick<SettingsFormProps, 'settings' | 'loaded' | 'errors'> {
  userGroups: readonly string[];
}

export function EventChoices({ settings, loaded, errors, userGroups }: EventChoicesProps) {
  const changed = new Set<string>(changedParts(loaded, settings));
  const errorOf = (type: ChoiceType) => errors[`events.${type}.user_group`];
  return (
    <Section
      id="events"
      title={`Events · ${countOn(settings, CHOICE_TYPES)} of ${CHOICE_TYPES.length} on`}
      lead={EVENTS_HINT}
      actions={
        <button
          className={buttonClass()}
          formAction={PRESET_PATH}
          formNoValidate
          hx-post={PRESET_PATH}
          hx-target="#settings-form"
          hx-select="#settings-form"
          hx-swap="outerHTML"
        >
          Turn on the recommended events
        </button>
      }
    >
      <Folds>
        {EVENT_GROUPS.map((group) => (
          <Fold
            key={group}
            name={group}
            chosen={namesOn(settings, typesIn(group))}
            isOpen={typesIn(group).some((type) => errorOf(type) || changed.has(`events.${type}`))}
          >
            <fieldset className="event-rows">
              <legend className="sr-only">{group}</legend>
              {typesIn(group).map((type) => (
                <EventRow key={type} type={type} settings={settings} error={errorOf(type)} />
              ))}
            </fieldset>
          </Fold>
        ))}
      </Folds>
      <datalist id="user-groups">
        {userGroups.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </Section>
  );
}

/** The switch stands beside what opens, so that turning on needs no opening. */
function EventRow({ type, settings, error }: { type: ChoiceType; settings: Settings; error: string | undefined }) {
  const { label, description } = CATALOGUE[type];
  const choice = settings.events[type];
  return (
    <div className="event-row" id={`events.${type}`}>
      <input
        type="checkbox"
        role="switch"
        className="switch"
        name={`events.${type}.enabled`}
        defaultChecked={choice.enabled}
        aria-label={label}
        aria-describedby={`${type}-hint`}
      />
      <details open={error !== undefined}>
        <summary>
          <span className="event-name">{label}</span>
          <span className="hint event-on">{describeChoice(type, choice)}</span>
          <span className="hint event-off">Off</span>
          <Icon name="chevron" className="fold-chevron" />
        </summary>
        <p className="hint" id={`${type}-hint`}>
          {description} <code>{type}</code>
        </p>
        <EventOptions type={type} settings={settings} error={error} />
      </details>
    </div>
  );
}

function EventOptions({ type, settings, error }: { type: ChoiceType; settings: Settings; error: string | undefined }) {
  const { label, syncs_billing } = CATALOGUE[type];
  const choice = settings.events[type];
  const name = (field: string) => `events.${type}.${field}`;
  return (
    <div className="event-options" role="group" aria-label={`Options for ${label}`}>
      <Check name={name('trigger_workflows')} isOn={choice.trigger_workflows}>
        {EVENT_OPTION_WORDS.trigger_workflows.label}
      </Check>
      {isOwnType(type) ? (
        choice.sync_name && <input type="hidden" name={name('sync_name')} value="on" />
      ) : (
        <Check name={name('sync_name')} isOn={choice.sync_name}>
          {EVENT_OPTION_WORDS.sync_name.label}
        </Check>
      )}
      {syncs_billing ? (
        <Check name={name('sync_billing')} isOn={choice.sync_billing}>
          {EVENT_OPTION_WORDS.sync_billing.label}
        </Check>
      ) : (
        // Saving keeps what isn't offered.
        choice.sync_billing && <input type="hidden" name={name('sync_billing')} value="on" />
      )}
      <TextField
        id={name('user_group')}
        name={name('user_group')}
        label={EVENT_OPTION_WORDS.user_group.label}
        error={error}
        defaultValue={choice.user_group ?? ''}
        list="user-groups"
        placeholder="None"
        maxLength={USER_GROUP_LENGTH}
        autoComplete="off"
      />
    </div>
  );
}
