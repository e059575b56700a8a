/** Of the overview, what is money: each currency by itself. */
import { RECOVERY_OUTCOMES } from '../../../shared/api';
import { OVERVIEW_WORDS as WORDS } from '../../../shared/words/overview';
import { FAILED_LABEL, RECOVERY_WORDS } from '../../../shared/words/recovery';
import type { RecoveredDay } from '../../audience/recovery-report';
import { DayChart } from '../components/day-chart';
import { href } from '../components/filters';
import { Money, NumberLink } from '../components/values';
import { useDayName, useFormats } from '../page';
import { RECOVERY_SERIES } from '../recovery/series';
import type { OverviewNumbers } from './read-overview';
import { Tile } from './tile';

export function MrrTiles({ numbers }: { numbers: OverviewNumbers }) {
  const { money } = useFormats();
  const dayName = useDayName();
  const { now, history } = numbers.mrr;
  // What was paid in these days and no longer is stays to be seen.
  const past = history.byDay.flatMap(({ mrr }) => Object.keys(mrr).filter((currency) => mrr[currency] !== 0));
  const currencies = [...new Set([...now.map(({ currency }) => currency), ...past])];
  return currencies.map((currency) => {
    const { mrr, contacts } = now.find((one) => one.currency === currency) ?? { mrr: 0, contacts: 0 };
    const days = history.byDay.map((one, index, all) => ({
      day: one.day,
      // Today's is known to the minute.
      counts: { mrr: index === all.length - 1 ? mrr : (one.mrr[currency] ?? 0) },
    }));
    return (
      <Tile
        key={currency}
        title={`Monthly revenue (MRR), ${currency.toUpperCase()}`}
        value={
          <a className="number" href={href('/audience', { mrr_in: currency })}>
            <Money minor={mrr} currency={currency} />
          </a>
        }
        facts={[['Contacts who pay it', <NumberLink value={contacts} to={href('/audience', { mrr_in: currency })} />]]}
        hint={`${WORDS.mrr} ${history.since === null ? WORDS.mrrBegins : WORDS.mrrSince(dayName(history.since))}`}
      >
        <DayChart
          what="monthly revenue"
          isLevel
          days={days}
          series={[{ key: 'mrr', label: 'MRR', colour: 'good' }]}
          write={(minor) => money(minor, currency)}
        />
      </Tile>
    );
  });
}

export function RecoveredTiles({ numbers: { recovered, days }, since }: { numbers: OverviewNumbers; since: string }) {
  const currencies = [...new Set(recovered.map(({ currency }) => currency))].sort();
  return currencies.map((currency) => (
    <Recovered
      key={currency}
      currency={currency}
      rows={recovered.filter((one) => one.currency === currency)}
      days={days}
      since={since}
    />
  ));
}

function Recovered({
  currency,
  rows,
  days,
  since,
}: {
  currency: string;
  rows: readonly RecoveredDay[];
  days: readonly string[];
  since: string;
}) {
  const { money } = useFormats();
  const amountOf = ({ outcome, recovered, failed }: RecoveredDay) =>
    outcome.startsWith('recovered') ? recovered : failed;
  const isRecovered = ({ outcome }: RecoveredDay) => outcome.startsWith('recovered');
  const count = (some: readonly RecoveredDay[]) => some.reduce((all, one) => all + one.count, 0);
  const to = (outcome?: string) => href('/recovery/invoices', { since, currency, outcome });
  const rest = (['open', 'lost'] as const).map(
    (outcome) =>
      [
        RECOVERY_WORDS[outcome].label,
        <NumberLink value={count(rows.filter((one) => one.outcome === outcome))} to={to(outcome)} />,
      ] as const,
  );
  return (
    <Tile
      title={`Recovered, ${currency.toUpperCase()}`}
      value={
        <a className="number" href={to('recovered')}>
          <Money minor={rows.filter(isRecovered).reduce((all, one) => all + one.recovered, 0)} currency={currency} />
        </a>
      }
      facts={[
        [FAILED_LABEL, <NumberLink value={count(rows)} to={to()} />],
        ['Recovered', <NumberLink value={count(rows.filter(isRecovered))} to={to('recovered')} />],
        ...rest,
      ]}
      hint={WORDS.recovered}
    >
      <DayChart
        what="failed payments"
        days={days.map((day) => {
          const amounts = RECOVERY_OUTCOMES.map((outcome) => {
            const ofDay = rows.find((one) => one.day === day && one.outcome === outcome);
            return [outcome, ofDay ? amountOf(ofDay) : 0];
          });
          return { day, counts: Object.fromEntries(amounts) as Record<(typeof RECOVERY_OUTCOMES)[number], number> };
        })}
        series={RECOVERY_SERIES}
        write={(minor) => money(minor, currency)}
      />
    </Tile>
  );
}
