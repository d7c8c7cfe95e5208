/** Which rule says that a field does not count, if one does: the diff of the comparison asks the same, segment by segment. */
import type { RuleView } from '../../api/index.ts';

export function ignoredBy(rules: readonly RuleView[], endpoint: string, path: string): RuleView | undefined {
  const covering = rules.filter(
    (rule) =>
      rule.effect === 'ignore' &&
      !rule.expired &&
      (rule.endpoint === undefined || rule.endpoint === endpoint) &&
      covers(rule.path, path),
  );
  // The one that can be taken back here, if there is one.
  return covering.find((rule) => rule.path === path) ?? covering[0];
}

function covers(rule: string, path: string): boolean {
  const isJson = (text: string) => text === '' || text.startsWith('/');
  if (isJson(rule) !== isJson(path)) return false;
  if (isJson(rule)) return begins(rule.split('/'), path.split('/'));
  return rule === path || (rule.endsWith('*') && path.startsWith(rule.slice(0, -1)));
}

/** `*` is one segment of any name, `**` any number of them. */
function begins(pattern: readonly string[], segments: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return true;
  if (first === '**') return segments.some((_, at) => begins(rest, segments.slice(at))) || rest.length === 0;
  return segments.length > 0 && (first === '*' || first === segments[0]) && begins(rest, segments.slice(1));
}
