import { type Document, isMap, isSeq, parseDocument, type YAMLMap } from 'yaml';
import { ShadowplaneError } from '../../errors/index.ts';
import type { Fragment } from '../../xds-server/resources/index.ts';

type Json = Readonly<Record<string, unknown>>;
type Path = ReadonlyArray<string | number>;

export interface Merged {
  /** YAML; comments of the file stay. */
  readonly text: string;
  readonly json: unknown;
  /** What people should look at, because nobody else can know. */
  readonly hints: readonly string[];
}

/**
 * A user's bootstrap with the fragment in it. Lists are added to; what has a name that is ours is replaced, so that doing
 * it twice is doing it once.
 *
 * @param listener names the listener; needed only where several speak HTTP
 * @throws ShadowplaneError USAGE for what is no bootstrap with an HTTP listener
 */
export function intoBootstrap(
  text: string,
  { bootstrap, http_connection_manager }: Fragment,
  listener?: string,
): Merged {
  const document = parseDocument(text);
  if (document.errors.length > 0) throw wrong(document.errors[0]!.message);
  if (!isMap(document.contents)) throw wrong('it is no bootstrap');
  const hints: string[] = [];
  const before = document.toJS() as { readonly node?: Json };
  for (const part of ['id', 'cluster']) {
    if (typeof before.node?.[part] !== 'string') hints.push(`node.${part} is needed, and there is none yet`);
  }
  mergeInto(document, [], bootstrap);
  for (const path of chooseManagers(document, listener)) {
    hints.push(...intoConnectionManager(document, path, http_connection_manager));
  }
  return { text: document.toString({ lineWidth: 0 }), json: document.toJS(), hints };
}

/** Lists by the name of their items, objects field by field, the rest only where there is nothing yet. */
function mergeInto(document: Document, path: Path, value: unknown): void {
  const present = path.length === 0 ? document.contents : document.getIn(path, true);
  if (Array.isArray(value) && isSeq(present)) {
    for (const item of value) addNamed(document, path, item as Json);
  } else if (typeof value === 'object' && value !== null && !Array.isArray(value) && isMap(present)) {
    for (const [key, field] of Object.entries(value)) mergeInto(document, [...path, key], field);
  } else if (present === undefined || present === null || isMetadata(path)) {
    document.setIn(path, document.createNode(value, { aliasDuplicateObjects: false }));
  }
}

function isMetadata(path: Path): boolean {
  return path[0] === 'node' && path[1] === 'metadata';
}

function addNamed(document: Document, path: Path, item: Json): void {
  const items = (document.getIn(path) as { toJSON(): Json[] }).toJSON();
  const key = ['name', 'tag_name'].find((candidate) => candidate in item);
  const same = (other: Json) => key !== undefined && other?.[key] === item[key] && other.regex === item.regex;
  const index = items.findIndex(same);
  const node = document.createNode(item, { aliasDuplicateObjects: false });
  if (index < 0) document.addIn(path, node);
  else document.setIn([...path, index], node);
}

const MANAGER = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';

/** Paths of the HTTP connection managers of the listener. */
function chooseManagers(document: Document, named: string | undefined): Path[] {
  const { static_resources } = document.toJS() as { static_resources?: { listeners?: readonly Json[] } };
  const found = (static_resources?.listeners ?? []).map((listener, index) => ({
    name: String(listener.name ?? index),
    managers: managersIn(listener, ['static_resources', 'listeners', index]),
  }));
  const speaking = found.filter(({ managers }) => managers.length > 0);
  const names = speaking.map(({ name }) => name).join(', ');
  if (speaking.length === 0) throw wrong('no listener in static_resources has an HTTP connection manager');
  if (named === undefined && speaking.length > 1)
    throw wrong(`several listeners speak HTTP; name one by --listener: ${names}`);
  const chosen = named === undefined ? speaking[0] : speaking.find(({ name }) => name === named);
  if (!chosen) throw wrong(`there is no HTTP listener ${JSON.stringify(named)}; there is ${names}`);
  return chosen.managers;
}

function managersIn(value: unknown, path: Path): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  const fields = value as Json;
  if (typeof fields['@type'] === 'string' && fields['@type'].endsWith(`/${MANAGER}`)) return [path];
  return Object.entries(fields).flatMap(([key, field]) =>
    managersIn(field, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

const MOST_ROUTES = 6;

/** `/healthz, /`: by what each route is known to who wrote it. */
function matchesOf(routes: readonly unknown[]): string {
  const shown = routes.slice(0, MOST_ROUTES).map((route) => {
    const { match = {}, name } = route as { readonly name?: string; readonly match?: Json };
    const { path, prefix, path_separated_prefix, safe_regex } = match as Readonly<Record<string, unknown>>;
    const regex = (safe_regex as { readonly regex?: unknown } | undefined)?.regex;
    return String(path ?? prefix ?? path_separated_prefix ?? regex ?? name ?? 'one without a path');
  });
  const left = routes.length - shown.length;
  return [...shown, ...(left > 0 ? [`and ${left} more`] : [])].join(', ') || 'none';
}

/** @returns what the user has to look at */
function intoConnectionManager(document: Document, path: Path, ours: Json): string[] {
  const {
    http_filters,
    early_header_mutation_extensions: early,
    rds,
  } = ours as {
    http_filters: readonly Json[];
    early_header_mutation_extensions?: readonly Json[];
    rds: Json;
  };
  const manager = (document.getIn(path) as { toJSON(): Json }).toJSON() as {
    readonly route_config?: { readonly virtual_hosts?: ReadonlyArray<{ readonly routes?: readonly unknown[] }> };
    readonly http_filters?: readonly Json[];
  };
  const hints: string[] = [];
  if (manager.route_config !== undefined) {
    const routes = (manager.route_config.virtual_hosts ?? []).flatMap((host) => host.routes ?? []);
    hints.push(
      `route_config is replaced by rds; of its routes (${matchesOf(routes)}), those that are neither the default nor a path of a mirror belong under envoy.routes of the policy`,
    );
  }
  const present = ['route_config', 'scoped_routes'].find((key) => document.hasIn([...path, key]));
  if (present === undefined) document.setIn([...path, 'rds'], document.createNode(rds));
  else {
    // In the place of what it replaces.
    const map = document.getIn(path) as YAMLMap;
    const pair = map.items.find(({ key }) => String(key) === present)!;
    pair.key = document.createNode('rds');
    pair.value = document.createNode(rds);
  }
  if (early) {
    if (document.hasIn([...path, 'early_header_mutation_extensions'])) {
      for (const each of early) addNamed(document, [...path, 'early_header_mutation_extensions'], each);
    } else document.setIn([...path, 'early_header_mutation_extensions'], document.createNode(early));
  }
  const names = new Set(http_filters.map(({ name }) => name));
  const theirs = (manager.http_filters ?? []).filter(({ name }) => !names.has(name));
  if (theirs.length === 0) throw wrong('the HTTP connection manager has no http_filters, not even a router');
  const list = document.getIn([...path, 'http_filters']) as { items: unknown[]; toJSON(): Json[] };
  for (let index = list.items.length - 1; index >= 0; index--) {
    if (names.has(list.toJSON()[index]?.name)) list.items.splice(index, 1);
  }
  // The router is the last.
  list.items.splice(-1, 0, ...http_filters.map((filter) => document.createNode(filter)));
  if (theirs.length > 1) {
    hints.push(
      `the mirror filter stands in front of the router, behind ${theirs
        .slice(0, -1)
        .map(({ name }) => name)
        .join(', ')}: move what changes requests after the decision behind it`,
    );
  }
  return hints;
}

function wrong(message: string): ShadowplaneError {
  return new ShadowplaneError('USAGE', `--into: ${message}`);
}
