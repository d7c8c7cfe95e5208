import { Option } from 'commander';
import type { BootstrapVariant } from '../../xds-server/resources/index.ts';

const VARIANTS = {
  'ads-delta': true,
  'ads-sotw': true,
  'streams-delta': true,
  'streams-sotw': true,
} satisfies Record<BootstrapVariant, true>;

export function variantOption(description: string, fallback: BootstrapVariant): Option {
  return new Option('--variant <variant>', description).choices(Object.keys(VARIANTS)).default(fallback);
}
