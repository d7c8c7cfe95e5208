/** The room that keeps the filter's virtual machines alive: signs of their death, when they are made anew, and its API. */
export { addFilterMetrics, filterOpenApi, filterRoutes } from './filter-routes.ts';
export type { HeardVm } from './signs.ts';
export { type FilterStatus, VmKeeper } from './vm-keeper.ts';
