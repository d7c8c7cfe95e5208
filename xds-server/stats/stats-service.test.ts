import { Client, credentials, Server, ServerCredentials, type ServiceError, status } from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { allOf, createStatsService, type StatsReport } from './index.ts';

let server: Server;
let client: Client;
let reports: StatsReport[];
let gone: string[];

beforeEach(async () => {
  reports = [];
  gone = [];
  server = new Server();
  const { definition, implementation } = createStatsService(
    {
      wants: (name) => name !== 'unwanted',
      report: (report) => reports.push(report),
      gone: (node) => gone.push(node),
    },
    (node) => (node === 'unlisted' ? 'is not listed' : undefined),
  );
  server.addService(definition, implementation);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
});
afterEach(() => {
  client.close();
  server.forceShutdown();
});

type Field = readonly [number: number, value: number | string | Uint8Array];

/** A double is a double, text and messages have a length. */
function message(...fields: readonly Field[]): Uint8Array {
  const writer = protobuf.Writer.create();
  for (const [number, value] of fields) {
    if (typeof value === 'number') writer.uint32((number << 3) | 1).double(value);
    else if (typeof value === 'string') writer.uint32((number << 3) | 2).string(value);
    else writer.uint32((number << 3) | 2).bytes(value);
  }
  return writer.finish();
}

const PATH = '/envoy.service.metrics.v3.MetricsService/StreamMetrics';
const COUNTER = 3;
const GAUGE = 2;
const HISTOGRAM = 7;
const identifier = (node: string) => [1, message([1, message([1, node], [2, 'cluster'])])] as const;
const family = (name: string, kind: number, ...value: readonly Field[]) =>
  [2, message([1, name], [4, message([kind, message(...value)])])] as const;

function open(onAnswer: (error: ServiceError | null) => void = () => {}): {
  write(bytes: Uint8Array): void;
  end(): void;
} {
  const raw = (bytes: Uint8Array) => Buffer.from(bytes);
  const call = client.makeClientStreamRequest(PATH, raw, raw, onAnswer);
  call.on('error', () => {});
  return call as never;
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('not within 30 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

it('gives counters and gauges that are wanted, under the node that the first message names', async () => {
  const stream = open();
  stream.write(
    message(
      identifier('edge-1'),
      family('a.total', COUNTER, [1, 12]),
      family('unwanted', COUNTER, [1, 1]),
      family('a.active', GAUGE, [1, 3]),
      family('a.zero', GAUGE),
      family('a.time', HISTOGRAM, [2, 5]),
    ),
  );
  stream.write(message(family('a.total', COUNTER, [1, 13])));
  await until(() => reports.length === 2);
  expect(reports.map(({ node, values }) => [node, Object.fromEntries(values)])).toEqual([
    ['edge-1', { 'a.total': 12, 'a.active': 3, 'a.zero': 0 }],
    ['edge-1', { 'a.total': 13 }],
  ]);
  expect(gone).toEqual([]);
  stream.end();
  await until(() => gone.length > 0);
  expect(gone).toEqual(['edge-1']);
});

it('a stream is of the node that it has named first', async () => {
  const stream = open();
  for (const node of ['edge-1', 'edge-2']) stream.write(message(identifier(node), family('a.total', COUNTER, [1, 1])));
  await until(() => reports.length === 2);
  expect(reports.map(({ node }) => node)).toEqual(['edge-1', 'edge-1']);
  stream.end();
  await until(() => gone.length > 0);
  expect(gone).toEqual(['edge-1']);
});

it('a stream that names nobody or sends nonsense reports nothing, and others go on', async () => {
  const anonymous = open();
  anonymous.write(message(family('a.total', COUNTER, [1, 1])));
  const broken = open();
  broken.write(Uint8Array.of(10, 200, 1, 2));
  const good = open();
  good.write(message(identifier('edge-2'), family('a.total', COUNTER, [1, 2])));
  await until(() => reports.length === 1);
  expect(reports[0]!.node).toBe('edge-2');
  expect(gone).toEqual([]);
});

it('what a node that is not listed counts is not taken', async () => {
  const error = await new Promise<ServiceError | null>((resolve) => {
    open(resolve).write(message(identifier('unlisted'), family('a', COUNTER, [1, 1])));
  });
  expect(error).toMatchObject({ code: status.PERMISSION_DENIED, details: 'is not listed' });
  expect(reports).toEqual([]);
  expect(gone).not.toContain('unlisted');
});

/** Whole numbers are varints in a histogram. */
function histogram(count: number, ...buckets: ReadonlyArray<readonly [upTo: number, count: number]>): Uint8Array {
  const writer = protobuf.Writer.create().uint32(8).uint64(count);
  for (const [upTo, below] of buckets) {
    writer.uint32(26).bytes(protobuf.Writer.create().uint32(8).uint64(below).uint32(17).double(upTo).finish());
  }
  return writer.finish();
}

it('gives histograms that are wanted, with how many values were at most so large', async () => {
  const stream = open();
  const value = message([HISTOGRAM, histogram(7, [0.5, 2], [10, 7])]);
  stream.write(message(identifier('edge-1'), [2, message([1, 'a.time'], [4, value])], family('unwanted', HISTOGRAM)));
  await until(() => reports.length === 1);
  expect([...reports[0]!.histograms!]).toEqual([
    [
      'a.time',
      {
        count: 7,
        buckets: [
          { upTo: 0.5, count: 2 },
          { upTo: 10, count: 7 },
        ],
      },
    ],
  ]);
  expect([...reports[0]!.values]).toEqual([]);
});

it('several listeners are each told what they want', () => {
  const told: Array<readonly [string, string[]]> = [];
  const listener = (wanted: string) => ({
    wants: (name: string) => name.startsWith(wanted),
    report: ({ values, histograms }: StatsReport) => told.push([wanted, [...values.keys(), ...histograms!.keys()]]),
    gone: (node: string) => told.push([wanted, [node]]),
  });
  const all = allOf([listener('a'), listener('b')]);
  expect(['a.x', 'b.x', 'c.x'].map((name) => all.wants(name))).toEqual([true, true, false]);
  const time = { count: 0, buckets: [] };
  all.report({
    node: 'n',
    atMs: 1,
    values: new Map([
      ['a.x', 1],
      ['b.x', 2],
    ]),
    histograms: new Map([['b.time', time]]),
  });
  all.gone('n');
  expect(told).toEqual([
    ['a', ['a.x']],
    ['b', ['b.x', 'b.time']],
    ['a', ['n']],
    ['b', ['n']],
  ]);
});
