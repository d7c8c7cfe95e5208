/** How bad a kind of difference is, before anyone says what a field means to the business. */

/** status > type > missing > value; each step weighs as much as twice the requests or a little more. */
const SEVERITY: Readonly<Record<string, number>> = {
  status: 10,
  type: 5,
  missing: 3,
  extra: 2,
  length: 2,
  value: 1,
  order: 0.5,
};

/** Headers matter less than what is in the body. */
const HEADER_SHARE = 0.5;

export function severityOf(kind: string, path: string): number {
  const severity = SEVERITY[kind] ?? 1;
  return /^(?:header|trailer):/.test(path) ? severity * HEADER_SHARE : severity;
}
