/** Asks before many events run again. */
import type { Count as Counted } from '../../db/page';
import { MOST_REPLAYED } from '../../events/replay-many';
import { nameEvent } from '../../../shared/words/explanations';
import { EVENT_STATUS_WORDS } from '../../../shared/words/statuses';
import type { EventStatus } from '../../../shared/api';
import { Card, Empty, FactList, LinkButton, PageHead } from '../components/blocks';
import { href } from '../components/filters';
import { buttonClass, Check, PostForm } from '../components/form';
import { Count, Plural, Total } from '../components/values';
import { Shell } from '../layout';
import type { EventQuery } from './events';

export interface ReplayPageProps {
  count: Counted;
  filter: Omit<EventQuery, 'starting_after' | 'ending_before' | 'page'>;
  /** Only what had come by then is replayed; epoch milliseconds. */
  until: number;
  /** The last event that the go before took. */
  after: string | undefined;
}

export function ReplayPage({ count: all, filter, until, after }: ReplayPageProps) {
  const now = Math.min(all.count, MOST_REPLAYED);
  const isRest = now < all.count || all.isMore;
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
      {all.count === 0 ? (
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
            {after && <input type="hidden" name="starting_after" value={after} />}
            <p>
              {isRest ? (
                <>
                  <strong>
                    <Total {...all} one={after ? 'more event' : 'event'} />
                  </strong>{' '}
                  can run again, in the order in which they came. This go takes the first <Count value={now} />; the
                  next follows on it.
                </>
              ) : (
                <>
                  <strong>
                    <Plural count={now} one={after ? 'more event' : 'event'} />
                  </strong>{' '}
                  {now === 1 ? 'runs' : 'run'} again: all {after ? 'that are left' : 'that match'} and whose payload was
                  kept.
                </>
              )}
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
                Replay {isRest && (after ? 'the next ' : 'the first ')}
                <Plural count={now} one="event" />
              </button>
              <LinkButton href={back}>Cancel</LinkButton>
            </div>
          </PostForm>
        </Card>
      )}
    </Shell>
  );
}
