import { readFile, stat } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { ensureFilter } from './index.ts';
import { compileWasm, describeWasm, ENVOY_IMPORTS } from './simulated-host/index.ts';

async function described() {
  return describeWasm(await compileWasm(await readFile(await ensureFilter())));
}

test('the built module imports nothing that Envoy 1.40 does not provide', async () => {
  const { imports } = await described();
  expect(imports).toContain('env.proxy_get_header_map_pairs');
  expect(imports.filter((name) => !ENVOY_IMPORTS.has(name))).toEqual([]);
});

test('the built module exports what a host needs, and no callback that it does not use', async () => {
  const { exports } = await described();
  expect(exports.sort()).toEqual([
    '_initialize',
    'memory',
    'proxy_abi_version_0_2_1',
    'proxy_on_configure',
    'proxy_on_context_create',
    'proxy_on_delete',
    'proxy_on_memory_allocate',
    'proxy_on_request_body',
    'proxy_on_request_headers',
    'proxy_on_vm_start',
  ]);
});

test('what is up to date is not built again, also for several callers at once', async () => {
  const path = await ensureFilter();
  const before = await stat(path);
  expect(await Promise.all([ensureFilter(), ensureFilter(), ensureFilter()])).toEqual([path, path, path]);
  expect((await stat(path)).mtimeMs).toBe(before.mtimeMs);
});
