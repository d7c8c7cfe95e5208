/** The room that keeps the books of the ways out of shadows: what Envoys let through and blocked. */
export { EgressBooks, type EgressStatus } from './egress-books.ts';
export { addEgressMetrics, egressOpenApi, egressRoutes } from './egress-routes.ts';
