import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parsePolicyFile } from '../../xds-server/policy/index.ts';
import { buildBootstrap } from '../../xds-server/resources/index.ts';
import { ROOT } from './sandbox.ts';

interface ComposeService {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly target: string };
  readonly command?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly healthcheck?: { readonly test?: readonly string[] };
  readonly depends_on?: Record<string, unknown>;
}

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const compose: { services: Record<string, ComposeService>; volumes: object } = parse(read('docker-compose.yml'), {
  merge: true,
});
const services = Object.entries(compose.services);
const dockerfile = read('Dockerfile');

/** Instructions of each stage by its name. */
const stages = new Map(
  dockerfile
    .split(/^(?=FROM )/m)
    .filter((stage) => stage.startsWith('FROM '))
    .map((stage) => [/ AS (\S+)/.exec(stage)?.[1] ?? '', stage]),
);

describe('docker-compose.yml', () => {
  test('runs Envoy, the control plane, the three order services and traffic', () => {
    const names = ['control-plane', 'envoy', 'order-v1', 'order-v1-twin', 'order-v2', 'traffic'];
    expect(Object.keys(compose.services).sort()).toEqual(names);
  });

  test.each(services)('%s: its image is built here or pinned to a version', (_, { image, build }) => {
    if (build) expect(stages.has(build.target)).toBe(true);
    else expect(image).toMatch(/:v\d+\.\d+\.\d+$/);
  });

  test.each(services)('%s: ports are published on 127.0.0.1 only', (_, { ports = [] }) => {
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:(\d+):\1$/);
  });

  test('the ports are those that the documentation names', () => {
    const published = services.flatMap(([, { ports = [] }]) => ports.map((port) => Number(port.split(':')[1])));
    expect(published.sort((a, b) => a - b)).toEqual([8790, 9901, 10000]);
  });

  test.each(services)('%s: has a health check if it serves anything', (name, { build, healthcheck }) => {
    const checked =
      healthcheck?.test?.[0] === 'CMD' || stages.get(build?.target ?? '')?.includes('HEALTHCHECK') === true;
    expect(checked).toBe(name !== 'traffic');
  });

  test.each(services)('%s: mounts what exists, read-only, and volumes that are declared', (_, { volumes = [] }) => {
    for (const volume of volumes) {
      const [source = '', , mode] = volume.split(':');
      if (source.startsWith('.')) {
        expect(existsSync(join(ROOT, source)), source).toBe(true);
        expect(mode).toBe('ro');
      } else {
        expect(compose.volumes).toHaveProperty(source);
      }
    }
  });

  test('waits for health, from the services up to the traffic', () => {
    for (const [name, { depends_on: needs = {} }] of services) {
      for (const need of Object.values(needs)) expect(need, name).toEqual({ condition: 'service_healthy' });
    }
    expect(Object.keys(compose.services.traffic?.depends_on ?? {})).toEqual(['envoy']);
    expect(Object.keys(compose.services.envoy?.depends_on ?? {})).toEqual(['control-plane']);
  });

  test.for([
    ['docker-compose', ['config', '--quiet']],
    ['docker', ['compose', 'config', '--quiet']],
  ] as const)('%s accepts it', ([program, args], { skip }) => {
    try {
      execFileSync(program, [...args.slice(0, -2), 'version'], { stdio: 'ignore' });
    } catch {
      skip(`${program} ${args.slice(0, -2).join(' ')} is not installed`);
    }
    execFileSync(program, [...args], { cwd: ROOT, stdio: 'pipe' });
  });
});

describe('what it runs', () => {
  test('the policy of the example is valid, and its services are services of the file', () => {
    const { policy } = parsePolicyFile(read('examples/orders/shadowplane.yaml'), 'shadowplane.yaml');
    for (const { name, addresses } of policy.services) {
      expect(addresses).toEqual([{ host: name, port: 8080 }]);
      expect(compose.services[name]?.command?.join(' ')).toContain('--listen :8080');
    }
    expect(policy.mirrors).toMatchObject([
      { name: 'orders', primary: 'order-v1', shadow: 'order-v2', control: 'order-v1-twin', sideEffects: 'guarded' },
    ]);
  });

  test("Envoy's bootstrap is the one that the command line prints", () => {
    const expected = buildBootstrap({
      xdsAddress: { host: 'control-plane', port: 18000 },
      adminAddress: { host: '0.0.0.0', port: 9901 },
      nodeId: 'envoy',
    });
    expect(parse(read('envoy/docker/envoy.yaml'))).toEqual(expected);
  });
});

describe('Dockerfile', () => {
  test.each(['orders', 'control-plane'])('%s runs as the user node and starts without a shell', (name) => {
    const stage = stages.get(name) ?? '';
    expect(stage).toMatch(/^USER node$/m);
    expect(stage).toMatch(/^ENTRYPOINT \["node"/m);
    expect(stage.indexOf('USER node')).toBeLessThan(stage.indexOf('ENTRYPOINT'));
  });

  test('builds on the one pinned image and names no host', () => {
    const images = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
    expect(new Set(images)).toEqual(new Set(['node:22-bookworm-slim']));
    expect(dockerfile.replaceAll('http://127.0.0.1', '')).not.toMatch(/https?:/);
  });
});
