/**
 * Whatever `parsePolicy` accepts, Envoy accepts: documents made from the schema, one after the other through one Envoy. A
 * document that Envoy rejects is made smaller until nothing more can be left out. `FUZZ_SECONDS=600` goes on for so long, and
 * `FUZZ_SEED=123` repeats a run.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { locateEnvoy, superviseEnvoy } from '../../envoy/index.ts';
import { ShadowplaneError } from '../../errors/index.ts';
import { ensureFilter } from '../../filter/index.ts';
import { arbitraryDocument, type ReadableFiles } from '../../xds-server/policy/arbitrary-document.ts';
import { type Policy, parseAddress, parsePolicy } from '../../xds-server/policy/index.ts';
import { buildBootstrap, buildResources, checkPolicy } from '../../xds-server/resources/index.ts';
import { createSnapshotServer, type SnapshotServer } from '../../xds-server/xds/index.ts';
import { Cleanup, eventually } from '../support/index.ts';
import { selfSigned } from './certificate.ts';

const SECONDS = Number(process.env.FUZZ_SECONDS) || undefined;
/** Documents, where it is not said for how long; a second or two for ten of them. */
const DOCUMENTS = 80;
/** For that many on a slow machine, and for what is made smaller. */
const PATIENCE_SECONDS = 300;
/** Of documents that look right, most have to be policies, or nothing much is tried. */
const FEWEST_ACCEPTED = 0.5;

const cleanup = new Cleanup();
let server: SnapshotServer;
let filterWasm: Uint8Array;
let files: ReadableFiles;
let deaths = 0;
afterAll(() => cleanup.run());

beforeAll(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'shadowplane-fuzz-'));
  cleanup.defer(() => rm(directory, { recursive: true, force: true }));
  const { certificatePem, privateKeyPem } = selfSigned('order.example');
  const [certificateFile, privateKeyFile] = [join(directory, 'certificate.pem'), join(directory, 'key.pem')];
  await Promise.all([writeFile(certificateFile, certificatePem), writeFile(privateKeyFile, privateKeyPem)]);
  files = { certificateFile, privateKeyFile, caFile: certificateFile, logFile: '/dev/null' };

  filterWasm = await readFile(await ensureFilter('filter.wasm'));
  server = createSnapshotServer({ newClusterWaitMs: 0 });
  cleanup.defer(() => server.close());
  const { port } = await server.listen('127.0.0.1:0');
  const bootstrap = buildBootstrap({
    xdsAddress: parseAddress(`127.0.0.1:${port}`),
    adminAddress: { host: '127.0.0.1', port: 0 },
    nodeId: 'fuzzed',
  });
  const { path } = await locateEnvoy();
  server.setSnapshot(resourcesOf(parsePolicy({}).policy));
  const envoy = await superviseEnvoy({
    path,
    bootstrap: { ...bootstrap, typed_dns_resolver_config: resolver(await nobodyByName()) },
    listener: 'shadowplane',
    concurrency: 1,
    onEvent: ({ type }) => {
      if (type === 'died') deaths++;
    },
  });
  cleanup.defer(() => envoy.stop({ force: true }));
});

/** A name server that knows no name, at once: a cluster waits for its addresses. */
async function nobodyByName(): Promise<number> {
  const socket = createSocket('udp4');
  cleanup.defer(() => void socket.close());
  socket.on('message', (query, { port, address }) => {
    const answer = Buffer.from(query);
    answer[2] = 0x81;
    answer[3] = 0x83;
    socket.send(answer, port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return (socket.address() as AddressInfo).port;
}

function resolver(port: number): object {
  return {
    name: 'envoy.network.dns_resolver.cares',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig',
      resolvers: [{ socket_address: { protocol: 'UDP', address: '127.0.0.1', port_value: port } }],
      dns_resolver_options: { no_default_search_domain: true },
    },
  };
}

function resourcesOf(policy: Policy) {
  const served = { ...policy, listen: { host: '127.0.0.1', port: 0 } };
  checkPolicy(served);
  return Object.values(buildResources(served, { filterWasm })).flat();
}

/** The policy of a document, or undefined if it is refused with a reason. */
function policyOf(document: unknown): Policy | undefined {
  try {
    return parsePolicy(document).policy;
  } catch (error) {
    if (error instanceof ShadowplaneError && error.code === 'POLICY_INVALID' && error.problems.length > 0)
      return undefined;
    throw error;
  }
}

it('Envoy accepts what parsePolicy accepts', { timeout: ((SECONDS ?? 0) + PATIENCE_SECONDS) * 1000 }, async () => {
  let drawn = 0;
  let tried = 0;
  const property = fc.asyncProperty(arbitraryDocument(files), async (document) => {
    drawn++;
    const policy = policyOf(document);
    if (!policy) return;
    tried++;
    // A supervised Envoy that has died comes back, so that smaller documents can be tried, too.
    await eventually(() => server.clients().length === 1, { timeoutMs: 30_000, what: 'Envoy to be connected' });
    const before = deaths;
    const snapshot = server.setSnapshot(resourcesOf(policy));
    const { acked, rejections, pending } = await server.waitForAck(snapshot, { timeoutMs: 30_000 });
    expect({ acked, rejections, pending, deaths }).toEqual({ acked: 1, rejections: [], pending: [], deaths: before });
  });
  const seed = process.env.FUZZ_SEED === undefined ? {} : { seed: Number(process.env.FUZZ_SEED) };
  const runs =
    SECONDS === undefined ? { numRuns: DOCUMENTS } : { numRuns: 1e6, interruptAfterTimeLimit: SECONDS * 1000 };
  const startedAt = performance.now();
  await fc.assert(property, { ...runs, ...seed });
  console.log(`${tried} policies of ${drawn} documents in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
  expect(tried / drawn).toBeGreaterThan(FEWEST_ACCEPTED);
});
