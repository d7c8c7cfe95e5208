import type { EnvoyJson } from '../policy/model.ts';
import { OVER_ADS, typed } from './envoy-json.ts';

const WASM = 'envoy.extensions.filters.http.wasm.v3.Wasm';
const HEADER_MUTATION = 'envoy.extensions.filters.http.header_mutation.v3.HeaderMutation';

/**
 * The place of our filter in a chain of HTTP filters; binary and configuration arrive by ECDS under `name`. Until they
 * have, and also if Envoy refuses them, a header mutation without mutations stands in: requests pass, nothing is
 * mirrored. (Without a stand-in Envoy answers such requests with 500.)
 */
export function filterSlot(name: string): EnvoyJson {
  return {
    name,
    config_discovery: {
      config_source: OVER_ADS,
      default_config: typed(HEADER_MUTATION),
      type_urls: [`type.googleapis.com/${WASM}`, `type.googleapis.com/${HEADER_MUTATION}`],
    },
  };
}

/** Fills a slot with nothing, by ECDS. */
export function filterStandIn(name: string): EnvoyJson {
  return { name, typed_config: typed(HEADER_MUTATION) };
}

/**
 * The ECDS resource that fills a slot. Each role has a virtual machine of its own, because a trap fails every request in
 * flight in its machine. The configuration stands outside `vm_config`, so that changing it keeps the machine.
 *
 * @param generation of the machine: Envoy never makes a machine that has died anew, except when this changes
 */
export function filterPlugin(name: string, wasmBase64: string, configuration: object, generation = 0): EnvoyJson {
  return {
    name,
    typed_config: typed(WASM, {
      config: {
        name,
        vm_config: {
          vm_id: name,
          runtime: 'envoy.wasm.runtime.v8',
          code: { local: { inline_bytes: wasmBase64 } },
          ...(generation > 0 && { configuration: stringValue(`generation ${generation}`) }),
        },
        configuration: stringValue(JSON.stringify(configuration)),
        failure_policy: 'FAIL_OPEN',
      },
    }),
  };
}

function stringValue(value: string): EnvoyJson {
  return typed('google.protobuf.StringValue', { value });
}
