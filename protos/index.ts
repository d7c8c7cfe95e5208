export {
  decodeAnyToJson,
  decodeMessageToJson,
  encodeAny,
  encodeMessage,
  messageExists,
  messageType,
} from './codec.ts';
export { packed } from './packed.ts';
export { messageNameOf } from './type-url.ts';
export type * as envoy from './types/envoy.ts';
