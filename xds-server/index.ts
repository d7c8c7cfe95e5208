/** The control plane as one thing; its rooms (policy, resources, xds, api) have doors of their own. */
export { startControlPlane } from './control-plane.ts';
