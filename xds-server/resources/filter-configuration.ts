import type { Mirror, MirrorLimits, Policy } from '../policy/model.ts';
import type { FilterMirror, PrimaryFilterConfig, ShadowFilterConfig } from './filter-config.ts';
import { movesUsers } from './users.ts';

/**
 * What the filter in the listener reads. Shares appear only for sticky mirrors: everything else that changes a share
 * must reach Envoy as runtime alone.
 */
export function primaryFilterConfig(policy: Policy): PrimaryFilterConfig {
  return {
    role: 'primary',
    mirrors: policy.mirrors.map(filterMirror),
  };
}

/** What the filter in shadow and control clusters reads: where to cut a copy. */
export function shadowFilterConfig(policy: Policy): ShadowFilterConfig {
  return {
    role: 'shadow',
    mirrors: policy.mirrors.map((mirror) => ({
      name: mirror.name,
      maxBodyBytes: mirror.limits.maxBodyBytes,
      ...(mirror.limits.bytesPerSecond !== undefined && { countsBytes: true }),
      ...(movesUsers(mirror) && { users: true }),
    })),
  };
}

/** Only where there is one: a filter that knows no budgets refuses the field. */
function budgetOf({ copiesPerSecond, bytesPerSecond }: MirrorLimits): Pick<FilterMirror, 'budget'> {
  if (copiesPerSecond === undefined && bytesPerSecond === undefined) return {};
  return {
    budget: {
      ...(copiesPerSecond !== undefined && { copiesPerSecond }),
      ...(bytesPerSecond !== undefined && { bytesPerSecond }),
    },
  };
}

function filterMirror(mirror: Mirror): FilterMirror {
  return {
    name: mirror.name,
    ...(mirror.hosts.length > 0 && { hosts: mirror.hosts }),
    path: mirror.path,
    methods: mirror.methods,
    maxBodyBytes: mirror.limits.maxBodyBytes,
    ...budgetOf(mirror.limits),
    segments: mirror.segments.map(({ name, when, share }) => ({
      name,
      when,
      ...(mirror.sticky && { sharePerMillion: share }),
    })),
    sample: mirror.sticky ? { sharePerMillion: mirror.sample } : {},
    ...(movesUsers(mirror) && { users: true }),
    ...(mirror.sticky && { sticky: mirror.sticky }),
  };
}
