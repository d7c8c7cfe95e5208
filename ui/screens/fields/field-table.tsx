/**
 * The tree as a table. Tab enters it once; arrows move between rows, right and left open and close, Enter shows the groups
 * of a field, `i` switches it to ignored and back.
 */
import { useRef, useState } from 'preact/hooks';
import { ApiError, mayChange, pathOf, type RuleView, sendJson } from '../../api/index.ts';
import { count, LevelBadge, percent, pValue } from '../../parts/index.ts';
import { hrefTo, place, tellChanged } from '../../state/index.ts';
import { type FieldNode, nodeKey, type VisibleNode, visibleNodes } from './field-tree.ts';
import { ignoredBy } from './ignored-by.ts';

export interface FieldTableProps {
  readonly mirror: string;
  readonly endpoint: string;
  readonly tree: readonly FieldNode[];
  readonly rules: readonly RuleView[];
  readonly onIgnore: (path: string) => void;
}

export function FieldTable({ mirror, endpoint, tree, rules, onIgnore }: FieldTableProps) {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [entered, setEntered] = useState<string>();
  const [refusal, setRefusal] = useState<string>();
  const body = useRef<HTMLTableSectionElement>(null);
  const rows = visibleNodes(tree, closed);
  const keys = rows.map(({ node }) => nodeKey(node));
  const entry = entered !== undefined && keys.includes(entered) ? entered : keys[0];

  const setOpen = (node: FieldNode, open: boolean): void => {
    const next = new Set(closed);
    if (open) next.delete(nodeKey(node));
    else next.add(nodeKey(node));
    setClosed(next);
  };
  const focusRow = (index: number): void => {
    body.current?.querySelectorAll<HTMLElement>('.tree-name')[Math.min(Math.max(index, 0), rows.length - 1)]?.focus();
  };
  const switchIgnored = async (node: FieldNode): Promise<void> => {
    const rule = ignoredBy(rules, endpoint, node.path);
    setRefusal(undefined);
    if (!mayChange.value) return;
    if (!rule) {
      onIgnore(node.path);
      return;
    }
    if (!canTakeBack(rule, node)) return;
    try {
      await sendJson('DELETE', pathOf(['mirrors', mirror, 'rules', rule.id]));
      tellChanged('rules');
    } catch (error) {
      setRefusal(error instanceof ApiError ? error.message : String(error));
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const index = rows.findIndex(({ node }) => nodeKey(node) === entry);
    const row = rows[index];
    if (!row) return;
    const act = actionOf(event.key, row, rows, index, { focusRow, setOpen, switchIgnored });
    if (!act) return;
    event.preventDefault();
    act();
  };

  return (
    <>
      {refusal && (
        <p class="form-refusal" role="alert">
          {refusal}
        </p>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a treegrid is a table whose rows open. */}
      <table class="table tree" role="treegrid" aria-label={`Fields of ${endpoint}`}>
        <thead>
          <tr>
            <th scope="col">field</th>
            <th scope="col">level</th>
            <th scope="col" class="is-right" title="Pairs in which the candidate differs here">
              raw
            </th>
            <th scope="col" class="is-right" title="Pairs in which the control differs here as well">
              noise
            </th>
            <th scope="col" class="is-right" title="Exact McNemar test; the level goes by more than this">
              p-value
            </th>
            <th scope="col" class="is-after-right">
              kinds
            </th>
            <th scope="col" class="is-right">
              ignored
            </th>
          </tr>
        </thead>
        <tbody ref={body} onKeyDown={onKeyDown}>
          {rows.map((row) => (
            <FieldRow
              key={nodeKey(row.node)}
              row={row}
              endpoint={endpoint}
              isEntry={nodeKey(row.node) === entry}
              rule={ignoredBy(rules, endpoint, row.node.path)}
              onEnter={() => setEntered(nodeKey(row.node))}
              onOpen={(open) => setOpen(row.node, open)}
              onIgnore={() => void switchIgnored(row.node)}
            />
          ))}
        </tbody>
      </table>
      <p class="keys quiet">
        <kbd>↑</kbd> <kbd>↓</kbd> move <kbd>→</kbd> <kbd>←</kbd> open, close <kbd>Enter</kbd> examples <kbd>i</kbd>{' '}
        ignore
      </p>
    </>
  );
}

interface Actions {
  readonly focusRow: (index: number) => void;
  readonly setOpen: (node: FieldNode, open: boolean) => void;
  readonly switchIgnored: (node: FieldNode) => Promise<void>;
}

function actionOf(
  key: string,
  { node, depth, isOpen }: VisibleNode,
  rows: readonly VisibleNode[],
  index: number,
  { focusRow, setOpen, switchIgnored }: Actions,
): (() => void) | undefined {
  switch (key) {
    case 'ArrowDown':
      return () => focusRow(index + 1);
    case 'ArrowUp':
      return () => focusRow(index - 1);
    case 'Home':
      return () => focusRow(0);
    case 'End':
      return () => focusRow(rows.length - 1);
    case 'ArrowRight':
      if (node.children.length === 0) return undefined;
      return isOpen ? () => focusRow(index + 1) : () => setOpen(node, true);
    case 'ArrowLeft':
      if (isOpen) return () => setOpen(node, false);
      return () => focusRow(rows.findLastIndex((other, at) => at < index && other.depth < depth));
    case 'i':
      return () => void switchIgnored(node);
    default:
      return undefined;
  }
}

interface FieldRowProps {
  readonly row: VisibleNode;
  readonly endpoint: string;
  readonly isEntry: boolean;
  readonly rule: RuleView | undefined;
  readonly onEnter: () => void;
  readonly onOpen: (open: boolean) => void;
  readonly onIgnore: () => void;
}

function FieldRow({ row: { node, depth, isOpen }, endpoint, isEntry, rule, onEnter, onOpen, onIgnore }: FieldRowProps) {
  const { name, path, children, items, totals } = node;
  const [first] = items;
  const isFolded = children.length > 0 && !isOpen;
  return (
    <tr
      aria-level={depth + 1}
      aria-expanded={children.length > 0 ? isOpen : undefined}
      class={`is-level-${totals.level}${children.length > 0 ? ' is-branch' : ''}`}
      aria-current={path === place.value.path ? 'true' : undefined}
    >
      <td class="is-named" data-label="field">
        <span class={`tree-indent is-depth-${Math.min(depth, MAX_INDENT)}`}>
          {children.length > 0 ? (
            <button
              type="button"
              class="tree-toggle"
              tabIndex={-1}
              aria-label={isOpen ? `Close ${name}` : `Open ${name}`}
              onClick={() => onOpen(!isOpen)}
            >
              {isOpen ? '▾' : '▸'}
            </button>
          ) : (
            <span class="tree-toggle" aria-hidden="true" />
          )}
          {first ? (
            <a
              class="tree-name mono"
              tabIndex={isEntry ? 0 : -1}
              title={path}
              href={hrefTo({ screen: 'groups', endpoint, path: first.path, kind: first.kind })}
              onFocus={onEnter}
            >
              {fieldName(name)}
            </a>
          ) : (
            <button
              type="button"
              class="tree-name tree-branch mono"
              tabIndex={isEntry ? 0 : -1}
              title={path}
              onFocus={onEnter}
              onClick={() => onOpen(!isOpen)}
            >
              {fieldName(name)}
            </button>
          )}
          {items.some(({ isNew }) => isNew) && <span class="new-mark">new</span>}
          {items.some((item) => item.class === 'state') && (
            <span
              class="new-mark is-state"
              title="The candidate does not know what was made or changed during mirroring"
            >
              state
            </span>
          )}
        </span>
      </td>
      <td class="is-named" data-label="level">
        {(first || isFolded || depth === 0) && <LevelBadge level={totals.level} />}
      </td>
      <td class="is-right" data-label="raw">
        {first || isFolded ? (
          <span>
            {count(totals.differing)}{' '}
            <span class="quiet">{first && percent(totals.differing / Math.max(totals.compared, 1))}</span>
          </span>
        ) : (
          <span class="quiet">{count(totals.differing)}</span>
        )}
      </td>
      <td class="is-right quiet" data-label="noise">
        {totals.noise === null ? <span title="No control has answered">none</span> : count(totals.noise)}
      </td>
      <td class="is-right quiet" data-label="p-value">
        {first && totals.noise !== null ? pValue(totals.pValue) : ''}
      </td>
      <td data-label="kinds" class="is-named is-after-right quiet">
        {totals.kinds
          .map(([kind, differing]) => (totals.kinds.length === 1 ? kind : `${kind} ${count(differing)}`))
          .join(', ')}
      </td>
      <td class="is-right is-named" data-label="ignored">
        <IgnoreSwitch node={node} rule={rule} onSwitch={onIgnore} />
      </td>
    </tr>
  );
}

const MAX_INDENT = 8;

function fieldName(name: string): string {
  return name === '*' ? '[ each ]' : name;
}

/** A rule of the file is changed there, and one that stands above is taken back above. */
function canTakeBack(rule: RuleView, node: FieldNode): boolean {
  return rule.source === 'api' && rule.path === node.path;
}

function IgnoreSwitch({ node, rule, onSwitch }: { node: FieldNode; rule: RuleView | undefined; onSwitch: () => void }) {
  const isFixed = rule !== undefined && !canTakeBack(rule, node);
  const why = !rule
    ? `Ignore ${node.path || 'the whole body'}: shows first what that hides`
    : rule.source === 'file'
      ? `Ignored by the policy file: ${rule.reason}`
      : isFixed
        ? `Ignored by the rule for ${rule.path || 'the whole body'}: ${rule.reason}`
        : `Ignored by ${rule.author}: ${rule.reason}. Switching it off deletes the rule.`;
  return (
    <label class={`switch${rule ? ' is-on' : ''}${isFixed ? ' is-fixed' : ''}`} title={why}>
      <input
        type="checkbox"
        role="switch"
        tabIndex={-1}
        aria-label={`ignore ${node.path || 'the whole body'}`}
        aria-checked={rule !== undefined}
        checked={rule !== undefined}
        disabled={isFixed || !mayChange.value}
        onClick={(event) => {
          // It shows what holds, and that changes only once the rule is made or gone.
          event.preventDefault();
          onSwitch();
        }}
      />
      <span class="switch-track" aria-hidden="true" />
    </label>
  );
}
