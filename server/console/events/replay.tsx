/** Asks before many events run again. */
import type { Count } from '../../db/page';
import { nameEvent } from '../../../shared/words/explanations';
import { EVENT_STATUS_WORDS } from '../../../shared/words/statuses';
import type { EventStatus } from '../../../shared/api';
import { Card, Empty, FactList, LinkButton, PageHead } from '../components/blocks';
import { href } from '../components/filters';
import { buttonClass, Check, PostForm } from '../components/form';
import { Plural } from '../components/values';
import { Shell } from '../layout';
import type { EventQuery } from './events';

export interface ReplayPageProps {
  count: Count;
  filter: Omit<EventQuery, 'starting_after' | 'ending_before' | 'page'>;
  /** Only what had come by then is replayed; epoch milliseconds. */
  until: number;
}

export function ReplayPage({ count: { count, isMore }, filter, until }: ReplayPageProps) {
  const back = href('/events', filter);
  const facts = [
    ['Event', filter.type && nameEvent(filter.type)],
    ['Outcome', filter.status && EVENT_STATUS_WORDS[filter.status as EventStatus]?.label],
    ['Contact', filter.contact],
    ['From', filter.since],
    ['To', filter.until],
  ].flatMap(([label, value]) => (label && value ? [[label, value] as const] : []));
  return (
    <Shell title="Replay events" section="events">
      <PageHead title="Replay events" back={{ href: back, label: 'Events' }} />
      {count === 0 ? (
        <Empty
          icon="replay"
          title="None of them can be replayed"
          actions={<LinkButton href={back}>Go back</LinkButton>}
        >
          They wait already, or what Stripe sent was not kept.
        </Empty>
      ) : (
        <Card className="narrow-card">
          <PostForm action="/events/replay" className="stack">
            {Object.entries(filter).map(([name, value]) => (
              <input key={name} type="hidden" name={name} value={value} />
            ))}
            <input type="hidden" name="received_until" value={until} />
            <p>
              <strong>
                <Plural count={count} one="event" />
              </strong>{' '}
              {isMore
                ? 'run again: the newest of those that match. The others take another go.'
                : 'run again: all that match and whose payload was kept.'}
            </p>
            {facts.length > 0 && <FactList facts={facts} />}
            <p className="hint">
              They run under today’s settings. What was done stays done: no contact, run or email comes twice. That they
              are late keeps them from nothing.
            </p>
            <Check name="newer_workflows" isOn={false}>
              Also start workflows that were activated since
            </Check>
            <div className="actions">
              <button className={buttonClass('primary')}>
                Replay <Plural count={count} one="event" />
              </button>
              <LinkButton href={back}>Cancel</LinkButton>
            </div>
          </PostForm>
        </Card>
      )}
    </Shell>
  );
}
