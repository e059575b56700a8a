/** What starts a workflow, for whom, how often, and what ends it early. */
import { API_EVENT_NAME_LENGTH, MOST_API_EVENTS } from '../../../../shared/api-events';
import {
  apiEventName,
  apiEventType,
  entryOf,
  isApiEventType,
  SHOWN_SOURCES,
  shownSourceOf,
  type ApiEventType,
} from '../../../../shared/catalogue';
import { ALWAYS, ONLY_WHILE, ONLY_WHILE_HINT } from '../../../../shared/words/only-while';
import {
  API_EVENT_HINTS,
  API_EXIT_WORDS,
  ATTEMPT_HINT,
  ATTEMPT_LABELS,
  MATCH_LABELS,
  nameDays,
  nameFrequency,
  offeredFrequencies,
  TRIGGER_SOURCE_WORDS,
} from '../../../../shared/words/workflows';
import { FREQUENCIES, START_AFTER_ATTEMPTS, type Definition, type ExitEvent } from '../../../../shared/workflow';
import { isScheduleType, SCHEDULE_DAYS } from '../../../../shared/schedules';
import type { StripeSend } from '../../../../shared/stripe-sends';
import { describeDouble, DOUBLE_LABEL } from '../../../../shared/words/stripe-sends';
import { Banner } from '../../components/blocks';
import { EXIT_OPTIONS, optionsFrom } from '../../components/event-options';
import { FieldError, SelectField, TextField, buttonClass } from '../../components/form';
import { Icon } from '../../components/icon';
import { Conditions } from './conditions';
import { EventOff } from './event-off';
import { domId, useEditor, useOperation, useRedraw } from './context';

export function TriggerFields({
  draft,
  isEventOff,
  double,
}: {
  draft: Definition;
  isEventOff: boolean;
  double: StripeSend | undefined;
}) {
  const redraw = useRedraw();
  const { problems } = useEditor();
  const { trigger } = draft;
  const source = shownSourceOf(trigger.event);
  return (
    <div className="step step-trigger" role="group" aria-label="Trigger">
      <div className="step-head">
        <h3>
          <Icon name="bolt" /> When this happens
        </h3>
      </div>
      <div className="step-body">
        {isEventOff && <EventOff event={trigger.event} />}
        {double && (
          <Banner tone="warn" title={DOUBLE_LABEL}>
            {describeDouble(double)} If it is off already, say so in the{' '}
            <a href="/settings/sending#stripe_sends">settings</a>.
          </Banner>
        )}
        <div className="row-fields">
          <SelectField
            id="trigger-source"
            name="trigger.source"
            label="Comes from"
            defaultValue={source}
            options={SHOWN_SOURCES.map((value) => ({ value, label: TRIGGER_SOURCE_WORDS[value].label }))}
            hint={TRIGGER_SOURCE_WORDS[source].hint}
            {...redraw}
          />
          {isApiEventType(trigger.event) ? (
            <ApiEventField type={trigger.event} />
          ) : (
            <SelectField
              key={source}
              id="trigger-event"
              name="trigger.event"
              label="Event"
              defaultValue={trigger.event}
              options={optionsFrom(source)}
              hint={entryOf(trigger.event).description}
              {...redraw}
            />
          )}
          {isScheduleType(trigger.event) && (
            <TextField
              id="trigger-days"
              name="trigger.days"
              type="number"
              label={nameDays(trigger.event)}
              min={SCHEDULE_DAYS.min}
              max={SCHEDULE_DAYS.max}
              defaultValue={Number.isNaN(trigger.days) ? '' : trigger.days}
              error={problems['trigger.days']}
            />
          )}
          <SelectField
            id="trigger-frequency"
            name="trigger.frequency"
            label="How often"
            defaultValue={trigger.frequency}
            options={frequencyOptions(trigger)}
          />
        </div>
        {trigger.event === 'invoice.payment_failed' && (
          <SelectField
            id="start-after-attempt"
            name="trigger.start_after_attempt"
            label="Starts with"
            defaultValue={String(trigger.start_after_attempt ?? 1)}
            options={START_AFTER_ATTEMPTS.map((attempt) => ({
              value: String(attempt),
              label: ATTEMPT_LABELS[attempt],
            }))}
            hint={ATTEMPT_HINT}
          />
        )}
        <Conditions place="trigger.conditions" conditions={trigger.conditions} legend="Only if all of these hold" />
        {ONLY_WHILE[trigger.event] && (
          <SelectField
            id="only-while"
            name="only_while"
            label="Sends"
            defaultValue={draft.only_while === false ? 'no' : 'yes'}
            options={[
              { value: 'yes', label: ONLY_WHILE[trigger.event]! },
              { value: 'no', label: ALWAYS },
            ]}
            hint={ONLY_WHILE_HINT}
          />
        )}
        <ExitEvents events={draft.exit_events} />
        <ApiEventNames />
      </div>
    </div>
  );
}

/** What was chosen under another trigger stays in sight, so that nothing changes silently. */
const frequencyOptions = ({ event, frequency }: Definition['trigger']) =>
  FREQUENCIES.filter((value) => value in offeredFrequencies(event) || value === frequency).map((value) => ({
    value,
    label: nameFrequency(value, event),
  }));

/** Any name will do: the program may send it only later. */
function ApiEventField({ type }: { type: ApiEventType }) {
  const redraw = useRedraw();
  const { offers, problems } = useEditor();
  return (
    <TextField
      id="trigger-api-event"
      name="trigger.api_event"
      label="Event name"
      defaultValue={apiEventName(type)}
      maxLength={API_EVENT_NAME_LENGTH}
      list={API_EVENTS}
      autoComplete="off"
      placeholder="signup"
      error={problems['trigger.event']}
      hint={
        (offers.event.length > 0 ? API_EVENT_HINTS.known : API_EVENT_HINTS.unknown) +
        (offers.apiEvents.length < MOST_API_EVENTS ? '' : API_EVENT_HINTS.full)
      }
      {...redraw}
    />
  );
}

const API_EVENTS = 'api-events';

const ApiEventNames = () => (
  <datalist id={API_EVENTS}>
    {useEditor().offers.apiEvents.map((name) => (
      <option key={name} value={name} />
    ))}
  </datalist>
);

const MATCHES = (['contact', 'object'] as const).map((value) => ({ value, label: MATCH_LABELS[value] }));

function ExitEvents({ events }: { events: readonly ExitEvent[] }) {
  const { problems } = useEditor();
  const operation = useOperation();
  return (
    <fieldset className="conditions choices">
      <legend>Ends early when</legend>
      {events.map((exit, index) => (
        <ExitRow key={index} exit={exit} index={index} />
      ))}
      <FieldError id="exit_events" error={problems.exit_events} />
      <button className={buttonClass()} {...operation('add exit_events exit_event')}>
        <Icon name="plus" /> Add exit event
      </button>
    </fieldset>
  );
}

function ExitRow({ exit: { event, match }, index }: { exit: ExitEvent; index: number }) {
  const { problems, focus } = useEditor();
  const operation = useOperation();
  const redraw = useRedraw();
  const place = `exit_events.${index}`;
  const isOfProgram = isApiEventType(event);
  return (
    <div className="condition" role="group" aria-label={`Exit event ${index + 1}`}>
      <SelectField
        id={domId(`${place}.event`)}
        name={`${place}.event`}
        label="Event"
        isLabelHidden
        defaultValue={isOfProgram ? apiEventType('') : event}
        options={EXIT_OPTIONS}
        autoFocus={focus === place}
        {...redraw}
      />
      {isOfProgram && (
        <TextField
          id={domId(`${place}.api_event`)}
          name={`${place}.api_event`}
          label={API_EXIT_WORDS.name}
          isLabelHidden
          defaultValue={apiEventName(event)}
          maxLength={API_EVENT_NAME_LENGTH}
          list={API_EVENTS}
          autoComplete="off"
          placeholder={API_EXIT_WORDS.name}
          error={problems[`${place}.event`]}
        />
      )}
      <SelectField
        id={domId(`${place}.match`)}
        name={`${place}.match`}
        label="For"
        isLabelHidden
        defaultValue={match}
        options={isOfProgram ? MATCHES.slice(0, 1) : MATCHES}
      />
      {!isOfProgram && <span />}
      <button
        className={`${buttonClass('quiet')} button-icon`}
        aria-label={`Remove exit event ${index + 1}`}
        {...operation(`remove ${place}`)}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}
