/**
 * The setting of most tests: a primary `v1`, a shadow `v2`, on demand a control `v1-twin`, all recording, and in front of
 * them a stack with the mirror `orders` on `/api/orders`.
 */
import { Cleanup } from './cleanup.ts';
import { eventually } from './eventually.ts';
import { startHttp1Upstream } from './http1-upstream.ts';
import { startHttp2Upstream } from './http2-upstream.ts';
import { type Stack, type StackOptions, startStack } from './stack.ts';
import type { Answerer, Upstream } from './upstream.ts';

export interface OrdersOptions {
  /** Merged over `match`, `primary`, `shadow` (and `control`) of the mirror; its sample is 0% unless given. */
  readonly mirror?: Readonly<Record<string, unknown>>;
  readonly segments?: Readonly<Record<string, unknown>>;
  /** Merged over the policy document. */
  readonly policy?: Readonly<Record<string, unknown>>;
  readonly withControl?: boolean;
  /** Of all services; default http1. */
  readonly protocol?: 'http1' | 'http2';
  readonly answers?: { readonly primary?: Answerer; readonly shadow?: Answerer };
  /** Instead of a recording shadow: one that stalls, refuses or is not there. */
  readonly shadowAddress?: string;
  readonly stack?: StackOptions;
}

export interface OrdersStack {
  readonly stack: Stack;
  readonly port: number;
  readonly primary: Upstream;
  readonly shadow: Upstream;
  readonly control: Upstream;
  /** Waits until no copy is under way; what has not arrived by then was never sent. */
  settled(): Promise<void>;
  clear(): void;
  close(): Promise<void>;
}

export async function startOrders(options: OrdersOptions = {}): Promise<OrdersStack> {
  const cleanup = new Cleanup();
  try {
    const protocol = options.protocol ?? 'http1';
    const start = async (name: string, answer: Answerer | undefined) => {
      const upstreamOptions = { name, ...(answer === undefined ? {} : { answer }) };
      return cleanup.add(
        await (protocol === 'http1' ? startHttp1Upstream(upstreamOptions) : startHttp2Upstream(upstreamOptions)),
      );
    };
    const primary = await start('v1', options.answers?.primary);
    const shadow = await start('v2', options.answers?.shadow);
    const control = await start('v1-twin', options.answers?.primary);
    const service = (address: string) => ({ address, protocol });
    const document = {
      default: 'v1',
      services: {
        v1: service(primary.address),
        v2: service(options.shadowAddress ?? shadow.address),
        'v1-twin': service(control.address),
      },
      segments: options.segments ?? {},
      mirrors: {
        orders: {
          match: { path: '/api/orders' },
          primary: 'v1',
          shadow: 'v2',
          ...(options.withControl ? { control: 'v1-twin' } : {}),
          ...options.mirror,
        },
      },
      ...options.policy,
    };
    const stack = cleanup.add(await startStack(document, options.stack));
    const upstreams = [primary, shadow, control];
    return {
      stack,
      port: stack.port,
      primary,
      shadow,
      control,
      settled: async () => {
        const idle = async () => (await stack.admin.copiesInFlight()) === 0;
        await eventually(idle, { what: 'no copy in flight' });
      },
      clear: () => {
        for (const { recorder } of upstreams) recorder.clear();
      },
      close: () => cleanup.run(),
    };
  } catch (error) {
    await cleanup.run();
    throw error;
  }
}
