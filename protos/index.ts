export {
  decodeAnyToJson,
  decodeMessageToJson,
  type EncodedAny,
  encodeAny,
  encodeMessage,
  messageExists,
  messageType,
} from './codec.ts';
export { packed } from './packed.ts';
export { messageNameOf, TYPE_URL_PREFIX, typeUrlOf } from './type-url.ts';
export type * as envoy from './types/envoy.ts';
