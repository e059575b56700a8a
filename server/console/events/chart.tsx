/** Stacked bars, one a day, drawn without a script. Screen readers get the same numbers as a list. */
import type { EventStatus } from '../../../shared/api';
import { EVENT_STATUS_WORDS } from '../../../shared/words/statuses';
import { useFormats } from '../page';

export interface Day {
  /** YYYY-MM-DD. */
  day: string;
  counts: Record<EventStatus, number>;
}

/** From the foot of a bar upwards. */
const ORDER: readonly EventStatus[] = ['processed', 'pending', 'waiting', 'skipped', 'ignored', 'failed'];
const SLOT = 20;
const BAR = 14;
const HEIGHT = 132;

export function EventChart({ days }: { days: readonly Day[] }) {
  const formats = useFormats();
  const highest = Math.max(1, ...days.map(total));
  const dayName = (day: string) =>
    new Intl.DateTimeFormat(formats.locale, { month: 'short', day: 'numeric', timeZone: 'UTC' }).format(new Date(day));
  const used = ORDER.filter((status) => days.some((day) => day.counts[status] > 0));
  const describe = (day: Day) =>
    `${dayName(day.day)}: ${
      used
        .filter((status) => day.counts[status])
        .map((status) => `${formats.number(day.counts[status])} ${EVENT_STATUS_WORDS[status].label.toLowerCase()}`)
        .join(', ') || 'no events'
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
            <Bar day={day} x={index * SLOT + (SLOT - BAR) / 2} scale={(HEIGHT - 8) / highest} />
          </g>
        ))}
      </svg>
      <div className="chart-axis" aria-hidden="true">
        <span>{days[0] && dayName(days[0].day)}</span>
        <span>Most in a day: {formats.number(Math.max(0, ...days.map(total)))}</span>
        <span>{days.length > 0 && dayName(days[days.length - 1]!.day)}</span>
      </div>
      <ul className="chart-legend" aria-hidden="true">
        {used.map((status) => (
          <li key={status}>
            <span className={`key key-${status}`} />
            {EVENT_STATUS_WORDS[status].label}
          </li>
        ))}
      </ul>
      <ul className="sr-only">
        {days
          .filter((day) => total(day) > 0)
          .map((day) => (
            <li key={day.day}>{describe(day)}</li>
          ))}
      </ul>
    </figure>
  );
}

function Bar({ day, x, scale }: { day: Day; x: number; scale: number }) {
  if (total(day) === 0) return <rect className="bar-base" x={x} y={HEIGHT - 1.5} width={BAR} height={1.5} />;
  return (
    <>
      {ORDER.filter((status) => day.counts[status] > 0).map((status) => {
        const below = ORDER.slice(0, ORDER.indexOf(status) + 1).reduce((sum, one) => sum + day.counts[one], 0);
        const height = Math.max(1.5, day.counts[status] * scale);
        return (
          <rect key={status} className={`bar-${status}`} x={x} y={HEIGHT - below * scale} width={BAR} height={height} />
        );
      })}
    </>
  );
}

const total = (day: Day): number => ORDER.reduce((sum, status) => sum + day.counts[status], 0);
