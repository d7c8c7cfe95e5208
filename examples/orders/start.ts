import type { Worker } from 'node:worker_threads';
import { startThread } from '../../threads/index.ts';

/**
 * Starts order-v1, order-v1-twin and order-v2, each in a worker thread: they have CPU time of their own, and none can
 * outlive the process that started it.
 */
export interface OrdersExampleOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** By service name; a service that is not named gets a free port. */
  readonly ports?: Partial<Record<ServiceName, number>>;
  /** Where order-v2 is told to become another build or to break (control.ts), on loopback. Default: a free port. */
  readonly controlPort?: number;
}

export type ServiceName = 'order-v1' | 'order-v1-twin' | 'order-v2';

export interface RunningService {
  readonly name: ServiceName;
  /** `127.0.0.1:41733` */
  readonly address: string;
  /** The same of its control; order-v2 has one. */
  readonly control?: string;
}

export interface OrdersExample {
  readonly services: readonly RunningService[];
  /** Ends the services, also with requests in flight. May be called more than once. */
  close(): Promise<void>;
}

const SERVICES: ReadonlyArray<{ name: ServiceName; version: 'v1' | 'v2' }> = [
  { name: 'order-v1', version: 'v1' },
  { name: 'order-v1-twin', version: 'v1' },
  { name: 'order-v2', version: 'v2' },
];

export async function startOrdersExample({
  host = '127.0.0.1',
  ports = {},
  controlPort = 0,
}: OrdersExampleOptions = {}): Promise<OrdersExample> {
  const workers: Worker[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(workers.map((worker) => worker.terminate()));
  };
  try {
    const services = await Promise.all(
      SERVICES.map(async ({ name, version }): Promise<RunningService> => {
        const argv = ['--service', version, '--name', name, '--listen', `${host}:${ports[name] ?? 0}`];
        if (version === 'v2') argv.push('--control-port', String(controlPort));
        const worker = startThread(new URL('./server.ts', import.meta.url), { argv });
        workers.push(worker);
        return { name, ...(await listening(worker, name)) };
      }),
    );
    return { services, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function listening(worker: Worker, name: string): Promise<Omit<RunningService, 'name'>> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', (cause) => reject(new Error(`${name} did not start: ${cause.message}`, { cause })));
    worker.once('exit', (code) => reject(new Error(`${name} ended with ${code} before it listened`)));
  });
}
