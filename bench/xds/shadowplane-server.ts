/**
 * Our xDS server in a process of its own, with the control port that the go-control-plane server has too: snapshots by
 * `PUT /snapshots/NODE`, memory by `GET /memory`. Prints where it listens as one line of JSON.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSnapshotServer } from '../../xds-server/xds/index.ts';

const server = createSnapshotServer({ groupOf: ({ id }) => id });

async function body(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function heapBytes(): number {
  globalThis.gc!();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const control = createServer(async (request, response) => {
  if (request.url === '/memory') return response.end(JSON.stringify({ heapBytes: heapBytes() }));
  const group = request.url!.split('/').at(-1)!;
  server.setSnapshot(JSON.parse(await body(request)).resources, { group });
  response.writeHead(204).end();
});

const { port } = await server.listen('127.0.0.1:0');
control.listen(0, '127.0.0.1', () => {
  const { port: controlPort } = control.address() as AddressInfo;
  console.log(JSON.stringify({ xds: `127.0.0.1:${port}`, control: `http://127.0.0.1:${controlPort}` }));
});
