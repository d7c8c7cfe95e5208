/** Numbers and times as people read them; the same words everywhere. */

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** `12,345` */
export function count(value: number): string {
  return whole.format(value);
}

/** `12.3K`, where there is little room. */
export function shortCount(value: number): string {
  return compact.format(value);
}

/** `pair`, `pairs` */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** Two digits where they tell something: `12%`, `1.2%`, `0.012%`, `<0.001%`. */
export function percent(share: number): string {
  const value = share * 100;
  if (value === 0) return '0%';
  if (value < 0.001) return '<0.001%';
  if (value >= 99.95) return '100%';
  const digits = value >= 10 ? 0 : value >= 1 ? 1 : value >= 0.1 ? 2 : 3;
  return `${trim(value.toFixed(digits))}%`;
}

/** `0.8 ms`, `12 ms`, `1.2 s` */
export function milliseconds(ms: number): string {
  const size = Math.abs(ms);
  if (size >= 10_000) return `${trim((ms / 1000).toFixed(0))} s`;
  if (size >= 1_000) return `${trim((ms / 1000).toFixed(1))} s`;
  return `${trim(ms.toFixed(size >= 10 ? 0 : size >= 1 ? 1 : 2))} ms`;
}

const UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
] as const;

/** `40 s`, `12 min`, `3 h`, `2 d` */
export function duration(ms: number): string {
  const [unitMs, unit] = UNITS.find(([atLeast]) => ms >= atLeast * 1.5 || ms === atLeast) ?? UNITS[3];
  return `${count(Math.max(0, Math.round(ms / unitMs)))} ${unit}`;
}

/** `just now`, `40 s ago` */
export function ago(iso: string, nowMs: number): string {
  const ms = nowMs - Date.parse(iso);
  return ms < 5_000 ? 'just now' : `${duration(ms)} ago`;
}

/** `14:02`, and the day where it is another one; local time, as clocks around the reader show it. */
export function clock(iso: string, nowMs: number): string {
  const at = new Date(iso);
  const time = at.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  if (at.toDateString() === new Date(nowMs).toDateString()) return time;
  return `${at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })} ${time}`;
}

/** `p = 0.03`, `p < 1e-9` */
export function pValue(value: number): string {
  if (value >= 0.001) return trim(value.toFixed(3));
  if (value < 1e-9) return '< 1e-9';
  return value.toExponential(0);
}

function trim(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
