/** How single values are shown, everywhere the same. */
import { Fragment } from 'react';
import type { Moment } from '../format';
import { useFormats } from '../page';

/** What isn't said of it shows where the pointer rests; the foot of the page names the zone. */
export function Time({ at, as = 'dateTime' }: { at: Moment; as?: 'dateTime' | 'seconds' | 'date' | 'relative' }) {
  const formats = useFormats();
  return (
    <time dateTime={new Date(at).toISOString()} title={formats.full(at)}>
      {formats[as](at)}
    </time>
  );
}

/** Of the log: how long ago, and the very second. */
export const LogTime = ({ at }: { at: Moment }) => (
  <>
    <Time at={at} as="relative" />
    <span className="row-sub">
      <Time at={at} as="seconds" />
    </span>
  </>
);

const ISO_TIME = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** A kept sentence: the times in it, which are ISO 8601, as the install writes them. */
export function Sentence({ text }: { text: string }) {
  const times = text.match(ISO_TIME) ?? [];
  return (
    <>
      {text.split(ISO_TIME).map((words, index) => (
        <Fragment key={index}>
          {words}
          {times[index] && <Time at={times[index]} />}
        </Fragment>
      ))}
    </>
  );
}

export function Money({ minor, currency }: { minor: number; currency: string }) {
  return <>{useFormats().money(minor, currency)}</>;
}

export function Count({ value }: { value: number }) {
  return <>{useFormats().number(value)}</>;
}

/** A number as a link to what it counts; nothing is counted by a dim 0. */
export const NumberLink = ({ value, to }: { value: number; to: string }) =>
  value === 0 ? (
    <span className="none">0</span>
  ) : (
    <a className="number" href={to}>
      <Count value={value} />
    </a>
  );

/** What has no value: a dash that is read out as words. */
export const None = ({ words = 'none', title }: { words?: string; title?: string }) => (
  <span className="none" title={title}>
    <span aria-hidden="true">—</span>
    <span className="sr-only">{words}</span>
  </span>
);

/** `2 emails`, `10,000+ emails`. */
export function Total({
  count,
  isMore,
  one,
  many = `${one}s`,
}: {
  count: number;
  isMore: boolean;
  one: string;
  many?: string;
}) {
  const formats = useFormats();
  if (!isMore) return <Plural count={count} one={one} many={many} />;
  return (
    <>
      {formats.number(count)}+ {many}
    </>
  );
}

/** `1 email`, `2 emails`. */
export function Plural({ count, one, many = `${one}s` }: { count: number; one: string; many?: string }) {
  return (
    <>
      {useFormats().number(count)} {count === 1 ? one : many}
    </>
  );
}
