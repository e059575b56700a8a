/** Lists: a table on a wide screen, cards on a phone. Roles are spelt out because cards lose the table's own. */
import type { ReactNode } from 'react';
import type { TermKey } from '../../../shared/words/help';
import { Hint } from './hint';

export interface Column<T> {
  label: string;
  cell: (row: T) => ReactNode;
  /**
   * `main` holds the row's link and is the card's title, `end` is aligned right, `wide` takes the remaining width, `act`
   * holds a button, which needs no name above it.
   */
  kind?: 'main' | 'end' | 'wide' | 'act';
  /** Words of ours in its cells. */
  hint?: readonly TermKey[];
  /** Hidden on a phone. */
  isMinor?: boolean;
}

export function Table<T extends { id: string }>({
  caption,
  columns,
  rows,
  select,
}: {
  caption: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  /** A box for each row, of the form that the table stands in; its value is the row's id. */
  select?: { name: string; label: (row: T) => string };
}) {
  const className = (column: Column<T>) =>
    [column.kind && `cell-${column.kind}`, column.isMinor && 'cell-minor'].filter(Boolean).join(' ') || undefined;
  return (
    <div className="table-frame">
      <table className="table" role="table">
        <caption className="sr-only">{caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {select && (
              <th role="columnheader" scope="col" className="cell-select">
                <span className="sr-only">Select</span>
              </th>
            )}
            {columns.map((column) => (
              <th key={column.label} role="columnheader" scope="col" className={className(column)}>
                {column.kind === 'act' ? (
                  <span className="sr-only">{column.label}</span>
                ) : column.hint ? (
                  <span className="with-hint">
                    {column.label}
                    <Hint terms={column.hint} label={column.label} />
                  </span>
                ) : (
                  column.label
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <tr key={row.id} role="row" className={select && 'is-selectable'}>
              {select && (
                <td role="cell" className="cell-select">
                  <label className="select-row">
                    <input type="checkbox" id={`select-${row.id}`} name={select.name} value={row.id} />
                    <span className="sr-only">{select.label(row)}</span>
                  </label>
                </td>
              )}
              {columns.map((column) => (
                <td key={column.label} role="cell" className={className(column)} data-label={column.label}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
