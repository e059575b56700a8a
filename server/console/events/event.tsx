/** One event: its sentence, what it is about, what it set going, its payload, and Replay. */
import { Fragment, type ReactNode } from 'react';
import type { EmailView, EventView, RunView } from '../../../shared/api';
import { isContactEventType } from '../../../shared/contact-events';
import { isApiEventType, isChoiceType, isOwnType, isTriggerType, type PropertyValue } from '../../../shared/catalogue';
import { nameEvent } from '../../../shared/words/explanations';
import { EVENT_LABELS, HAPPENED, RELATED_WORDS } from '../../../shared/words/fields';
import { TERMS } from '../../../shared/words/help';
import { EVENT_STATUS_WORDS } from '../../../shared/words/statuses';
import { EVENT_OFF_WORDS } from '../../../shared/words/workflows';
import { Badge } from '../components/badge';
import { Banner, Card, FactList, PageHead, Section } from '../components/blocks';
import { ButtonForm, Check, PostForm, buttonClass } from '../components/form';
import { Hint } from '../components/hint';
import { Icon } from '../components/icon';
import { refreshes } from '../components/refreshes';
import { None, Time } from '../components/values';
import { Shell } from '../layout';
import { useViewer } from '../page';
import { dashboardUrl } from '../stripe-links';
import type { Related } from '../../events/related';
import { MADE_BY_HAND } from '../../events/own-events';
import type { ReplayView } from '../../events/replays';
import { changeFacts } from './change-facts';
import { Emails, factsAbout, Replays, Runs } from './happened';
import { Json } from './payload';
import { termsOf } from './terms';

export interface EventPageProps {
  event: EventView & { payload: unknown };
  /** What its payload says; empty where that isn't kept. */
  properties: Readonly<Record<string, PropertyValue>>;
  runs: readonly RunView[];
  /** Their names by id. */
  workflows: ReadonlyMap<string, string>;
  emails: readonly EmailView[];
  related: Related;
  replays: readonly ReplayView[];
  /** Whether its type is on in the settings now. */
  isTypeOn: boolean;
}

export function EventPage(props: EventPageProps) {
  const { event, properties, runs, workflows, emails, related, replays, isTypeOn } = props;
  const { tenant, status } = useViewer();
  const isMoving = event.status === 'pending';
  const isOfStripe = !isOwnType(event.type) && !isApiEventType(event.type);
  const canReplay =
    event.payload !== null && isTriggerType(event.type) && !event.id.startsWith(MADE_BY_HAND) && status !== 'removed';
  return (
    <Shell title={event.type} section="events">
      <div id="event" {...(isMoving && refreshes({ id: 'event', url: `/events/${event.id}`, seconds: 1 }))}>
        <PageHead
          title={nameEvent(event.type)}
          badge={
            <span className="with-hint">
              <Badge {...EVENT_STATUS_WORDS[event.status]} />
              <Hint terms={termsOf(event)} />
            </span>
          }
          back={{ href: '/events', label: 'Events' }}
          lead={event.outcome}
          actions={
            isOfStripe && (
              <a
                className={buttonClass()}
                href={dashboardUrl(tenant.livemode, 'events', event.id)}
                target="_blank"
                rel="noreferrer"
              >
                See in Stripe <Icon name="external" />
              </a>
            )
          }
        />
        {event.status === 'waiting' && event.next_attempt_at && (
          <Banner tone="warn" title="Waiting for Stripe">
            Tried {event.attempts === 1 ? 'once' : `${event.attempts} times`}; the next try is{' '}
            <Time at={event.next_attempt_at} as="relative" />. Nothing is lost.
          </Banner>
        )}
        {event.reason === 'event_off' && isChoiceType(event.type) && <EventOff id={event.id} isOn={isTypeOn} />}
        <Card>
          <FactList
            facts={[
              [EVENT_LABELS.type, <code key="type">{event.type}</code>],
              [EVENT_LABELS.id, <code key="id">{event.id}</code>],
              [
                EVENT_LABELS.contact,
                event.contact ? (
                  <a key="contact" href={`/audience/${event.contact}`}>
                    {event.email}
                  </a>
                ) : (
                  (event.email ?? <None key="none" words="no contact" />)
                ),
              ],
              ...factsAbout(properties),
              ...changeFacts(event.type, properties),
              ...relatedFacts(related),
              [
                happensAtStripe(event.type) ? EVENT_LABELS.created : HAPPENED,
                <Time key="created" at={event.created * 1000} as="seconds" />,
              ],
              [EVENT_LABELS.received_at, <Time key="received" at={event.received_at} as="seconds" />],
              ...(event.reason ? [['Reason code', <code key="reason">{event.reason}</code>] as const] : []),
            ]}
          />
        </Card>
        <Runs runs={runs} workflows={workflows} />
        <Emails emails={emails} />
        <Replays replays={replays} />
        <Section
          title="Payload"
          actions={
            event.payload !== null && (
              <button type="button" className={buttonClass('quiet')} data-copy="payload" hidden>
                Copy
              </button>
            )
          }
        >
          {event.payload === null ? (
            <p className="hint">
              The payload was not kept: this type is not one Tillpost uses, its time has passed, or its contact was
              deleted.
            </p>
          ) : (
            <details className="payload">
              <summary>{isOfStripe ? 'Show the payload as Stripe sent it' : 'Show the payload'}</summary>
              <Json value={event.payload} />
            </details>
          )}
        </Section>
        {canReplay && <Replay event={event} />}
      </div>
    </Shell>
  );
}

/** A turn of a subscription does too: the time is its cause's. */
const happensAtStripe = (type: string): boolean => !isApiEventType(type) && !isContactEventType(type);

const relatedFacts = ({ causedBy, caused }: Related): [string, ReactNode][] => [
  ...(causedBy
    ? [[RELATED_WORDS.causedBy, <EventLinks key="cause" events={[causedBy]} />] as [string, ReactNode]]
    : []),
  ...(caused.length > 0
    ? [[RELATED_WORDS.caused, <EventLinks key="caused" events={caused} />] as [string, ReactNode]]
    : []),
];

const EventLinks = ({ events }: { events: readonly EventView[] }) => (
  <>
    {events.map(({ id, type }, n) => (
      <Fragment key={id}>
        {n > 0 && ', '}
        <a href={`/events/${id}`}>{nameEvent(type)}</a>
      </Fragment>
    ))}
  </>
);

const EventOff = ({ id, isOn }: { id: string; isOn: boolean }) =>
  isOn ? (
    <Banner tone="info">{EVENT_OFF_WORDS.onSince}</Banner>
  ) : (
    <Banner tone="warn" actions={<ButtonForm action={`/events/${id}/turn-on`} label={EVENT_OFF_WORDS.turnOn} />}>
      {EVENT_OFF_WORDS.ignored}
    </Banner>
  );

const Replay = ({ event }: { event: EventView }) => (
  <Section title="Replay">
    <Card>
      <PostForm action={`/events/${event.id}/replay`} className="stack">
        <p>{TERMS.replay.meaning}</p>
        <Check name="newer_workflows" isOn={false}>
          Also start workflows that were activated after this event
        </Check>
        <button className={buttonClass()}>
          <Icon name="replay" /> Replay event
        </button>
      </PostForm>
    </Card>
  </Section>
);
