import { ShadowplaneError } from '../../errors/index.ts';
import { contentHash, type EncodedResource, encodeResource, type ResourceJson } from './resource.ts';

/** Everything that the clients of one group shall have. Immutable; equal content has equal versions everywhere. */
export interface Snapshot {
  readonly types: ReadonlyMap<string, TypeSnapshot>;
}

/** All resources of one type. */
export interface TypeSnapshot {
  /** Hash over names and versions of the resources. */
  readonly version: string;
  readonly resources: ReadonlyMap<string, EncodedResource>;
  /** Those of them that have a time to live. */
  readonly mortal: readonly EncodedResource[];
}

/**
 * @param resources of any types in any order, as ProtoJSON or already encoded
 * @throws ShadowplaneError ENVOY_RESOURCE_INVALID for a resource that is not valid, or a name that is there twice
 */
export function buildSnapshot(resources: Iterable<ResourceJson | EncodedResource>): Snapshot {
  const byType = new Map<string, Map<string, EncodedResource>>();
  for (const given of resources) {
    const resource = isEncoded(given) ? given : encodeResource(given);
    const ofType = byType.get(resource.typeUrl) ?? new Map<string, EncodedResource>();
    // xDS: a response must not hold two resources of one name.
    if (ofType.has(resource.name)) throw givenTwice(resource);
    byType.set(resource.typeUrl, ofType.set(resource.name, resource));
  }
  return { types: new Map([...byType].map(([typeUrl, ofType]) => [typeUrl, typeSnapshot(ofType)])) };
}

/** What a snapshot holds of a type that it does not mention. */
export const EMPTY_TYPE: TypeSnapshot = typeSnapshot(new Map());

export function versionOf(resources: Iterable<EncodedResource>): string {
  const lines = [...resources].map(({ name, version }) => `${name}\n${version}\n`);
  return contentHash(lines.sort().join(''));
}

function typeSnapshot(resources: ReadonlyMap<string, EncodedResource>): TypeSnapshot {
  const mortal = [...resources.values()].filter(({ ttlMs }) => ttlMs !== undefined);
  return { version: versionOf(resources.values()), resources, mortal };
}

function isEncoded(given: ResourceJson | EncodedResource): given is EncodedResource {
  return (given as EncodedResource).wrapped instanceof Uint8Array;
}

function givenTwice({ typeUrl, name }: EncodedResource): ShadowplaneError {
  const message = `${JSON.stringify(name)} is there twice among the resources of ${typeUrl}`;
  return new ShadowplaneError('ENVOY_RESOURCE_INVALID', message, {
    problems: [{ path: name, message: 'is there twice' }],
  });
}
