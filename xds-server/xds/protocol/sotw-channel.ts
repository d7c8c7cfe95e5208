import { type TypeSnapshot, versionOf } from '../snapshot.ts';
import { Channel, type ChannelRequest, type Permissions, type ResponseContent } from './channel.ts';

/** A channel in the state-of-the-world variant. */
export class SotwChannel extends Channel {
  #lastNonce = '';
  /** The names that the last full response said do not exist. */
  #missing = new Set<string>();

  override sent(response: ResponseContent, nonce: string, generation: number, nowMs: number): void {
    super.sent(response, nonce, generation, nowMs);
    this.#lastNonce = nonce;
  }

  protected override subscribe({ nonce, names }: ChannelRequest): boolean {
    // "The management server should not send a response to a request with a stale nonce": the client answers the newer
    // response as well, and that request carries what it then subscribes to. The first request on a stream may carry a
    // nonce of an older stream, which means nothing here.
    if (nonce !== '' && this.#lastNonce !== '' && nonce !== this.#lastNonce) return false;
    return this.names.replace(names);
  }

  protected override plan(content: TypeSnapshot, permissions: Permissions): ResponseContent | undefined {
    return this.type.fullState ? this.#planFull(content, permissions) : this.#planChanged(content);
  }

  /**
   * "For Listener and Cluster resource types, every response must contain all resources that the client subscribes to; a
   * resource that is not in it is deleted." So what must not go yet is repeated as the client has it.
   */
  #planFull(content: TypeSnapshot, permissions: Permissions): ResponseContent | undefined {
    const resources = [...content.resources.values()].filter(({ name }) => this.names.covers(name));
    const goes = [...this.known].filter(([name]) => !content.resources.has(name));
    const removes = goes.length > 0 && permissions.remove();
    const held = removes ? [] : goes.flatMap(([, { resource }]) => resource ?? []);
    const newlyMissing = [...this.names.explicit].some(
      (name) => !content.resources.has(name) && !this.known.has(name) && !this.#missing.has(name),
    );
    const changed = resources.some((resource) => this.differs(resource));
    const first = !this.answeredOnce && (this.names.wildcard || this.names.explicit.size > 0);
    if (!first && !changed && !removes && !newlyMissing) return undefined;
    const all = [...resources, ...held];
    return { version: held.length > 0 ? versionOf(all) : content.version, resources: all, removed: [] };
  }

  /** Of other types only what changed is sent, and nothing can be taken away: "an empty response is a no-op". */
  #planChanged(content: TypeSnapshot): ResponseContent | undefined {
    const resources = [...content.resources.values()].filter(
      (resource) => this.names.covers(resource.name) && this.differs(resource),
    );
    return resources.length > 0 ? { version: content.version, resources, removed: [] } : undefined;
  }

  /**
   * Renewed by the resource itself, at the same version. The protocol allows to leave it out here as well, but a response of
   * listeners or clusters has to "contain all resources", and Envoy 1.40 loses a runtime layer that is only named.
   */
  override heartbeat(content: TypeSnapshot, nowMs: number): ResponseContent | undefined {
    const due = super.heartbeat(content, nowMs);
    if (!due) return undefined;
    const all = () => [...this.known.values()].flatMap(({ resource }) => resource ?? []);
    return { version: due.version, resources: this.type.fullState ? all() : due.resources, removed: [] };
  }

  protected override remember({ resources }: ResponseContent): void {
    if (!this.type.fullState) return;
    const present = new Set(resources.map(({ name }) => name));
    for (const name of this.known.keys()) if (!present.has(name)) this.known.delete(name);
    this.#missing = new Set([...this.names.explicit].filter((name) => !present.has(name)));
  }
}
