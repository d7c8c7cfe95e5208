/** Names what is risky about a running setup: checks over plain facts, and the route that answers with them. */
export { doctorOpenApi, doctorRoutes } from './doctor-routes.ts';
export type { DoctorReport } from './examine.ts';
export type { Finding, Severity } from './facts.ts';
export { gatherFacts } from './gather-facts.ts';
