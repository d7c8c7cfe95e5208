import { Bytes, Metric, View } from '../../proxy-wasm/assembly/index';
import { ExchangeIds } from '../exchange-id';
import { HostPattern } from '../request/host';
import { isUnder } from '../request/path';
import { Budget } from './budget';
import { Condition } from './condition';
import { Sticky } from './sticky';

/** Where a selection leads: the decision, its counter, and the share where the filter decides it. */
export class Choice {
  readonly ids: ExchangeIds;
  /** Those of requests in this segment that are not copied; null: they need none, or have those of the mirror. */
  readonly users: ExchangeIds | null;

  constructor(
    readonly decision: Bytes,
    readonly selected: Metric,
    /** Only looked at in sticky mirrors. */
    readonly sharePerMillion: u32,
    /** What every captured half of it says about where it belongs, encoded. */
    readonly description: Bytes,
    /** What `users` begin with. */
    usersDecision: Bytes | null,
  ) {
    this.ids = new ExchangeIds(decision);
    this.users = usersDecision !== null ? new ExchangeIds(usersDecision) : null;
  }
}

export class Segment {
  constructor(
    readonly when: Condition,
    readonly choice: Choice,
  ) {}
}

/** What happened to requests on a mirror's path that were not considered. */
export class SkipCounters {
  constructor(
    readonly marked: Metric,
    readonly method: Metric,
    readonly upgrade: Metric,
    readonly bodySize: Metric,
    readonly noSegment: Metric,
    readonly sticky: Metric,
    readonly budget: Metric,
  ) {}
}

export class Mirror {
  constructor(
    readonly hosts: StaticArray<HostPattern>,
    readonly path: Bytes,
    readonly methods: StaticArray<Bytes>,
    readonly maxBodyBytes: i64,
    /** Null: as much as comes. */
    readonly budget: Budget | null,
    readonly segments: StaticArray<Segment>,
    /** Null: requests in no segment are not considered. */
    readonly sample: Choice | null,
    readonly sticky: Sticky | null,
    /**
     * There is a rollout: every request has an audience, and these are the ids of those that are in no segment and not
     * copied. Null: what is not copied has no id.
     */
    readonly users: ExchangeIds | null,
    readonly skipped: SkipCounters,
  ) {}

  covers(path: View, host: View): bool {
    if (!isUnder(path, this.path)) return false;
    const hosts = this.hosts;
    for (let i = 0; i < hosts.length; i++) {
      if (hosts[i].matches(host)) return true;
    }
    return hosts.length == 0;
  }

  allows(method: View): bool {
    const methods = this.methods;
    for (let i = 0; i < methods.length; i++) {
      if (method.equals(methods[i])) return true;
    }
    return false;
  }
}
