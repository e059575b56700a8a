/** How single values are shown, everywhere the same. */
import type { Moment } from '../format';
import { useFormats } from '../page';

export function Time({ at, as = 'dateTime' }: { at: Moment; as?: 'dateTime' | 'date' | 'relative' }) {
  const formats = useFormats();
  return (
    <time dateTime={new Date(at).toISOString()} title={formats.full(at)}>
      {formats[as](at)}
    </time>
  );
}

export function Money({ minor, currency }: { minor: number; currency: string }) {
  return <>{useFormats().money(minor, currency)}</>;
}

export function Count({ value }: { value: number }) {
  return <>{useFormats().number(value)}</>;
}

/** What has no value: a dash that is read out as words. */
export const None = ({ words = 'none' }: { words?: string }) => (
  <span className="none">
    <span aria-hidden="true">—</span>
    <span className="sr-only">{words}</span>
  </span>
);

/** `1 email`, `2 emails`. */
export function Plural({ count, one, many = `${one}s` }: { count: number; one: string; many?: string }) {
  return (
    <>
      {useFormats().number(count)} {count === 1 ? one : many}
    </>
  );
}
