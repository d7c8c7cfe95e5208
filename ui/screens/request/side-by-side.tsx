/**
 * Rows of several answers in one table, so that they scroll as one. Equal runs are folded; of many rows only those near the
 * window exist. `n` and `p` go to the next and previous change from wherever one is in it. On narrow screens the answers of
 * a changed row stand below each other, and equal rows are shown once.
 */
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { plural } from '../../parts/index.ts';
import { pointerOf } from './folded-paths.ts';
import { type Cell, changedPart, foldRows, type Line, type Row, type RowState } from './rows.ts';

export interface SideBySideProps {
  /** What the rows are, for screen readers. */
  readonly caption: string;
  readonly arms: readonly string[];
  readonly rows: readonly Row[];
  /** Folded JSON Pointer of what the reader came for. */
  readonly wanted?: string | undefined;
  /** The rows that a collapsed one stands for. */
  readonly onOpen?: (row: Row) => readonly Row[];
}

const LINES_A_CHUNK = 80;

export function SideBySide({ caption, arms, rows: given, wanted, onOpen = () => [] }: SideBySideProps) {
  const [opened, setOpened] = useState<ReadonlySet<Row> | 'all'>(new Set());
  const [expanded, setExpanded] = useState<ReadonlySet<Row>>(new Set());
  const [active, setActive] = useState<number>();
  const table = useRef<HTMLTableElement>(null);
  const rows = useMemo(
    () => (expanded.size === 0 ? given : given.flatMap((row) => (expanded.has(row) ? onOpen(row) : row))),
    [given, expanded],
  );
  const lines = useMemo(() => foldRows(rows, opened), [rows, opened]);
  const chunks = useMemo(() => chunksOf(lines), [lines]);
  const changes = useMemo(
    () => lines.flatMap((line, at) => (line.type === 'row' && rows[line.at]?.state === 'different' ? [at] : [])),
    [lines, rows],
  );
  const hasFolds = opened !== 'all' && lines.some(({ type }) => type === 'fold');

  useEffect(() => {
    setActive(undefined);
  }, [given]);
  useLayoutEffect(() => {
    if (active === undefined) return;
    const row = table.current?.querySelector<HTMLElement>(`tr[data-line="${active}"]`);
    row?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: 'center' });
  }, [active]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey || (event.key !== 'n' && event.key !== 'p')) return;
    const from = active ?? (event.key === 'n' ? -1 : lines.length);
    const next = event.key === 'n' ? changes.find((at) => at > from) : changes.findLast((at) => at < from);
    if (next === undefined) return;
    event.preventDefault();
    setActive(next);
  };

  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it takes keys. */}
      <table ref={table} class={`sbs has-${arms.length}`} tabIndex={0} onKeyDown={onKeyDown}>
        <caption class="hidden">{caption}</caption>
        <thead>
          <tr>
            <th class="sbs-sign">
              <span class="hidden">how it differs</span>
            </th>
            {arms.map((arm) => (
              <th key={arm} scope="col">
                <span class={`arm is-${arm}`}>{arm}</span>
              </th>
            ))}
          </tr>
        </thead>
        {chunks.map((chunk) => (
          <Chunk
            key={chunk.from}
            length={chunk.lines.length}
            isWanted={chunks.length === 1 || (active !== undefined && isIn(chunk, active))}
          >
            {() =>
              chunk.lines.map((line, at) =>
                line.type === 'fold' ? (
                  <FoldRow
                    key={`fold ${line.from}`}
                    columns={arms.length}
                    line={line}
                    next={rows[line.to]}
                    onOpen={() => setOpened(new Set([...(opened === 'all' ? [] : opened), rows[line.from]!]))}
                  />
                ) : (
                  <RowView
                    key={line.at}
                    arms={arms}
                    row={rows[line.at]!}
                    line={chunk.from + at}
                    isWanted={wanted !== undefined && isAt(rows[line.at]!, wanted)}
                    onExpand={() => setExpanded(new Set([...expanded, rows[line.at]!]))}
                  />
                ),
              )
            }
          </Chunk>
        ))}
      </table>
      {(hasFolds || opened === 'all' || changes.length > 1) && (
        <p class="keys quiet">
          {changes.length > 1 && (
            <>
              <kbd>n</kbd> <kbd>p</kbd> next and previous of {plural(changes.length, 'changed line')}
            </>
          )}
          {hasFolds && (
            <button type="button" class="link-button" onClick={() => setOpened('all')}>
              Show what is equal
            </button>
          )}
          {opened === 'all' && (
            <button type="button" class="link-button" onClick={() => setOpened(new Set())}>
              Fold what is equal
            </button>
          )}
        </p>
      )}
    </>
  );
}

interface ChunkOfLines {
  readonly from: number;
  readonly lines: readonly Line[];
}

function chunksOf(lines: readonly Line[]): ChunkOfLines[] {
  const chunks: ChunkOfLines[] = [];
  for (let from = 0; from < lines.length; from += LINES_A_CHUNK) {
    chunks.push({ from, lines: lines.slice(from, from + LINES_A_CHUNK) });
  }
  return chunks;
}

function isIn({ from, lines }: ChunkOfLines, line: number): boolean {
  return line >= from && line < from + lines.length;
}

const LINE_HEIGHT_PX = 21;

interface ChunkProps {
  readonly length: number;
  /** Needed although it may be far away. */
  readonly isWanted: boolean;
  readonly children: () => ComponentChildren;
}

/** Keeps its room while it is far from the window. */
function Chunk({ length, isWanted, children }: ChunkProps) {
  const body = useRef<HTMLTableSectionElement>(null);
  const height = useRef(length * LINE_HEIGHT_PX);
  const [isNear, setIsNear] = useState(false);
  useEffect(() => {
    const watching = new IntersectionObserver(
      ([entry]) => {
        if (!entry) return;
        if (!entry.isIntersecting && body.current) height.current = body.current.offsetHeight || height.current;
        setIsNear(entry.isIntersecting);
      },
      { rootMargin: '1200px 0px' },
    );
    if (body.current) watching.observe(body.current);
    return () => watching.disconnect();
  }, []);
  return (
    <tbody ref={body}>
      {isNear || isWanted ? (
        children()
      ) : (
        <tr class="sbs-room">
          <td style={{ height: `${height.current}px` }} />
        </tr>
      )}
    </tbody>
  );
}

interface FoldRowProps {
  readonly columns: number;
  readonly line: Extract<Line, { type: 'fold' }>;
  readonly next: Row | undefined;
  readonly onOpen: () => void;
}

function FoldRow({ columns, line: { from, to }, next, onOpen }: FoldRowProps) {
  return (
    <tr class="sbs-fold">
      <td colSpan={columns + 1}>
        <button type="button" onClick={onOpen}>
          {plural(to - from, 'equal line')}
          {next && next.path.length > 0 && <span class="mono"> … {pointerOf(next.path)}</span>}
        </button>
      </td>
    </tr>
  );
}

const SIGNS: Readonly<Record<RowState, readonly [sign: string, word: string]>> = {
  equal: ['', ''],
  different: ['≠', 'differs'],
  noise: ['∿', 'noise: the control differs here, too'],
  harmless: ['≈', 'written differently, but held for equal'],
  uncompared: ['·', 'not compared'],
};

interface RowViewProps {
  readonly arms: readonly string[];
  readonly row: Row;
  readonly line: number;
  readonly isWanted: boolean;
  readonly onExpand: () => void;
}

function RowView({ arms, row, line, isWanted, onExpand }: RowViewProps) {
  const { cells, state, kinds, collapsed } = row;
  const [primary, ...others] = cells;
  const [sign, word] = SIGNS[state];
  const isPlain = state === 'equal';
  return (
    <tr
      class={`is-${state}${isWanted ? ' is-wanted' : ''}`}
      data-line={line}
      tabIndex={isPlain ? undefined : -1}
      aria-label={isPlain ? undefined : word}
    >
      <td class="sbs-sign" title={[word, kinds.join(', ')].filter(Boolean).join(': ')}>
        {sign}
      </td>
      {arms.map((arm, column) => (
        <td key={arm} data-arm={arm} class={column > 0 && isPlain ? 'is-repeated' : ''}>
          <CellView
            cell={cells[column]}
            other={column === 0 ? others.find((cell) => cell?.text !== primary?.text) : primary}
            isMarked={!isPlain}
          />
          {collapsed !== undefined && column === 0 && (
            <button type="button" class="link-button" onClick={onExpand}>
              open
            </button>
          )}
        </td>
      ))}
    </tr>
  );
}

const MOST_CHARACTERS = 2_000;
const MOST_INDENTED = 24;

function CellView({ cell, other, isMarked }: { cell: Cell | undefined; other: Cell | undefined; isMarked: boolean }) {
  const [isWhole, setIsWhole] = useState(false);
  if (!cell) return isMarked ? <span class="sbs-nothing">nothing</span> : null;
  const text = isWhole ? cell.text : cell.text.slice(0, MOST_CHARACTERS);
  const left = cell.text.length - text.length;
  return (
    <div class="sbs-cell" style={{ '--depth': Math.min(cell.depth, MOST_INDENTED) }}>
      {cell.label !== undefined && <span class="sbs-label">{cell.label}: </span>}
      {isMarked && other && other.text !== cell.text ? <Marked text={text} other={other.text} /> : text}
      {left > 0 && (
        <button type="button" class="link-button" onClick={() => setIsWhole(true)}>
          {plural(left, 'character')} more
        </button>
      )}
    </div>
  );
}

function Marked({ text, other }: { text: string; other: string }) {
  const [from, to] = changedPart(text, other);
  return (
    <>
      {text.slice(0, from)}
      <mark>{text.slice(from, to)}</mark>
      {text.slice(to)}
    </>
  );
}

/** `*` in what is wanted stands for any segment. */
function isAt({ path, state }: Row, wanted: string): boolean {
  if (state === 'equal' || !wanted.startsWith('/')) return false;
  const segments = wanted.split('/').slice(1);
  const own = pointerOf(path).split('/').slice(1);
  return segments.length === own.length && segments.every((segment, at) => segment === '*' || segment === own[at]);
}
