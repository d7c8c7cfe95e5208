/** The room that stops copies which cost the primary too much, and tries again after a calm time. */
export { addBrakeMetrics, brakeOpenApi, brakeRoutes } from './brake-routes.ts';
export { type BrakeReport, Brakes } from './brakes.ts';
