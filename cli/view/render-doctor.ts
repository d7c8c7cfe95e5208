import type { DoctorReport, Finding, Severity } from '../../server/doctor/index.ts';
import { printable, type Style, visibleWidth } from '../output/style.ts';

const INDENT = '        ';
const SKEW_MS = 2_000;

/** Each finding with its remedy, worst first, and a line that sums up. */
export function renderDoctor({ items, checked }: DoctorReport, style: Style): string[] {
  const widest = Math.max(0, ...items.map(({ subject }) => visibleWidth(subject)));
  const lines = items.flatMap(({ id, severity, subject, message, remedy }) => [
    `${colour(severity, style)}${printable(subject).padEnd(widest)}  ${style.dim(id)}`,
    `${INDENT}${printable(message)}`,
    `${INDENT}${style.dim('->')} ${printable(remedy)}`,
  ]);
  const found = items.length === 0 ? 'nothing found' : `${items.length} found`;
  return [...lines, `${found} in ${checked.length} checks: docs/doctor.md explains each`];
}

/** The control plane's clock against ours: what is beyond the time that the question took is skew. */
export function clockFinding(
  theirsMs: number,
  { askedAtMs, answeredAtMs }: { readonly askedAtMs: number; readonly answeredAtMs: number },
): Finding | undefined {
  const behindMs = theirsMs < askedAtMs ? askedAtMs - theirsMs : theirsMs > answeredAtMs ? answeredAtMs - theirsMs : 0;
  if (Math.abs(behindMs) <= SKEW_MS) return undefined;
  return {
    id: 'clock-skew',
    severity: 'risk',
    subject: 'control plane',
    message: `its clock is ${Math.round(Math.abs(behindMs) / 1_000)} s ${behindMs > 0 ? 'behind' : 'ahead of'} this machine's`,
    remedy: 'synchronise both machines (NTP)',
  };
}

function colour(severity: Severity, style: Style): string {
  const text = severity.padEnd(INDENT.length);
  return severity === 'danger' ? style.red(text) : severity === 'risk' ? style.yellow(text) : style.dim(text);
}
