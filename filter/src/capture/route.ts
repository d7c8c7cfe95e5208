import { Bytes, getProperty, propertyPath, View } from '../../proxy-wasm/assembly/index';
import { Side } from './fields';
import { CaptureSettings } from './settings';

const ROUTE_NAME = propertyPath('xds.route_name');
/** Empty text: what the host returns costs it a call for memory, and nothing else about the route is needed. */
const COPIES = propertyPath('xds.route_metadata.filter_metadata.shadowplane.copies');

/** What it says where the candidate answers users, and the copies go to the primary. */
const BACK = Bytes.of('back');

const answer = new View();

/**
 * Who answers a request that took the route of this decision, so that it was copied: the route rolls the share. Nobody,
 * `Side.Unspecified`, where it did not. To be asked when the answer is there; before, the host may still know another route.
 */
export function sideOfRoute(decision: Bytes, settings: CaptureSettings): u32 {
  if (settings.routesAreMarked) {
    if (!getProperty(COPIES, answer)) return Side.Unspecified;
    return answer.length > 0 && answer.equals(BACK) ? Side.Candidate : Side.Primary;
  }
  return getProperty(ROUTE_NAME, answer) && answer.equals(decision) ? Side.Primary : Side.Unspecified;
}
