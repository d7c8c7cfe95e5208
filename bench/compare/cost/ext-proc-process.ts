/**
 * The peer: a gRPC server for Envoy's ext_proc, as little as it can be. It counts messages and bytes and decodes nothing,
 * so what it costs is less than any real one.
 */
import { type handleBidiStreamingCall, Server, ServerCredentials } from '@grpc/grpc-js';

const counts = { streams: 0, messages: 0, bytes: 0 };

const take: handleBidiStreamingCall<Buffer, Buffer> = (call) => {
  counts.streams += 1;
  call.on('data', (message: Buffer) => {
    counts.messages += 1;
    counts.bytes += message.length;
  });
  call.on('end', () => call.end());
  call.on('error', () => {
    // Envoy resets what it no longer needs.
  });
};

const asItIs = (bytes: Buffer): Buffer => bytes;
const server = new Server();
server.addService(
  {
    process: {
      path: '/envoy.service.ext_proc.v3.ExternalProcessor/Process',
      requestStream: true,
      responseStream: true,
      requestSerialize: asItIs,
      requestDeserialize: asItIs,
      responseSerialize: asItIs,
      responseDeserialize: asItIs,
    },
  },
  { process: take },
);
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.on('message', () => process.send!(counts));
  process.send!({ address: `127.0.0.1:${port}` });
});
