import { XdsClient } from './client.ts';
import type { ControlPlane } from './control-plane.ts';
import type { Case, TableRow } from './row.ts';
import { type Variant, variantName } from './variants.ts';

let cases = 0;
/** Tells the nodes of this process from those of an earlier run against the same server. */
const RUN = `${process.pid}-${Date.now().toString(36)}`;

/** @throws Error that says what the control plane did instead */
export async function runRow(row: TableRow, variant: Variant, plane: ControlPlane): Promise<void> {
  const node = `row-${row.row}-${variantName(variant).replaceAll(' ', '-')}-${RUN}-${++cases}`;
  const clients: XdsClient[] = [];
  const test: Case = {
    variant,
    plane,
    node,
    set: (resources, options) => plane.set(node, resources, options),
    clear: () => plane.clear(node),
    connect({ address = plane.address, ...options } = {}) {
      const client = new XdsClient(address, variant, { node, ...options });
      clients.push(client);
      return client;
    },
  };
  try {
    await row.run(test);
  } finally {
    for (const client of clients) client.abandon();
    await plane.clear(node);
  }
}

/** Why the control plane cannot be asked; undefined if it can. */
export function cannotRun({ needs }: TableRow, plane: ControlPlane): string | undefined {
  if (needs === 'second' && !plane.second) return 'there is no second instance';
  if (needs === 'heapBytes' && !plane.heapBytes) return 'it does not tell its heap';
  return undefined;
}
