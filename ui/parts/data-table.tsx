/**
 * A table for many rows that change while one reads. Each row has one link, which is what the row opens; Tab enters the
 * table once, arrows, Home and End move between rows, and a refresh that changes the order takes the focus along. On narrow
 * screens each row becomes a block with the titles of its columns.
 */
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { goTo, place } from '../state/index.ts';

export interface Column<T> {
  readonly id: string;
  readonly title: ComponentChildren;
  /** For narrow screens and screen readers; default: the title. */
  readonly label?: string;
  readonly align?: 'right';
  readonly className?: string;
  readonly cell: (row: T) => ComponentChildren;
  /** What to sort by; absent: this column does not sort. Without a choice rows stand as they come. */
  readonly sortBy?: (row: T) => number | string;
}

export interface DataTableProps<T> {
  /** What the table is, for screen readers. */
  readonly caption: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly keyOf: (row: T) => string;
  /** The column that holds the link, and where it leads; absent: rows open nothing. */
  readonly link?: { readonly column: string; readonly href: (row: T) => string };
  readonly selected?: string | undefined;
}

export function DataTable<T>({ caption, columns, rows, keyOf, link, selected }: DataTableProps<T>) {
  const body = useRef<HTMLTableSectionElement>(null);
  const focused = useRef<string | undefined>(undefined);
  const sorted = sortRows(rows, columns, place.value.sort);
  const keys = sorted.map(keyOf);
  // The row that Tab enters at.
  const [current, setCurrent] = useState(selected);
  const entry = current !== undefined && keys.includes(current) ? current : keys[0];
  const linkOf = (key: string | undefined) =>
    body.current?.querySelector<HTMLElement>(`tr[data-key="${CSS.escape(key ?? '')}"] a.row-link`);

  useLayoutEffect(() => {
    // Moving a node takes its focus away.
    if (focused.current !== undefined && document.activeElement === document.body)
      linkOf(focused.current)?.focus({ preventScroll: true });
  });

  const onKeyDown = (event: KeyboardEvent): void => {
    const index = keys.indexOf(focused.current ?? '');
    if (index < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    const next = nextRow(event.key, index, keys.length);
    if (next === undefined) return;
    event.preventDefault();
    linkOf(keys[next])?.focus();
  };
  const onClick = (event: MouseEvent): void => {
    const target = event.target as Element;
    if (event.defaultPrevented || target.closest('a, button, input, select, summary, label')) return;
    if (getSelection()?.toString()) return;
    target.closest('tr')?.querySelector<HTMLElement>('a.row-link')?.click();
  };

  return (
    <table class={`table${link ? ' has-links' : ''}`}>
      <caption class="hidden">{caption}</caption>
      <thead>
        <tr>
          {columns.map((column) => (
            <HeadCell key={column.id} column={column} />
          ))}
        </tr>
      </thead>
      <tbody ref={body} onKeyDown={onKeyDown} onClick={onClick}>
        {sorted.map((row, index) => {
          const key = keys[index]!;
          return (
            <tr key={key} data-key={key} aria-current={key === selected ? 'true' : undefined}>
              {columns.map((column) => (
                <td
                  key={column.id}
                  class={[column.align === 'right' && 'is-right', column.className].filter(Boolean).join(' ')}
                  data-label={column.label ?? (typeof column.title === 'string' ? column.title : '')}
                >
                  {link?.column === column.id ? (
                    <a
                      class="cell row-link"
                      href={link.href(row)}
                      tabIndex={key === entry ? 0 : -1}
                      onFocus={() => {
                        focused.current = key;
                        setCurrent(key);
                      }}
                      onBlur={(event) => {
                        if (event.relatedTarget) focused.current = undefined;
                      }}
                    >
                      {column.cell(row)}
                    </a>
                  ) : (
                    <div class="cell">{column.cell(row)}</div>
                  )}
                </td>
              ))}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function HeadCell<T>({ column: { id, title, align, className, sortBy } }: { column: Column<T> }) {
  const { sort } = place.value;
  const direction = sort === id ? 'ascending' : sort === `-${id}` ? 'descending' : undefined;
  // Numbers are mostly wanted from the largest down.
  const next = direction === 'descending' ? id : direction === 'ascending' ? undefined : `-${id}`;
  return (
    <th
      scope="col"
      class={[align === 'right' && 'is-right', className].filter(Boolean).join(' ')}
      aria-sort={direction}
    >
      {sortBy ? (
        <button type="button" class="sort" onClick={() => goTo({ sort: next }, { replace: true })}>
          {title}
          <span aria-hidden="true">{direction === 'ascending' ? ' ↑' : direction === 'descending' ? ' ↓' : ''}</span>
        </button>
      ) : (
        title
      )}
    </th>
  );
}

function sortRows<T>(rows: readonly T[], columns: readonly Column<T>[], sort: string | undefined): readonly T[] {
  const id = sort?.replace(/^-/, '');
  const sortBy = columns.find((column) => column.id === id)?.sortBy;
  if (!sortBy) return rows;
  const sign = sort?.startsWith('-') ? -1 : 1;
  return rows.toSorted((one, other) => {
    const [a, b] = [sortBy(one), sortBy(other)];
    return a === b ? 0 : a < b ? -sign : sign;
  });
}

function nextRow(key: string, index: number, length: number): number | undefined {
  const to = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: length - 1 }[key];
  return to === undefined ? undefined : Math.min(Math.max(to, 0), length - 1);
}
