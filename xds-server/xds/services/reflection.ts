import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type ServerDuplexStream, status } from '@grpc/grpc-js';
import type { GrpcService } from '../server/server.ts';
import { captured } from './health.ts';

const NAME = 'grpc.reflection.v1.ServerReflection';
const METHOD = 'ServerReflectionInfo';
const raw = (bytes: Buffer) => bytes;

/**
 * `grpc.reflection.v1`: what can be called here, for grpcurl and its like. Reading Envoy's API for it takes half a second,
 * so this happens at the first question.
 */
export function reflectionService(): GrpcService {
  let loading: Promise<GrpcService> | undefined;
  const definition = {
    path: `/${NAME}/${METHOD}`,
    requestStream: true,
    responseStream: true,
    requestSerialize: raw,
    requestDeserialize: raw,
    responseSerialize: raw,
    responseDeserialize: raw,
  };
  return {
    definition: { [METHOD]: definition },
    implementation: {
      [METHOD]: async (call: ServerDuplexStream<Buffer, Buffer>) => {
        try {
          loading ??= load();
          serve(call, await loading);
        } catch (error) {
          call.emit('error', { code: status.INTERNAL, details: String(error) });
        }
      },
    },
  };
}

function serve(call: ServerDuplexStream<Buffer, Buffer>, { definition, implementation }: GrpcService): void {
  const { requestDeserialize, responseSerialize } = definition[METHOD]!;
  const stream = Object.assign(new EventEmitter(), {
    write: (answer: unknown) => call.write(responseSerialize(answer)),
    end: () => call.end(),
  });
  (implementation[METHOD] as unknown as (stream: EventEmitter) => void)(stream);
  call.on('data', (bytes: Buffer) => {
    try {
      stream.emit('data', requestDeserialize(bytes));
    } catch (error) {
      call.emit('error', { code: status.INVALID_ARGUMENT, details: String(error) });
    }
  });
  call.on('end', () => stream.emit('end'));
}

const FILES = [
  'service/discovery/v3/ads',
  'service/cluster/v3/cds',
  'service/endpoint/v3/eds',
  'service/extension/v3/config_discovery',
  'service/listener/v3/lds',
  'service/route/v3/rds',
  'service/runtime/v3/rtds',
  'service/secret/v3/sds',
  'service/status/v3/csds',
].map((file) => `envoy/${file}.proto`);
/** In these files too, but not served. */
const NOT_SERVED = ['envoy.service.route.v3.VirtualHostDiscoveryService'];

async function load(): Promise<GrpcService> {
  const [{ loadSync }, { ReflectionService }, { protoPath }] = await Promise.all([
    import('@grpc/proto-loader'),
    import('@grpc/reflection'),
    import('grpc-health-check'),
  ]);
  const home = dirname(createRequire(import.meta.url).resolve('@grpc/grpc-js-xds/package.json'));
  const includeDirs = ['envoy-api', 'xds', 'googleapis', 'protoc-gen-validate'].map((name) => join(home, 'deps', name));
  const loaded = loadSync([...FILES, protoPath], { keepCase: true, includeDirs });
  const services = Object.entries(loaded)
    .filter(([name, value]) => !('format' in value) && !NOT_SERVED.includes(name))
    .map(([name]) => name);
  const reflection = new ReflectionService(loaded, { services });
  return captured((server) => reflection.addToServer(server));
}
