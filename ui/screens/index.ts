import type { Screen } from '../state/index.ts';
import { Endpoints } from './endpoints/index.ts';
import { Envoys } from './envoys/index.ts';
import { Fields } from './fields/index.ts';
import { Groups } from './groups/index.ts';
import { Health } from './health/index.ts';
import { History } from './history/index.ts';
import { LatencyAndErrors } from './latency/index.ts';
import { Overview } from './overview/index.ts';
import { Request } from './request/index.ts';
import { Rollout } from './rollout/index.ts';
import { Rules } from './rules/index.ts';
import type { ScreenView } from './screen.ts';

/** What stands at which address, and its name in the navigation. */
export const SCREEN_VIEWS: Readonly<Record<Screen, ScreenView>> = {
  overview: { title: 'Overview', View: Overview },
  endpoints: { title: 'Endpoints', View: Endpoints },
  fields: { title: 'Fields', View: Fields },
  groups: { title: 'Groups', View: Groups },
  request: { title: 'Request', View: Request, isDetail: true },
  rules: { title: 'Rules', View: Rules },
  latency: { title: 'Latency and errors', View: LatencyAndErrors },
  rollout: { title: 'Rollout', View: Rollout },
  health: { title: 'Mirror health', View: Health },
  history: { title: 'History', View: History },
  envoys: { title: 'Envoys', View: Envoys },
};
