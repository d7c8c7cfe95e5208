import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EncodedResource, ResourceJson } from '../resource.ts';
import { buildSnapshot, type Snapshot } from '../snapshot.ts';
import { cluster, HandClient, listener, route } from '../testing.ts';
import { CLUSTER, LISTENER, ROUTE, resourceType } from './resource-types.ts';
import type { Outgoing, Variant } from './session.ts';

/**
 * A client that applies what it gets and answers when it likes, against random changes; like Envoy, it can use a new
 * cluster from its ACK on. Promised for every order of events: once it works, it never routes to a cluster that it does
 * not have or cannot use yet, and in the end it has exactly what it shall have.
 */
class ModelClient {
  readonly hand: HandClient;
  readonly has = new Map<string, Map<string, EncodedResource>>(
    [CLUSTER, LISTENER, ROUTE].map((type) => [type, new Map()]),
  );
  readonly #unanswered: Outgoing[] = [];
  readonly #ready = new Set<string>();
  #works = false;

  constructor(variant: Variant) {
    this.hand = new HandClient(variant);
    this.hand.send(CLUSTER);
    this.hand.send(LISTENER);
    this.hand.send(ROUTE, { names: ['r'] });
  }

  receiveOne(): boolean {
    const response = this.hand.session.pull(this.hand.nowMs);
    if (!response) return false;
    const names = [...response.resources.map(({ name }) => name), ...response.removed];
    expect(new Set(names).size).toBe(names.length);
    const ofType = this.has.get(response.typeUrl)!;
    if (this.hand.session.variant === 'sotw' && resourceType(response.typeUrl)!.fullState) ofType.clear();
    for (const resource of response.resources) ofType.set(resource.name, resource);
    for (const name of response.removed) ofType.delete(name);
    for (const name of this.#ready) if (!this.has.get(CLUSTER)!.has(name)) this.#ready.delete(name);
    this.#unanswered.push(response);
    return true;
  }

  answerOne(): boolean {
    const response = this.#unanswered.shift();
    if (!response) return false;
    this.hand.ack(response);
    if (response.typeUrl === CLUSTER) for (const { name } of response.resources) this.#ready.add(name);
    if (response.typeUrl === ROUTE) this.#works = true;
    return true;
  }

  /** @param clusterOf the cluster that the route configuration of each version routes to */
  check(clusterOf: ReadonlyMap<string, string>): void {
    const current = this.has.get(ROUTE)!.get('r');
    if (!current) return;
    const used = clusterOf.get(current.version);
    expect([...this.has.get(CLUSTER)!.keys()]).toContain(used);
    if (this.#works) expect([...this.#ready]).toContain(used);
  }
}

const CLUSTERS = ['a', 'b', 'c', 'd'];

const change = fc.record({
  kind: fc.constant('change' as const),
  to: fc.constantFrom(...CLUSTERS),
  beside: fc.subarray(CLUSTERS),
  detail: fc.integer({ min: 1, max: 3 }),
});
const event = fc.oneof(change, fc.constant({ kind: 'receive' as const }), fc.constant({ kind: 'answer' as const }));

describe.each<Variant>(['sotw', 'delta'])('%s', (variant) => {
  it('never breaks before it makes, and converges', () => {
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 60 }), (events) => {
        const client = new ModelClient(variant);
        const clusterOf = new Map<string, string>();
        let target: Snapshot | undefined;
        const check = () => client.check(clusterOf);
        for (const each of events) {
          if (each.kind === 'change') {
            const names = new Set([each.to, ...each.beside]);
            const resources: ResourceJson[] = [...names].map((name) => cluster(name, each.detail));
            target = buildSnapshot([...resources, route('r', each.to), listener('l', each.detail)]);
            clusterOf.set(target.types.get(ROUTE)!.resources.get('r')!.version, each.to);
            client.hand.set(target);
          } else if (each.kind === 'receive') client.receiveOne();
          else client.answerOne();
          check();
        }
        while (client.receiveOne() || client.answerOne()) check();

        for (const [typeUrl, resources] of client.has) {
          const wanted = target?.types.get(typeUrl)?.resources ?? new Map();
          expect(versions(resources)).toEqual(versions(wanted));
        }
        expect(client.hand.client.quiet).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});

function versions(resources: ReadonlyMap<string, EncodedResource>): string[] {
  return [...resources.values()].map(({ name, version }) => `${name} ${version}`).sort();
}
