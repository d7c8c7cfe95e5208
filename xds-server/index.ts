/** The control plane as one thing; its rooms (policy, resources, xds, api) have doors of their own. */
export { startControlPlane } from './control-plane.ts';
export type { ControlPlane, ControlPlaneOptions } from './control-plane-options.ts';
export type { CaptureTls } from './resources/index.ts';
