/**
 * The supervisor on a real Envoy, without a control plane: it waits for it to serve, lets requests under way finish when
 * it stops, and brings it back when it dies.
 */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type EnvoyEvent, locateEnvoy, type SupervisedEnvoy, superviseEnvoy } from '../../envoy/index.ts';
import { eventually, httpRequest } from '../support/index.ts';

let upstream: Server;
let held: ServerResponse[] = [];
let path: string;
let envoy: SupervisedEnvoy | undefined;
const events: EnvoyEvent[] = [];

beforeAll(async () => {
  ({ path } = await locateEnvoy());
  upstream = createServer((request, response) => {
    if (request.url === '/held') held.push(response);
    else response.end('answered');
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await envoy?.stop({ force: true });
  upstream.closeAllConnections();
  upstream.close();
});

async function start(): Promise<SupervisedEnvoy> {
  held = [];
  events.length = 0;
  const { port } = upstream.address() as AddressInfo;
  const bootstrap = staticBootstrap(port);
  envoy = await superviseEnvoy({ path, bootstrap, listener: 'main', onEvent: (event) => events.push(event) });
  return envoy;
}

it('serves as soon as it is there, with nothing to complain about', async () => {
  const running = await start();
  const answer = await httpRequest('GET', `http://${running.listenerAddress}/`);
  expect(answer).toMatchObject({ status: 200, text: 'answered' });
  expect(await running.admin.serverInfo()).toMatchObject({ state: 'LIVE' });
  expect((await running.admin.stats('^listener\\..*downstream_cx_total$')).size).toBeGreaterThan(0);
  expect(await running.admin.prometheus()).toContain('envoy_server_live');
  await running.stop();
  expect(events).toEqual([]);
});

it('lets a request under way finish, and takes no new one', async () => {
  const running = await start();
  const answer = httpRequest('GET', `http://${running.listenerAddress}/held`);
  await eventually(() => held.length === 1, { what: 'the request at the upstream' });
  const stopped = running.stop();
  await eventually(() => events.some(({ type }) => type === 'draining'), { what: 'draining' });
  await expect(httpRequest('GET', `http://${running.listenerAddress}/`)).rejects.toThrow(/ECONNREFUSED|ECONNRESET/);
  held[0]?.end('late, but whole');
  expect(await answer).toEqual({ status: 200, text: 'late, but whole' });
  await stopped;
});

it('is back after a crash', async () => {
  const running = await start();
  process.kill(running.pid, 'SIGKILL');
  await eventually(() => running.restarts === 1, { what: 'a restart' });
  expect((await httpRequest('GET', `http://${running.listenerAddress}/`)).status).toBe(200);
  await running.stop();
  expect(events.map(({ type }) => type)).toEqual(['died', 'restarted']);
});

it('says in the words of Envoy why a configuration is of no use', async () => {
  const starting = superviseEnvoy({ path, bootstrap: { admin: {}, no_such_field: 1 } });
  await expect(starting).rejects.toMatchObject({
    code: 'ENVOY_FAILED',
    message: expect.stringContaining('no_such_field'),
  });
});

function staticBootstrap(upstreamPort: number): object {
  const socketAddress = (port_value: number) => ({ socket_address: { address: '127.0.0.1', port_value } });
  const filters = 'type.googleapis.com/envoy.extensions.filters';
  const connectionManager = {
    '@type': `${filters}.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'main',
    route_config: {
      virtual_hosts: [
        { name: 'all', domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster: 'up', timeout: '0s' } }] },
      ],
    },
    http_filters: [{ name: 'router', typed_config: { '@type': `${filters}.http.router.v3.Router` } }],
  };
  return {
    admin: { address: socketAddress(0) },
    static_resources: {
      listeners: [
        {
          name: 'main',
          address: socketAddress(0),
          filter_chains: [{ filters: [{ name: 'http', typed_config: connectionManager }] }],
        },
      ],
      clusters: [
        {
          name: 'up',
          type: 'STATIC',
          load_assignment: {
            cluster_name: 'up',
            endpoints: [{ lb_endpoints: [{ endpoint: { address: socketAddress(upstreamPort) } }] }],
          },
        },
      ],
    },
  };
}
