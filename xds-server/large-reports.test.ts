import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js';
import pino from 'pino';
import protobuf from 'protobufjs';
import { expect, it, onTestFinished } from 'vitest';
import { startControlPlane } from './control-plane.ts';
import type { StatsReport } from './stats/index.ts';

const METRICS = '/envoy.service.metrics.v3.MetricsService/StreamMetrics';
const DELTA = '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources';
const MIB = 1024 * 1024;

async function start(report: (report: StatsReport) => void): Promise<Client> {
  const directory = await mkdtemp(join(tmpdir(), 'shadowplane-reports-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  await writeFile(join(directory, 'filter.wasm'), new Uint8Array([0, 0x61, 0x73, 0x6d]));
  const controlPlane = await startControlPlane({
    dataDir: join(directory, 'data'),
    xdsListen: '127.0.0.1:0',
    apiListen: '127.0.0.1:0',
    filterWasmPath: join(directory, 'filter.wasm'),
    logger: pino({ level: 'silent' }),
    stats: { wants: (name) => name === 'wanted', report, gone: () => {} },
  });
  onTestFinished(() => controlPlane.close());
  const client = new Client(controlPlane.xdsAddress, credentials.createInsecure());
  onTestFinished(() => client.close());
  return client;
}

/** @returns why the server ended the call */
function send(client: Client, path: string, bytes: Uint8Array): Promise<ServiceError | null> {
  const raw = (message: Uint8Array) => Buffer.from(message);
  return new Promise((resolve) => {
    const call = client.makeClientStreamRequest(path, raw, raw, (error) => resolve(error));
    call.on('error', () => {});
    call.write(bytes);
    call.end();
  });
}

/** A report of this many bytes and some, most of them statistics that nobody wants, as from an Envoy with many clusters. */
function reportOf(bytes: number): Uint8Array {
  const family = (name: string, value: number) => {
    const counter = protobuf.Writer.create().uint32(9).double(value).finish();
    const metric = protobuf.Writer.create().uint32(26).bytes(counter).finish();
    return protobuf.Writer.create().uint32(10).string(name).uint32(34).bytes(metric).finish();
  };
  const node = protobuf.Writer.create().uint32(10).string('edge-1').finish();
  const report = protobuf.Writer.create().uint32(10).bytes(protobuf.Writer.create().uint32(10).bytes(node).finish());
  const other = family(`cluster.${'x'.repeat(1000)}.upstream_rq_total`, 1);
  for (let size = 0; size < bytes; size += other.length) report.uint32(18).bytes(other);
  return report.uint32(18).bytes(family('wanted', 7)).finish();
}

it('the report of an Envoy with more than a thousand clusters is taken', async () => {
  const values: Array<Record<string, number>> = [];
  const client = await start((report) => values.push(Object.fromEntries(report.values)));
  expect(await send(client, METRICS, reportOf(10 * MIB))).toBeNull();
  expect(values).toEqual([{ wanted: 7 }]);
});

it('what is larger than any report is refused', async () => {
  const client = await start(() => {});
  expect(await send(client, DELTA, new Uint8Array(33 * MIB))).toMatchObject({ code: status.RESOURCE_EXHAUSTED });
});
