/** The whole of what runs beside Envoy: control plane and comparison as one. */
export {
  type ComparingOptions,
  filterModule,
  type RunningShadowplane,
  type ShadowplaneOptions,
  startShadowplane,
} from './start-shadowplane.ts';
