/** The overview: what is left to set up, what needs somebody, and the numbers that matter with their days. */
import type { Setup } from '../../../shared/words/setup';
import { OVERVIEW_WORDS as WORDS } from '../../../shared/words/overview';
import { EMAIL_FATE_LABELS, EMAIL_STATUS_WORDS } from '../../../shared/words/statuses';
import { Empty, LinkButton, PageHead, Tabs } from '../components/blocks';
import { DayChart } from '../components/day-chart';
import { href } from '../components/filters';
import { None, NumberLink } from '../components/values';
import { EMAIL_SERIES } from '../emails/series';
import { Shell } from '../layout';
import { useViewer } from '../page';
import { REMEMBERED_WORDS } from '../remembered';
import { Checklist } from './checklist';
import { MrrTiles, RecoveredTiles } from './money-tiles';
import { Needs, type NeedsProps } from './needs';
import { isMuchOf, isNothing, type OverviewNumbers } from './read-overview';
import { Tile } from './tile';

export const PERIODS = ['7', '30', '90'] as const;

export interface OverviewPageProps extends Omit<NeedsProps, 'since'> {
  period: (typeof PERIODS)[number];
  numbers: OverviewNumbers;
  /** Null: somebody has hidden it. */
  setup: Setup | null;
  isClickTracked: boolean;
}

export function OverviewPage({ period, numbers, setup, isClickTracked, ...needs }: OverviewPageProps) {
  const { tenant } = useViewer();
  const since = numbers.days[0]!;
  return (
    <Shell title="Overview" section="overview" isWide>
      <PageHead title="Overview" lead={tenant.livemode ? WORDS.lead : WORDS.test} />
      {setup && <Checklist setup={setup} />}
      {isNothing(numbers) ? (
        <Nothing />
      ) : (
        <>
          <Tabs
            label="Period"
            tabs={PERIODS.map((days) => ({
              href: href('/', { days }),
              label: `${days} days`,
              isCurrent: days === period,
            }))}
          />
          {isMuchOf(numbers) && <p className="hint">{REMEMBERED_WORDS}</p>}
          <Needs numbers={numbers} since={since} {...needs} />
          <div className="tiles">
            <Contacts numbers={numbers} since={since} />
            <MrrTiles numbers={numbers} />
            <Emails numbers={numbers} since={since} isClickTracked={isClickTracked} />
            <RecoveredTiles numbers={numbers} since={since} />
          </div>
        </>
      )}
    </Shell>
  );
}

const Nothing = () => (
  <Empty
    icon="overview"
    title="Nothing has happened yet"
    steps={[
      'Something happens in Stripe: a customer signs up, a payment fails.',
      'Tillpost finds or adds the contact, and a workflow of yours starts.',
      'Here you see who came, what they pay, what was sent and what it brought back.',
    ]}
    actions={<LinkButton href="/workflows/new">Look at the templates</LinkButton>}
  >
    As soon as it does, its numbers stand here.
  </Empty>
);

function Contacts({ numbers: { contacts, days }, since }: { numbers: OverviewNumbers; since: string }) {
  return (
    <Tile
      title="Contacts"
      value={<NumberLink value={contacts.all} to="/audience" />}
      facts={[['Added in these days', <NumberLink value={contacts.added} to={href('/audience', { since })} />]]}
    >
      <DayChart
        what="new contacts"
        days={days.map((day, index) => ({ day, counts: { added: contacts.byDay[index] ?? 0 } }))}
        series={[{ key: 'added', label: 'Added', colour: 'good' }]}
      />
    </Tile>
  );
}

function Emails({
  numbers: {
    emails: { byStatus, fates, byDay },
  },
  since,
  isClickTracked,
}: {
  numbers: OverviewNumbers;
  since: string;
  isClickTracked: boolean;
}) {
  const { tenant } = useViewer();
  const went = tenant.livemode ? 'sent' : 'captured';
  const others = (['sent', 'captured', 'suppressed', 'held', 'failed'] as const).filter(
    (status) => status !== went && (byStatus[status] > 0 || status === 'held'),
  );
  const isDeliveryKnown = fates.delivered > 0;
  const fate = (name: keyof typeof fates, unknown?: string) =>
    [
      EMAIL_FATE_LABELS[name],
      unknown ? (
        <None words={unknown} />
      ) : (
        <NumberLink value={fates[name]} to={href('/emails', { fate: name, since })} />
      ),
    ] as const;
  return (
    <Tile
      title={`Emails ${EMAIL_STATUS_WORDS[went].label.toLowerCase()}`}
      value={<NumberLink value={byStatus[went]} to={href('/emails', { status: went, since })} />}
      facts={[
        // What is only captured reaches nobody.
        ...(byStatus.sent === 0 && !tenant.livemode
          ? []
          : [
              fate('delivered', isDeliveryKnown ? undefined : WORDS.undelivered),
              fate('bounced'),
              fate('clicked', isClickTracked || fates.clicked > 0 ? undefined : WORDS.clicks),
            ]),
        ...others.map(
          (status) =>
            [
              EMAIL_STATUS_WORDS[status].label,
              <NumberLink value={byStatus[status]} to={href('/emails', { status, since })} />,
            ] as const,
        ),
      ]}
      hint={WORDS.emails}
    >
      <DayChart what="emails" days={byDay} series={EMAIL_SERIES} />
    </Tile>
  );
}
