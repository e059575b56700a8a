/** Recovered: what became of invoices whose payment failed, by month and currency, and what reminders did for it. */
import type { ReactNode } from 'react';
import {
  RECOVERY_OUTCOMES,
  type CountAndAmount,
  type HoldoutComparison,
  type RecoveryMonth,
  type RecoveryOutcome,
  type RecoveryReport,
} from '../../../shared/api';
import { HOLDOUT_WORDS } from '../../../shared/words/fields';
import {
  AMOUNT_DEFINITION,
  FAILED_DEFINITION,
  FAILED_LABEL,
  HOLDOUT_GROUPS,
  HOLDOUT_VERDICTS,
  RECOVERY_WORDS,
} from '../../../shared/words/recovery';
import { Card, Empty, FactList, LinkButton, PageHead, Section, Tabs } from '../components/blocks';
import { DayChart } from '../components/day-chart';
import { href } from '../components/filters';
import { Table, type Column } from '../components/table';
import { None, Plural } from '../components/values';
import { Shell } from '../layout';
import { useFormats, useViewer } from '../page';
import { RECOVERY_SERIES } from './series';

export const PERIODS = ['3', '6', '12', '24'] as const;

export interface RecoveryPageProps {
  report: RecoveryReport;
  /** YYYY-MM, the latest first: those without a failed payment too. */
  months: readonly string[];
  holdoutPercent: number;
}

export function RecoveryPage({ report, months, holdoutPercent }: RecoveryPageProps) {
  const { isLimited } = useViewer();
  const period = String(months.length);
  const currencies = [...new Set(report.data.map(({ currency }) => currency))];
  return (
    <Shell title="Recovered" section="recovery">
      <PageHead
        title="Recovered"
        hint={['recovered', 'held_out']}
        lead="What became of invoices whose payment failed."
        actions={
          currencies.length > 0 &&
          !isLimited && <LinkButton href={href('/recovery.csv', { months: period })}>Export CSV</LinkButton>
        }
      />
      <Tabs
        label="Period"
        tabs={PERIODS.map((count) => ({
          href: `/recovery?months=${count}`,
          label: `${count} months`,
          isCurrent: count === period,
        }))}
      />
      {currencies.length === 0 ? (
        <Empty
          icon="recovery"
          title="No payment failed in these months"
          actions={<LinkButton href="/workflows/new">Look at the templates</LinkButton>}
        >
          As soon as the payment of an invoice fails it counts here, with what became of it, whichever events and
          workflows are on. The template “Payment failed” reminds whoever has to pay, with a link on which they can.
        </Empty>
      ) : (
        currencies.map((currency) => (
          <OfCurrency
            key={currency}
            currency={currency}
            period={period}
            months={months}
            data={report.data.filter((one) => one.currency === currency)}
          />
        ))
      )}
      <Holdout comparison={report.holdout} percent={holdoutPercent} period={period} />
      <Definitions />
    </Shell>
  );
}

interface Line extends RecoveryMonth {
  id: string;
}

function OfCurrency({
  currency,
  period,
  months,
  data,
}: {
  currency: string;
  period: string;
  months: readonly string[];
  data: readonly RecoveryMonth[];
}) {
  const formats = useFormats();
  const money = (minor: number) => formats.money(minor, currency);
  const days = months.toReversed().map((month) => {
    const found = data.find((one) => one.month === month);
    const amounts = RECOVERY_OUTCOMES.map((outcome) => [outcome, found?.[outcome].amount ?? 0]);
    return { day: month, counts: Object.fromEntries(amounts) as Record<RecoveryOutcome, number> };
  });
  const total = sumUp(data, currency);
  const lines: Line[] = [...data.map((one) => ({ ...one, id: one.month })), { ...total, id: 'all' }];
  const recovered = recoveredOf(total);
  return (
    <Section
      title={currency.toUpperCase()}
      lead={
        <>
          {money(recovered.amount)} of {money(total.failed.amount)} recovered ·{' '}
          <Plural count={recovered.count} one="invoice" /> of {formats.number(total.failed.count)} (
          {share(formats.locale, recovered.count, total.failed.count)})
        </>
      }
    >
      <Card>
        <DayChart what="failed payments" days={days} series={RECOVERY_SERIES} unit="month" write={money} />
      </Card>
      <Table
        caption={`Failed payments in ${currency.toUpperCase()} by month`}
        columns={columnsOf(period)}
        rows={lines}
      />
    </Section>
  );
}

function sumUp(data: readonly RecoveryMonth[], currency: string): RecoveryMonth {
  const sum = (name: 'failed' | RecoveryOutcome): CountAndAmount => ({
    count: data.reduce((all, one) => all + one[name].count, 0),
    amount: data.reduce((all, one) => all + one[name].amount, 0),
  });
  const sums = (['failed', ...RECOVERY_OUTCOMES] as const).map((name) => [name, sum(name)]);
  return { month: '', currency, ...Object.fromEntries(sums) } as RecoveryMonth;
}

function recoveredOf(month: RecoveryMonth): CountAndAmount {
  const parts = [month.recovered_without_mail, month.recovered_after_mail, month.recovered_after_click];
  return {
    count: parts.reduce((all, { count }) => all + count, 0),
    amount: parts.reduce((all, { amount }) => all + amount, 0),
  };
}

const share = (locale: string, part: number, whole: number): string =>
  new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 }).format(whole === 0 ? 0 : part / whole);

const columnsOf = (period: string): readonly Column<Line>[] => [
  { label: 'Month', kind: 'main', cell: ({ month }) => (month ? <MonthName month={month} /> : 'All months') },
  { label: FAILED_LABEL, kind: 'end', cell: (line) => <Number line={line} of="failed" period={period} /> },
  ...RECOVERY_OUTCOMES.map((outcome): Column<Line> => ({
    label: RECOVERY_WORDS[outcome].label,
    kind: 'end',
    cell: (line) => <Number line={line} of={outcome} period={period} />,
  })),
  { label: 'Recovered', kind: 'end', cell: (line) => <Share line={line} /> },
];

export function MonthName({ month }: { month: string }) {
  const { locale } = useFormats();
  const format = new Intl.DateTimeFormat(locale, { month: 'short', year: 'numeric', timeZone: 'UTC' });
  return <>{format.format(new Date(month))}</>;
}

/** Opens its invoices. */
function Number({ line, of, period }: { line: Line; of: 'failed' | RecoveryOutcome; period: string }) {
  const { money } = useFormats();
  const { count, amount } = line[of];
  if (count === 0) return <None words="none" />;
  const query = {
    ...(line.month ? { month: line.month } : { months: period }),
    currency: line.currency,
    outcome: of === 'failed' ? undefined : of,
  };
  return (
    <>
      <a href={href('/recovery/invoices', query)}>{money(amount, line.currency)}</a>
      <span className="row-sub">
        <Plural count={count} one="invoice" />
      </span>
    </>
  );
}

function Share({ line }: { line: Line }) {
  const { locale } = useFormats();
  return <>{share(locale, recoveredOf(line).count, line.failed.count)}</>;
}

function Holdout({
  comparison,
  percent,
  period,
}: {
  comparison: HoldoutComparison | null;
  percent: number;
  period: string;
}) {
  if (!comparison)
    return (
      <Section title="What reminders are worth">
        <Card>
          <p>
            Many invoices are paid without a reminder. To measure what reminders add, let some get none:{' '}
            <a href="/settings/sending#holdout_percent">{HOLDOUT_WORDS.label}</a> in the settings is {percent} now.
          </p>
        </Card>
      </Section>
    );
  const rows = (['others', 'held_out'] as const).map((id) => ({ id, ...comparison[id] }));
  return (
    <Section
      title="What reminders are worth"
      lead={`Of invoices that failed while there was a holdout; it is ${percent} % now.`}
    >
      <Table caption="Recovered with and without reminders" columns={groupColumns(period)} rows={rows} />
      <Card>
        {comparison.difference && <Difference {...comparison.difference} />}
        <p>{HOLDOUT_VERDICTS[comparison.verdict]}</p>
      </Card>
    </Section>
  );
}

type GroupLine = { id: keyof typeof HOLDOUT_GROUPS } & HoldoutComparison['others'];

const groupColumns = (period: string): readonly Column<GroupLine>[] => [
  { label: 'Group', kind: 'main', cell: ({ id }) => HOLDOUT_GROUPS[id] },
  {
    label: FAILED_LABEL,
    kind: 'end',
    cell: ({ id, failed }) => (
      <a href={href('/recovery/invoices', { months: period, group: id })}>
        <Plural count={failed} one="invoice" />
      </a>
    ),
  },
  { label: 'Recovered', kind: 'end', cell: ({ recovered }) => <Plural count={recovered} one="invoice" /> },
  { label: 'Share', kind: 'end', cell: (line) => <GroupShare {...line} /> },
];

const GroupShare = ({ failed, recovered }: HoldoutComparison['others']): ReactNode =>
  share(useFormats().locale, recovered, failed);

function Difference({ points, low, high }: NonNullable<HoldoutComparison['difference']>) {
  const { number } = useFormats();
  return (
    <p>
      Difference: <strong>{number(points)}</strong> percentage points, with 95 % certainty between {number(low)} and{' '}
      {number(high)}.
    </p>
  );
}

const Definitions = () => (
  <Section title="What is counted">
    <Card>
      <FactList
        facts={[
          [FAILED_LABEL, FAILED_DEFINITION],
          ...RECOVERY_OUTCOMES.map(
            (outcome) => [RECOVERY_WORDS[outcome].label, RECOVERY_WORDS[outcome].definition] as const,
          ),
          ['Amounts', AMOUNT_DEFINITION],
        ]}
      />
    </Card>
  </Section>
);
