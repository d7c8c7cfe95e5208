import type { EncodedResource } from '../resource.ts';
import type { TypeSnapshot } from '../snapshot.ts';
import { Channel, type ChannelRequest, type Known, type Permissions, type ResponseContent } from './channel.ts';

/** A channel in the incremental variant. */
export class DeltaChannel extends Channel {
  #first = true;
  /** Named by the client since the last response: it gets an answer for each, also if there is no such resource. */
  readonly #requested = new Set<string>();

  protected override subscribe({ names, unsubscribe, initialVersions }: ChannelRequest): boolean {
    if (!this.#first && names.length === 0 && unsubscribe.length === 0) return false;
    // A stale nonce makes no difference here: "a delta request with a stale nonce still updates the subscriptions".
    const leftToWildcard = this.names.update(names, unsubscribe);
    if (this.#first) this.#bring(initialVersions);
    for (const name of unsubscribe) this.#requested.delete(name);
    // "A client may subscribe again to a resource that it has; the server must then send it again."
    for (const name of names) if (name !== '*' && !(this.#first && this.known.has(name))) this.#requested.add(name);
    // "If a client unsubscribes from a name while it has a wildcard subscription, the server must send the resource if
    // the wildcard covers it, or say that it is removed."
    for (const name of leftToWildcard) this.#requested.add(name);
    this.#first = false;
    return true;
  }

  /** "initial_resource_versions: what the client already has; the server need not send it again if it is unchanged." */
  #bring(initialVersions: Readonly<Record<string, string>>): void {
    for (const [name, version] of Object.entries(initialVersions)) {
      if (this.names.covers(name)) this.known.set(name, { version });
    }
  }

  protected override plan(content: TypeSnapshot, permissions: Permissions): ResponseContent | undefined {
    const resources: EncodedResource[] = [];
    for (const resource of this.#covered(content)) if (this.differs(resource)) resources.push(resource);

    const absent = new Set<string>();
    for (const name of this.#requested) if (!content.resources.has(name)) absent.add(name);
    const going: Array<[string, Known]> = [];
    for (const [name, known] of this.known) {
      if (known.version !== undefined && !content.resources.has(name)) going.push([name, known]);
    }
    const goable = going.filter(([name]) => !(this.type.keptWhileSubscribed && this.names.explicit.has(name)));
    const removes = goable.length > 0 && permissions.remove() ? goable : [];
    for (const [name, known] of this.#kept(going, removes)) {
      // Asked for again while it is kept: the client gets what it has.
      if (absent.delete(name) && known.resource) resources.push(known.resource);
    }
    const denied = absent.size > 0 && permissions.deny() ? absent : [];
    const removed = [...new Set([...denied, ...removes.map(([name]) => name)])];

    const goesOut = [...resources.map(({ name }) => name), ...removed];
    if (goesOut.some((name) => this.acks.rejects(name))) resources.push(...this.#rejectedAlong(content, goesOut));

    // A wildcard subscriber waits for the first response even if there is nothing, to know that there is nothing.
    const first = !this.answeredOnce && this.names.wildcard && !this.resumed;
    if (!first && resources.length === 0 && removed.length === 0) return undefined;
    return { version: content.version, resources, removed };
  }

  /**
   * A client may reject a response as a whole or only what is wrong in it, and does not say which. Once what may have been
   * wrong is corrected, the rest of that response is sent with it.
   */
  #rejectedAlong(content: TypeSnapshot, goesOut: readonly string[]): EncodedResource[] {
    const isLeft = (name: string) => this.acks.rejects(name) && !goesOut.includes(name);
    return [...this.#covered(content)].filter((resource) => isLeft(resource.name));
  }

  #covered(content: TypeSnapshot): Iterable<EncodedResource> {
    if (this.names.wildcard) return content.resources.values();
    const named: EncodedResource[] = [];
    for (const name of this.names.explicit) {
      const resource = content.resources.get(name);
      if (resource) named.push(resource);
    }
    return named;
  }

  #kept(going: Array<[string, Known]>, removes: Array<[string, Known]>): Array<[string, Known]> {
    return going.filter((entry) => !removes.includes(entry));
  }

  protected override differs(resource: EncodedResource): boolean {
    return super.differs(resource) || this.#requested.has(resource.name);
  }

  protected override remember({ resources, removed }: ResponseContent): void {
    for (const { name } of resources) this.#requested.delete(name);
    for (const name of removed) {
      this.#requested.delete(name);
      if (this.names.explicit.has(name)) this.known.set(name, {});
      else this.known.delete(name);
      this.acks.forget(name);
    }
  }
}
