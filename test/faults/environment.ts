/** The Envoys of the table: one that Shadowplane configures, with a mirror for each fault, and one with Envoy's plain static mirroring. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { locateEnvoy, superviseEnvoy } from '../../envoy/index.ts';
import { Cleanup, eventually, type Stack, startStack } from '../support/index.ts';
import type { Arm } from './measure.ts';
import { nativeBootstrap } from './native.ts';
import {
  AGAIN,
  COPY_TIMEOUT,
  FAULTS,
  mirrorName,
  OFF,
  PROTOCOLS,
  type Protocol,
  pathOf,
  type ServiceAddresses,
} from './table.ts';

/** A healthy shadow, for the rows in which something else is at fault. */
export const HEALTHY = 'healthy';

export interface Addressed {
  readonly addresses: ServiceAddresses;
  close(): Promise<void>;
}

export async function startServicesApart(): Promise<Addressed> {
  const program = fileURLToPath(new URL('./services-process.ts', import.meta.url));
  const child = fork(program, { execArgv: ['--import', 'tsx'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const exited = once(child, 'exit');
  const [addresses] = (await Promise.race([
    once(child, 'message'),
    exited.then(() => Promise.reject(new Error('the services of the table ended before they were ready'))),
  ])) as [ServiceAddresses];
  return {
    addresses,
    close: async () => {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

type StackOptions = NonNullable<Parameters<typeof startStack>[1]>;

export function startShadowplane(addresses: ServiceAddresses, options: StackOptions = {}): Promise<Stack> {
  return startStack(policyOf(addresses), options);
}

function policyOf(addresses: ServiceAddresses): object {
  const services: Record<string, object> = {};
  const mirrors: Record<string, object> = {};
  for (const protocol of PROTOCOLS) {
    const primary = `primary-${protocol}`;
    services[primary] = { address: addresses.primary[protocol], protocol };
    for (const arm of [...FAULTS, HEALTHY, OFF, AGAIN] as const) {
      const name = mirrorName(protocol, arm);
      const address = addresses[arm === OFF || arm === AGAIN ? HEALTHY : arm][protocol];
      services[`to-${name}`] = { address, protocol, ...(arm === 'TLS failure' && { tls: { insecure: true } }) };
      mirrors[name] = {
        match: { path: pathOf(protocol, arm) },
        primary,
        shadow: `to-${name}`,
        sample: arm === OFF || arm === AGAIN ? '0%' : '100%',
        sideEffects: 'trusted',
        limits: { timeout: COPY_TIMEOUT },
        // At issue is what copies do, not what stops them.
        brake: 'off',
      };
    }
  }
  return { services, mirrors };
}

export function armOf(stack: { readonly port: number }, protocol: Protocol, arm: string, name = arm): Arm {
  return { name, port: stack.port, path: pathOf(protocol, arm) };
}

export interface NativeEnvoy {
  readonly port: number;
  readonly pid: number;
  close(): Promise<void>;
}

export async function startNative(addresses: ServiceAddresses): Promise<NativeEnvoy> {
  const cleanup = new Cleanup();
  const envoy = await superviseEnvoy({
    path: (await locateEnvoy()).path,
    bootstrap: nativeBootstrap(addresses),
    listener: 'native',
    concurrency: 2,
    onEvent: () => {},
  });
  cleanup.defer(() => envoy.stop({ force: true }));
  return {
    port: Number(envoy.listenerAddress!.split(':').at(-1)),
    get pid() {
      return envoy.pid;
    },
    close: () => cleanup.run(),
  };
}

/** From now on the peak of its resident memory is counted anew. */
export async function resetPeak(pid: number): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, '5').catch(() => {});
}

/** Copies of the row before have ended; bounded, because rows need not wait for each other for ever. */
export async function settled(stack: Stack): Promise<void> {
  await eventually(async () => (await stack.admin.copiesInFlight()) === 0, { timeoutMs: 6_000, intervalMs: 50 }).catch(
    () => {},
  );
}
