/** Stacked bars, one a day or month, drawn without a script. Screen readers get the same numbers as a table. */
import { capitalize } from '../../../shared/capitalize';
import { useFormats } from '../page';

export interface Day<K extends string> {
  /** YYYY-MM-DD, or YYYY-MM for a month. */
  day: string;
  counts: Readonly<Record<K, number>>;
}

export interface Series<K extends string> {
  key: K;
  label: string;
  colour: 'good' | 'info' | 'warn' | 'plain' | 'faint' | 'bad';
}

const UNITS = { day: { month: 'short', day: 'numeric' }, month: { month: 'short', year: 'numeric' } } as const;
const SLOT = 20;
const BAR = 14;
const HEIGHT = 132;

/** `series` from the foot of a bar upwards; those without any are left out. `what` is counted, as in "events". */
export function DayChart<K extends string>({
  what,
  days,
  series,
  unit = 'day',
  isLevel = false,
  write,
}: {
  what: string;
  days: readonly Day<K>[];
  series: readonly Series<K>[];
  unit?: keyof typeof UNITS;
  /** What stands at a day's end, not what came in it. */
  isLevel?: boolean;
  /** How a value is written: as a number where left out. */
  write?: (value: number) => string;
}) {
  const formats = useFormats();
  const number = write ?? formats.number;
  // Making one takes longer than all else of a day.
  const format = new Intl.DateTimeFormat(formats.locale, { ...UNITS[unit], timeZone: 'UTC' });
  const dayName = (day: string) => format.format(new Date(day));
  const used = series.filter(({ key }) => days.some(({ counts }) => counts[key] > 0));
  const total = ({ counts }: Day<K>): number => used.reduce((sum, { key }) => sum + counts[key], 0);
  const most = Math.max(0, ...days.map(total));
  if (most === 0)
    return (
      <figure>
        <p className="hint chart-none">
          No {what} in any of these {unit}s.
        </p>
      </figure>
    );
  const describe = (day: Day<K>) =>
    `${dayName(day.day)}: ${
      used
        .filter(({ key }) => day.counts[key])
        .map(({ key, label }) => `${number(day.counts[key])} ${label.toLowerCase()}`)
        .join(', ') || `no ${what}`
    }`;
  return (
    <figure>
      <svg
        className="chart"
        viewBox={`0 0 ${days.length * SLOT} ${HEIGHT}`}
        preserveAspectRatio="none"
        aria-hidden="true"
        focusable="false"
      >
        {days.map((day, index) => (
          <g key={day.day}>
            <title>{describe(day)}</title>
            <rect className="day" x={index * SLOT} y={0} width={SLOT} height={HEIGHT} />
            <Bar day={day} series={used} x={index * SLOT + (SLOT - BAR) / 2} scale={(HEIGHT - 8) / Math.max(1, most)} />
          </g>
        ))}
      </svg>
      <div className="chart-axis" aria-hidden="true">
        <span>{days[0] && dayName(days[0].day)}</span>
        <span>
          {isLevel ? 'Highest' : `Most in a ${unit}`}: {number(most)}
        </span>
        <span>{days.length > 0 && dayName(days[days.length - 1]!.day)}</span>
      </div>
      <ul className="chart-legend" aria-hidden="true">
        {used.map(({ key, label, colour }) => (
          <li key={key}>
            <span className={`key key-${colour}`} />
            {label}
          </li>
        ))}
      </ul>
      <div className="sr-only">
        <table>
          <caption>
            {capitalize(what)} by {unit}; {unit}s without any are left out
          </caption>
          <thead>
            <tr>
              <th scope="col">{capitalize(unit)}</th>
              {used.map(({ key, label }) => (
                <th key={key} scope="col">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {days
              .filter((day) => total(day) > 0)
              .map((day) => (
                <tr key={day.day}>
                  <th scope="row">{dayName(day.day)}</th>
                  {used.map(({ key }) => (
                    <td key={key}>{number(day.counts[key])}</td>
                  ))}
                </tr>
              ))}
          </tbody>
        </table>
      </div>
    </figure>
  );
}

function Bar<K extends string>({
  day: { counts },
  series,
  x,
  scale,
}: {
  day: Day<K>;
  series: readonly Series<K>[];
  x: number;
  scale: number;
}) {
  const shown = series.filter(({ key }) => counts[key] > 0);
  const parts = shown.map(({ key, colour }, index) => {
    const upToTop = shown.slice(0, index + 1).reduce((sum, one) => sum + counts[one.key], 0);
    return { key, colour, y: HEIGHT - upToTop * scale, height: Math.max(1.5, counts[key] * scale) };
  });
  if (parts.length === 0) return <rect className="bar-base" x={x} y={HEIGHT - 1.5} width={BAR} height={1.5} />;
  return (
    <>
      {parts.map(({ key, colour, y, height }) => (
        <rect key={key} className={`bar-${colour}`} x={x} y={y} width={BAR} height={height} />
      ))}
    </>
  );
}
