import { count, percentOf, rate } from '../output/numbers.ts';
import { printable, type Style } from '../output/style.ts';
import { fit, renderTable } from '../output/table.ts';
import type { GroupTraffic, MirrorTraffic, ReceiverTraffic } from './traffic.ts';

export interface RenderOptions {
  readonly style: Style;
  readonly width: number;
  /** What the counters were some time ago, for rates; without it there are none. */
  readonly before?: { readonly traffic: readonly MirrorTraffic[]; readonly agoMs: number } | undefined;
  /** False when the counters could not be read: shares are shown without figures. Default: true. */
  readonly counted?: boolean | undefined;
}

/** The mirrors as text for people: who is copied and how much, to whom, and what went wrong there. */
export function renderTraffic(mirrors: readonly MirrorTraffic[], options: RenderOptions): string[] {
  if (mirrors.length === 0) return [options.style.dim('There are no mirrors.')];
  return mirrors.flatMap((mirror, i) => [...(i > 0 ? [''] : []), ...renderMirror(mirror, options)]);
}

function renderMirror(mirror: MirrorTraffic, options: RenderOptions): string[] {
  const { style, width, counted = true } = options;
  const before = options.before?.traffic.find(({ name }) => name === mirror.name);
  const perSecond = (now: number | undefined, then: number | undefined) =>
    options.before && now !== undefined && then !== undefined
      ? Math.max(0, now - then) / (options.before.agoMs / 1000)
      : undefined;
  const rateText = (value: number | undefined) => (value === undefined ? '-' : rate(value));

  const groupCells = (group: GroupTraffic) => {
    const then = before?.groups.find(({ segment }) => segment === group.segment);
    const name = group.segment ?? style.dim('everyone else');
    const share = mirror.paused ? style.yellow('paused') : group.share;
    if (!counted) return [name, share];
    const copied = group.copied === undefined ? ['-', '-'] : [count(group.copied), percentOf(group.copied, group.seen)];
    const figures = [count(group.seen), ...copied];
    return [name, share, ...figures, rateText(perSecond(group.copied, then?.copied))];
  };
  const receiverCells = (receiver: ReceiverTraffic) => {
    const { service, role, copies, errors, cut, refused } = receiver;
    const then = before?.receivers.find((other) => other.service === service && other.role === role);
    const bad = (value: number) => (value > 0 ? style.red(count(value)) : '0');
    const figures = [count(copies), bad(errors), bad(cut), bad(refused)];
    return [`${service} ${style.dim(role)}`, ...figures, rateText(perSecond(copies, then?.copies))];
  };

  const indent = '  ';
  const right = (title: string) => ({ title, align: 'right' as const });
  const groupColumns = [
    { title: 'who' },
    right('share'),
    right('seen'),
    right('copied'),
    right('of seen'),
    right('now/s'),
  ];
  const receiverColumns = [
    { title: 'to' },
    right('copies'),
    right('errors'),
    right('cut'),
    right('refused'),
    right('now/s'),
  ];
  return [
    heading(mirror, style, width),
    ...renderTable(counted ? groupColumns : groupColumns.slice(0, 2), mirror.groups.map(groupCells), {
      style,
      width,
      indent,
    }),
    ...(counted ? renderTable(receiverColumns, mirror.receivers.map(receiverCells), { style, width, indent }) : []),
    ...skippedLine(mirror, style, width),
  ];
}

function heading(mirror: MirrorTraffic, style: Style, width: number): string {
  const hosts = mirror.hosts.length > 0 ? ` on ${mirror.hosts.join(', ')}` : '';
  const control = mirror.control ? ` and ${mirror.control}` : '';
  const state = mirror.paused ? style.yellow('paused  ') : '';
  const route = printable(`${mirror.path}${hosts}  ${mirror.primary} -> copies to ${mirror.shadow}${control}`);
  const line = `${style.bold(mirror.name)}  ${state}${route}`;
  return fit(line, width);
}

const CAUSES: Readonly<Record<string, string>> = {
  method: 'by method',
  upgrade: 'upgrades',
  body_size: 'body too large',
  marked: 'already a copy',
  sticky: 'outside the sticky share',
};

function skippedLine({ skipped }: MirrorTraffic, style: Style, width: number): string[] {
  const parts = Object.entries(skipped).map(([cause, value]) => `${count(value)} ${CAUSES[cause] ?? cause}`);
  return parts.length === 0 ? [] : [style.dim(fit(`  not considered: ${parts.join(', ')}`, width))];
}

/** One line per mirror for logs: `orders: seen 1,204, copied 311 (employees 40/40, everyone else 60/1,203), errors 0`. */
export function renderTrafficLines(mirrors: readonly MirrorTraffic[]): string[] {
  return mirrors.map(({ name, paused, groups, receivers }) => {
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    const byGroup = groups.map(
      ({ segment, seen, copied }) =>
        `${segment ?? 'everyone else'} ${copied === undefined ? '-' : count(copied)}/${count(seen)}`,
    );
    const copies = receivers.map((receiver) => `${receiver.service} ${count(receiver.copies)}`);
    const errors = sum(receivers.map((receiver) => receiver.errors));
    const trouble = sum(receivers.map(({ cut, refused }) => cut + refused));
    return [
      `${name}${paused ? ' (paused)' : ''}: copied ${byGroup.join(', ')}`,
      `sent ${copies.join(', ')}`,
      `errors ${count(errors)}${trouble > 0 ? `, cut or refused ${count(trouble)}` : ''}`,
    ].join('; ');
  });
}
