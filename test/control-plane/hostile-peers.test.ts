/**
 * What peers may do to the xDS port of a whole control plane: come and go a thousand times, send what is no HTTP/2 and no
 * gRPC, or more than anybody needs. Others are served as before, and nothing of it stays in memory.
 */
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readResponse } from '../../bench/xds/delta-stream.ts';
import { openRawCall, type RawCall } from '../../bench/xds/raw-call.ts';
import { ensureFilter } from '../../filter/index.ts';
import { messageType } from '../../protos/index.ts';
import { MAX_REPORT_BYTES } from '../../xds-server/stats/index.ts';
import { eventually, httpRequest } from '../support/index.ts';
import { type RunningControlPlane, startControlPlaneProgram } from './program.ts';

const METHOD = '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources';
const CLUSTER = 'type.googleapis.com/envoy.config.cluster.v3.Cluster';
const MIB = 1024 * 1024;
const HUGE = 64_000_000;

let controlPlane: RunningControlPlane;
let bystander: RawCall;
let heard = 0;
let revision = 0;

beforeAll(async () => {
  controlPlane = await startControlPlaneProgram(await ensureFilter('filter.wasm'));
  bystander = subscribe('bystander', () => heard++);
  await eventually(() => heard === 1, { what: 'the first answer' });
});
afterAll(async () => {
  bystander?.close();
  await controlPlane?.close();
});

function request(fields: object): Uint8Array {
  const type = messageType('envoy.service.discovery.v3.DeltaDiscoveryRequest');
  return type.encode(type.fromObject(fields)).finish();
}

function subscribe(node: string, onMessage: () => void): RawCall {
  const call = openRawCall(`127.0.0.1:${controlPlane.xdsPort}`, METHOD, {
    message(message) {
      const { typeUrl, nonce } = readResponse(message);
      call.send(request({ type_url: typeUrl, response_nonce: nonce }));
      onMessage();
    },
    failed: () => {},
  });
  call.send(request({ node: { id: node }, type_url: CLUSTER }));
  return call;
}

/** A change by the API reaches the client that has been there all the time. */
async function bystanderIsServed(): Promise<void> {
  const before = heard;
  const services = { web: { address: '127.0.0.1:1', connectTimeout: `${++revision}s` } };
  const answer = await httpRequest('PUT', `${controlPlane.apiUrl}/api/v1/config`, { default: 'web', services });
  expect(answer.status).toBe(200);
  await eventually(() => heard > before, { what: 'the change at the bystander' });
}

async function comeAndGo(clients: number, name: string): Promise<void> {
  const AT_ONCE = 50;
  for (let from = 0; from < clients; from += AT_ONCE) {
    let served = 0;
    const calls = Array.from({ length: AT_ONCE }, (_, at) => subscribe(`${name}-${from + at}`, () => served++));
    await eventually(() => served >= AT_ONCE, { what: `${AT_ONCE} clients to be served` });
    for (const call of calls) call.close();
  }
  const connected = async () => {
    const { text } = await httpRequest('GET', `${controlPlane.apiUrl}/api/v1/envoys`);
    return (JSON.parse(text) as { items: unknown[] }).items.length;
  };
  await eventually(async () => (await connected()) === 1, { what: 'the bystander alone' });
}

it('a thousand clients that come and go, each under a name of its own, leave the memory as it was', async () => {
  await comeAndGo(300, 'before');
  const before = await controlPlane.heapBytes();
  await comeAndGo(1000, 'counted');
  const after = await controlPlane.heapBytes();
  expect(after - before).toBeLessThan(MIB);
  await bystanderIsServed();
});

/** Sends these bytes on a connection of their own. Fulfilled when the server has ended it. */
async function sendRaw(bytes: Uint8Array): Promise<void> {
  const socket = connect(controlPlane.xdsPort, '127.0.0.1');
  socket.on('error', () => {});
  socket.resume();
  socket.end(bytes);
  await once(socket, 'close');
}

interface CallOptions {
  readonly encoding?: string;
  /** Ends its side when everything is written. */
  readonly end?: boolean;
}

/** Makes a call of which the body is this, framed or not. @returns its grpc-status */
async function call(body: Uint8Array, { encoding = 'identity', end = false }: CallOptions = {}): Promise<number> {
  // Node's client would refuse the answer as long as so much waits to be sent.
  const session = connectHttp2(`http://127.0.0.1:${controlPlane.xdsPort}`, { maxSessionMemory: 1000 });
  session.on('error', () => {});
  try {
    const headers = { 'content-type': 'application/grpc', te: 'trailers', 'grpc-encoding': encoding };
    const stream = session.request({ ':method': 'POST', ':path': METHOD, ...headers });
    stream.on('error', () => {});
    const told = new Promise<number>((resolve) => {
      const read = (received: Record<string, unknown>) => {
        if (received['grpc-status'] !== undefined) resolve(Number(received['grpc-status']));
      };
      stream.on('response', read);
      stream.on('trailers', read);
    });
    stream.resume();
    stream.write(body);
    if (end) stream.end();
    return await told;
  } finally {
    session.destroy();
  }
}

function framed(message: Uint8Array, { compressed = false, length = message.length } = {}): Buffer {
  const prefix = Buffer.alloc(5);
  prefix[0] = compressed ? 1 : 0;
  prefix.writeUInt32BE(length, 1);
  return Buffer.concat([prefix, message]);
}

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const NOISE = Buffer.from(Array.from({ length: 4096 }, (_, at) => (at * 7919 + 13) & 0xff));

it.each([
  ['noise', NOISE],
  ['HTTP/1.1', Buffer.from('GET / HTTP/1.1\r\nhost: a\r\n\r\n')],
  ['noise instead of frames', Buffer.concat([PREFACE, NOISE])],
  ['data on a stream that is none', Buffer.concat([PREFACE, Buffer.from([0, 0, 1, 0, 0, 0, 0, 0, 7, 1])])],
])('what is no HTTP/2 ends its own connection: %s', async (_, bytes) => {
  await sendRaw(bytes);
  await bystanderIsServed();
});

it.each([
  ['no protobuf', framed(NOISE.subarray(1, 200)), {}, status.INTERNAL],
  ['a text that is longer than its message', framed(Buffer.from([0x12, 0x7f, 0x61])), {}, status.INTERNAL],
  ['an encoding that nobody knows', framed(NOISE, { compressed: true }), { encoding: 'x' }, status.UNIMPLEMENTED],
  ['what is not compressed as it says', framed(NOISE, { compressed: true }), { encoding: 'gzip' }, status.INTERNAL],
  ['a message of 4 GiB', framed(NOISE, { length: 0xffffffff }), {}, status.RESOURCE_EXHAUSTED],
] as const)('what is no request ends its own call: %s', async (_, body, options, expected) => {
  expect(await call(body, options)).toBe(expected);
  await bystanderIsServed();
});

it('requests of 64 MB are refused, compressed or not, and take no more memory than the limit each', async () => {
  const packed = framed(gzipSync(Buffer.alloc(HUGE)), { compressed: true });
  const before = await controlPlane.peakRssBytes();
  const body = framed(Buffer.alloc(HUGE));
  const statuses = await Promise.all([
    ...Array.from({ length: 4 }, () => call(body)),
    ...Array.from({ length: 4 }, () => call(packed, { encoding: 'gzip' })),
  ]);
  expect(statuses).toEqual(Array.from({ length: 8 }, () => status.RESOURCE_EXHAUSTED));
  expect((await controlPlane.peakRssBytes()) - before).toBeLessThan(statuses.length * MAX_REPORT_BYTES);
  await bystanderIsServed();
});
