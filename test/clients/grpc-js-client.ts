/** A gRPC program that finds its backend by xDS, as GRPC_XDS_BOOTSTRAP says: a line in, a call made, its answer out. */
import { createInterface } from 'node:readline';
import { Client, credentials } from '@grpc/grpc-js';
import { register } from '@grpc/grpc-js-xds';

const CALL_MS = 2000;

register();
const client = new Client('xds:///backend', credentials.createInsecure());
const bytes = (value: Buffer) => value;

createInterface({ input: process.stdin }).on('line', () => {
  const deadline = Date.now() + CALL_MS;
  client.makeUnaryRequest('/test.Backend/Name', bytes, bytes, Buffer.alloc(0), { deadline }, (error, answer) => {
    console.log(error ? `failed: ${error.code} ${error.details}`.replaceAll('\n', ' ') : answer!.toString());
  });
});
