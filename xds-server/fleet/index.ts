/** What is known of each Envoy beyond what it was sent: how it is set up, what it counts, and what it lacks. */
export { EnvoyCounts, nameInStatistics } from './envoy-counts.ts';
export { Fleet } from './fleet.ts';
