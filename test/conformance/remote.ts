import type { ControlPlane, ResourceJson, SnapshotOptions } from './control-plane.ts';

/** A control plane elsewhere whose snapshots are set over HTTP; README.md describes the interface. */
export function remote(name: string, address: string, control: string, second?: ControlPlane): ControlPlane {
  const base = control.replace(/\/$/, '');
  const snapshotUrl = (node: string) => `${base}/snapshots/${encodeURIComponent(node)}`;
  return {
    name,
    address,
    ...(second ? { second } : {}),
    async set(node: string, resources: readonly ResourceJson[], { ttlMs = {} }: SnapshotOptions = {}) {
      await call(snapshotUrl(node), { method: 'PUT', body: JSON.stringify({ resources, ttlMs }) });
    },
    async clear(node: string) {
      await call(snapshotUrl(node), { method: 'DELETE' });
    },
    async heapBytes() {
      const { heapBytes } = (await (await call(`${base}/memory`)).json()) as { heapBytes: number };
      return heapBytes;
    },
  };
}

async function call(url: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(url, init);
  if (!response.ok) throw new Error(`${init.method ?? 'GET'} ${url}: ${response.status} ${await response.text()}`);
  return response;
}
