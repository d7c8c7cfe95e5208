/** The behaviours of an xDS control plane as one table, and what runs it against one. */
export type { ControlPlane } from './control-plane.ts';
export { remote } from './remote.ts';
export { cells } from './report.ts';
export { runTable } from './run-table.ts';
export { TABLE } from './table.ts';
