/** What failed or waits until somebody does something. */
import type { ReactNode } from 'react';
import { FORWARDING_WORDS } from '../../../shared/words/forwarding';
import { OVERVIEW_WORDS as WORDS } from '../../../shared/words/overview';
import { modeOf } from '../../db/tenant';
import type { Install } from '../../installs/installs';
import { DayChart } from '../components/day-chart';
import { ButtonForm } from '../components/form';
import { href } from '../components/filters';
import { Icon } from '../components/icon';
import { Plural, Total } from '../components/values';
import { FORWARDING_PATH } from '../settings/forwarding';
import type { OverviewNumbers } from './read-overview';

export interface NeedsProps {
  numbers: OverviewNumbers;
  since: string;
  /** What Stripe won't let us read of failed payments. */
  missingPermission: string | null;
  /** The mail tool takes the key no more, or could not be asked yet. */
  forwarding: 'refused' | 'not_checked' | undefined;
  /** Other accounts and modes of this session. */
  toReconnect: readonly Pick<Install, 'id' | 'account_id' | 'account_name' | 'livemode'>[];
}

export function Needs(props: NeedsProps) {
  const { numbers, since, missingPermission, forwarding, toReconnect } = props;
  const { failedEvents, emails, held, days } = numbers;
  const { failed } = emails.byStatus;
  const link = (count: number, one: string, path: string, status: string) => (
    <a className="needs-number" href={href(path, { status, since })}>
      <Plural count={count} one={one} />
    </a>
  );
  const lines: { key: string; words: ReactNode }[] = [];
  if (failedEvents.all > 0)
    lines.push({
      key: 'events',
      words: <>{link(failedEvents.all, 'event', '/events', 'failed')} failed. Open one to see why, and replay it.</>,
    });
  if (failed > 0)
    lines.push({
      key: 'emails',
      words: <>{link(failed, 'email', '/emails', 'failed')} failed. Each says what the mail server answered.</>,
    });
  if (held.count > 0)
    lines.push({
      key: 'held',
      words: (
        <>
          <a className="needs-number" href={href('/emails', { status: 'held' })}>
            <Total {...held} one="email" />
          </a>{' '}
          held, because a value was missing or too many were due. Mend it and try again, or discard them.
        </>
      ),
    });
  if (missingPermission)
    lines.push({
      key: 'permission',
      words: (
        <>
          Stripe doesn’t let Tillpost read why payments fail: <code>{missingPermission}</code> is missing.{' '}
          <a href="/settings/stripe">See the connection</a>
        </>
      ),
    });
  if (forwarding === 'not_checked')
    lines.push({
      key: 'forwarding',
      words: (
        <>
          {FORWARDING_WORDS.notCheckedYet}: nothing is forwarded. <a href={FORWARDING_PATH}>See why</a>
        </>
      ),
    });
  if (forwarding === 'refused')
    lines.push({
      key: 'forwarding',
      words: (
        <>
          {FORWARDING_WORDS.refused}: nothing is forwarded. <a href={FORWARDING_PATH}>Save another</a>
        </>
      ),
    });
  for (const { id, account_id, account_name, livemode } of toReconnect)
    lines.push({
      key: id,
      words: (
        <>
          {account_name ?? account_id} needs to be reconnected in {modeOf({ livemode: livemode === 1 })} mode.{' '}
          <ButtonForm
            action="/session/switch"
            label="Show it"
            tone="quiet"
            fields={{ account_id, mode: modeOf({ livemode: livemode === 1 }) }}
          />
        </>
      ),
    });
  if (lines.length === 0)
    return (
      <p className="calm">
        <Icon name="check" /> {WORDS.calm}
      </p>
    );
  return (
    <section className="card needs" aria-label="Needs you">
      <h2>Needs you</h2>
      <ul>
        {lines.map(({ key, words }) => (
          <li key={key}>
            <Icon name="warning" />
            <div>{words}</div>
          </li>
        ))}
      </ul>
      {failedEvents.all + failed + emails.byStatus.held > 0 && (
        <DayChart
          what="failures"
          days={days.map((day, index) => ({
            day,
            counts: {
              events: failedEvents.byDay[index] ?? 0,
              failed: emails.byDay[index]?.counts.failed ?? 0,
              held: emails.byDay[index]?.counts.held ?? 0,
            },
          }))}
          series={[
            { key: 'events', label: 'Events failed', colour: 'info' },
            { key: 'failed', label: 'Emails failed', colour: 'bad' },
            { key: 'held', label: 'Emails held', colour: 'warn' },
          ]}
        />
      )}
    </section>
  );
}
