import type { EnvoyJson, Policy } from '../policy/model.ts';
import type { FilterCapture } from './filter-config.ts';
import { primaryFilterConfig, shadowFilterConfig } from './filter-configuration.ts';
import { filterPlugin } from './filter-slot.ts';
import { PRIMARY_FILTER, SHADOW_FILTER } from './names.ts';

const base64ByModule = new WeakMap<Uint8Array, string>();

/** Which virtual machines Envoys are to have, by role; another number makes them anew. */
export type VmGenerations = Readonly<Record<'primary' | 'shadow', number>>;

const FIRST_MACHINES: VmGenerations = { primary: 0, shadow: 0 };

/** The two ECDS resources: the filter for the listener and the one for shadow and control clusters, from one module. */
export function buildExtensionConfigs(
  policy: Policy,
  filterWasm: Uint8Array,
  capture?: FilterCapture,
  generations: VmGenerations = FIRST_MACHINES,
): EnvoyJson[] {
  const wasmBase64 = toBase64(filterWasm);
  const captured = capture ? { capture } : {};
  return [
    filterPlugin(PRIMARY_FILTER, wasmBase64, { ...primaryFilterConfig(policy), ...captured }, generations.primary),
    filterPlugin(SHADOW_FILTER, wasmBase64, { ...shadowFilterConfig(policy), ...captured }, generations.shadow),
  ];
}

/** The same string object for the same module: the text is long and every revision of the policy needs it. */
function toBase64(module: Uint8Array): string {
  let text = base64ByModule.get(module);
  if (text === undefined) {
    text = Buffer.from(module.buffer, module.byteOffset, module.byteLength).toString('base64');
    base64ByModule.set(module, text);
  }
  return text;
}
