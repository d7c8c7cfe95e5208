/**
 * How parts of statistic names become labels in `/stats/prometheus`. In each expression the first group is cut out of
 * the name and the second becomes the label. The same label may come from several kinds of names; no name matches two
 * expressions of one label. Names of mirrors, segments and services hold neither `.` nor `/` (names.ts).
 */
export const STATS_TAGS: ReadonlyArray<{ readonly tag_name: string; readonly regex: string }> = [
  // The filter's own counters: wasmcustom.shadowplane.selected.mirror.M.reason.segment.segment.S
  { tag_name: 'mirror', regex: `${filter()}(\\.mirror\\.([^.]+))` },
  { tag_name: 'reason', regex: `${filter('mirror')}(\\.reason\\.([^.]+))` },
  { tag_name: 'segment', regex: `${filter('mirror', 'reason')}(\\.segment\\.([^.]+))` },
  { tag_name: 'cause', regex: `${filter('mirror')}(\\.cause\\.([^.]+))` },
  { tag_name: 'role', regex: `${filter('mirror')}(\\.role\\.([^.]+))` },
  // Clusters: cluster.M/ROLE/SERVICE.upstream_rq_total and cluster.default/SERVICE.upstream_rq_total
  { tag_name: 'mirror', regex: '^cluster\\.(([^./]+)/)(?:primary|candidate|control|users|back)/' },
  { tag_name: 'role', regex: '^cluster\\.(?:[^./]+/)?((primary|candidate|control|users|back|default)/)' },
  { tag_name: 'service', regex: '^cluster\\.[^./]+/(?:(?:primary|candidate|control|users|back)/)?(([^./]+)\\.)' },
  // Routes: vhost.V.route.M/segment/S.upstream_rq_total and vhost.V.route.M/sample.upstream_rq_total,
  // and with /left-out behind S or sample. In a rollout also M/candidate/segment/S and M/users/segment/S/candidate.
  { tag_name: 'mirror', regex: '^vhost\\.[^.]+\\.route\\.(([^./]+)/)(?:(?:candidate|users)/)?(?:segment/|sample[./])' },
  { tag_name: 'reason', regex: '^vhost\\.[^.]+\\.route\\.[^./]+/(?:(?:candidate|users)/)?((segment|sample)[/.])' },
  { tag_name: 'segment', regex: '^vhost\\.[^.]+\\.route\\.[^./]+/(?:(?:candidate|users)/)?segment/(([^./]+)[./])' },
];

/** The front of a counter of the filter, up to the last of these parts. */
function filter(...parts: readonly string[]): string {
  return `^wasmcustom\\.shadowplane\\.[a-z_]+${parts.map((part) => `\\.${part}\\.[^.]+`).join('')}`;
}
