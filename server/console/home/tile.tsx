/** What the overview is put together from. */
import type { ReactNode } from 'react';

/** One matter: its number, what there is to say of it, and its days. */
export function Tile({
  title,
  value,
  facts = [],
  hint,
  children,
}: {
  title: string;
  value: ReactNode;
  facts?: readonly (readonly [label: string, value: ReactNode])[];
  hint?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className="card tile" aria-label={title}>
      <h2>{title}</h2>
      <p className="tile-value">{value}</p>
      {facts.length > 0 && (
        <dl className="tile-facts">
          {facts.map(([label, fact]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{fact}</dd>
            </div>
          ))}
        </dl>
      )}
      {children}
      {hint && <p className="hint">{hint}</p>}
    </section>
  );
}
