import { Bytes, getProperty, propertyPath, View } from '../../proxy-wasm/assembly/index';
import { CaptureSettings } from './settings';

const ROUTE_NAME = propertyPath('xds.route_name');
/** Empty text: what the host returns costs it a call for memory, and nothing else about the route is needed. */
const COPIES = propertyPath('xds.route_metadata.filter_metadata.shadowplane.copies');

const answer = new View();

/**
 * Whether the request took the route of this decision, so that it was copied: the route rolls the share. To be asked when
 * the answer is there; before, the host may still know another route.
 */
export function tookRoute(decision: Bytes, settings: CaptureSettings): bool {
  if (settings.routesAreMarked) return getProperty(COPIES, answer);
  return getProperty(ROUTE_NAME, answer) && answer.equals(decision);
}
