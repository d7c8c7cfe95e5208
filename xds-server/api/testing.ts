import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { type PolicyDocument, PolicyStore } from '../policy/index.ts';
import { type ApiOptions, createApiWithRoutes } from './create-api.ts';
import type { Applied, EnvoyEvent, EnvoyStatus } from './envoy-status.ts';

/** The API over a real store and Envoys that a test plays. */
export interface TestApi {
  readonly app: FastifyInstance;
  readonly store: PolicyStore;
  /** `GET /api/v1/mirrors/{name}` and so on. */
  readonly routes: readonly string[];
  /** What waiting for a revision is told. */
  applied: (revision: number) => Promise<Applied> | Applied;
  readonly waits: Array<{ readonly revision: number; readonly timeoutMs: number }>;
  readonly envoys: EnvoyStatus[];
  emit(event: EnvoyEvent): void;
  close(): Promise<void>;
}

export function testDocument(): PolicyDocument {
  return {
    default: 'v1',
    services: { v1: { address: 'v1:80' }, v2: { address: 'v2:80' } },
    segments: { staff: { header: 'x-staff', present: true }, beta: { cookie: 'plan', equals: 'beta' } },
    mirrors: {
      orders: {
        match: { path: '/orders' },
        primary: 'v1',
        shadow: 'v2',
        segments: { staff: '100%', beta: '50%' },
        sample: '5%',
      },
    },
  };
}

export async function startTestApi(options: Partial<ApiOptions> = {}): Promise<TestApi> {
  const directory = mkdtempSync(join(tmpdir(), 'shadowplane-api-'));
  const store = await PolicyStore.open({ directory });
  await store.write('test', testDocument);
  const listeners = new Set<(event: EnvoyEvent) => void>();
  const test: Omit<TestApi, 'app' | 'routes'> = {
    store,
    applied: () => ({ acked: 1, of: 1, tookMs: 12 }),
    waits: [],
    envoys: [],
    emit: (event) => {
      for (const listener of listeners) listener(event);
    },
    close: async () => {
      await app.close();
      await store.close();
      rmSync(directory, { recursive: true });
    },
  };
  const { app, routes } = createApiWithRoutes({
    store,
    host: '127.0.0.1',
    envoys: {
      list: () => test.envoys,
      onEvent: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    resourcesOf: ({ mirrors, listen }) =>
      new Map([
        ['CDS', new Map(mirrors.map(({ name, shadow }) => [name, shadow]))],
        ['LDS', new Map([['shadowplane', String(listen.port)]])],
      ]),
    waitForApplied: async (revision, timeoutMs) => {
      test.waits.push({ revision, timeoutMs });
      return test.applied(revision);
    },
    ...options,
  });
  await app.ready();
  return Object.assign(test, { app, routes: routes.list() });
}
