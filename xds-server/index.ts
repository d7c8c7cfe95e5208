/** The control plane as one thing; its rooms (policy, resources, xds, api) have doors of their own. */
export { type ControlPlane, type ControlPlaneOptions, startControlPlane } from './control-plane.ts';
export type { CaptureTls } from './resources/index.ts';
