import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readFigures, streamedFigures } from './status-figures.ts';

const admin = createServer((request, response) => {
  const info = { version: 'x', state: 'LIVE', node: { id: 'edge-1' } };
  const stats = [{ name: 'cluster.orders/candidate/v2.upstream_rq_total', value: 7 }];
  response.end(JSON.stringify(request.url === '/server_info' ? info : { stats }));
});
beforeEach(() => new Promise<void>((resolve) => void admin.listen(0, '127.0.0.1', resolve)));
afterEach(() => new Promise((resolve) => void admin.close(resolve)));

const MIRRORS = [
  { name: 'orders', revision: 1, paused: false, match: { path: '/' }, primary: 'v1', shadow: 'v2', sample: '5%' },
];

async function copies(nodes?: readonly string[]) {
  const { port } = admin.address() as AddressInfo;
  const figures = await readFigures({ address: `127.0.0.1:${port}`, nodes }, MIRRORS);
  return figures?.now[0]?.receivers[0]?.copies;
}

it('takes the figures of the Envoy that was asked for, and at the default address only of one that is connected', async () => {
  expect(await copies()).toBe(7);
  expect(await copies(['edge-0', 'edge-1'])).toBe(7);
  expect(await copies(['edge-0'])).toBeUndefined();
  expect(await copies([])).toBeUndefined();
});

it('has none where no Envoy has told anything', () => {
  expect(streamedFigures(MIRRORS, [])).toBeUndefined();
});
