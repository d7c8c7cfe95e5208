/** Counters of the filter in words. Their names are those of docs/filter-statistics.md, without the name of the mirror. */
const CAUSES: Readonly<Record<string, string>> = {
  method: 'method',
  upgrade: 'upgrade of the connection',
  body_size: 'body too large',
  marked: 'already a copy',
  no_segment: 'in no segment',
  sticky: 'outside the sticky share',
  budget: 'budget used up',
};

/** `selected.reason.segment.segment.beta` is `selected: segment beta`; what is not known is shown as it is. */
export function counterName(name: string): string {
  const [, segment] = /^selected\.reason\.segment\.segment\.(.+)$/.exec(name) ?? [];
  if (segment !== undefined) return `selected: segment ${segment}`;
  if (name === 'selected.reason.sample') return 'selected: sample';
  const [, cause] = /^skipped\.cause\.(.+)$/.exec(name) ?? [];
  if (cause !== undefined) return `skipped: ${CAUSES[cause] ?? cause.replaceAll('_', ' ')}`;
  const [, kind, role] = /^(copies|cut)\.role\.(.+)$/.exec(name) ?? [];
  if (role !== undefined) return `${kind === 'cut' ? 'cut at the byte limit' : 'copies that arrived'}: ${role}`;
  if (name === 'copied_bytes.role.candidate') return 'bytes of bodies copied: candidate';
  return name;
}
