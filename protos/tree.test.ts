import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { OVERLAY_FILE } from './sources.ts';
import { envoyTree, packageOf } from './tree.ts';
import { TYPES_FILE, typesText } from './types/generate.ts';

it('every package that the overlay touches can be loaded', () => {
  const packages = [...readFileSync(OVERLAY_FILE, 'utf8').matchAll(/^package (.*);$/gm)].map((match) => match[1]!);
  expect(packages.length).toBeGreaterThan(100);
  for (const name of new Set(packages)) envoyTree().loadPackage(name);
});

it('loads only what is asked for', () => {
  expect(envoyTree().find('envoy.config.cluster.v3.Cluster')?.name).toBe('Cluster');
  expect(envoyTree().find('Cluster')).toBeUndefined();
  expect(envoyTree().find('envoy.config.cluster.v3')).toBeUndefined();
  expect(envoyTree().find('envoy.api.v2.Cluster')).toBeUndefined();
});

it('a renumbered field has the number of the newer Envoy only', () => {
  const type = envoyTree().findMessage('envoy.extensions.geoip_providers.maxmind.v3.MaxMindConfig')!;
  expect(type.fields.isp_db_path!.id).toBe(5);
  expect(Object.values(type.fields).filter(({ name }) => name === 'isp_db_path')).toHaveLength(1);
});

it('a new member of an existing oneof excludes the others', () => {
  const type = envoyTree().findMessage('envoy.config.common.mutation_rules.v3.HeaderMutation')!;
  expect(type.oneofs.action!.oneof).toEqual(['remove', 'append', 'remove_on_match']);
});

it('the package of a name ends where messages start', () => {
  expect(packageOf('envoy.config.route.v3.RouteAction.HashPolicy')).toBe('envoy.config.route.v3');
});

it('the committed types are those of the tree', () => {
  expect(readFileSync(TYPES_FILE, 'utf8')).toBe(typesText());
});
