/** The demo's services and policy behind `shadowplane up`, so that the load can be changed while all else stays. */
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { startOrdersExample } from '../../examples/orders/index.ts';
import { Cleanup, startWholeStack, type WholeStack } from '../../test/support/index.ts';
import { HEAP_PROBE } from './live-memory.ts';

const POLICY = new URL('../../examples/orders/shadowplane.yaml', import.meta.url);

interface PolicyDocument {
  listen?: string;
  readonly services: Record<string, { address: string }>;
  readonly mirrors: { readonly orders: { sample: string } };
}

export interface DemoStack extends WholeStack {
  readonly url: string;
}

export async function startDemoStack(sample: string): Promise<DemoStack> {
  const cleanup = new Cleanup();
  try {
    const { services } = cleanup.add(await startOrdersExample());
    const document = parse(await readFile(POLICY, 'utf8')) as PolicyDocument;
    delete document.listen;
    for (const { name, address } of services) document.services[name]!.address = address;
    document.mirrors.orders.sample = sample;
    const stack = cleanup.add(await startWholeStack(document, { preload: HEAP_PROBE }));
    return { ...stack, url: `http://127.0.0.1:${stack.port}`, close: () => cleanup.run() };
  } catch (error) {
    await cleanup.run();
    throw error;
  }
}
