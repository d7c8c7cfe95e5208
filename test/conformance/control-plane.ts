/** What the table needs of a control plane: somewhere to connect, and a way to say what a node shall have. */

export type ResourceJson = { readonly '@type': string; readonly [field: string]: unknown };

export interface SnapshotOptions {
  /** By resource name. Absent: none has a time to live. */
  readonly ttlMs?: Readonly<Record<string, number>>;
}

export interface ControlPlane {
  readonly name: string;
  /** `host:port` of its xDS services. */
  readonly address: string;
  /** Serves the same without waiting for ACKs of new clusters. Absent: `address` does that already. */
  readonly eagerAddress?: string;
  /** Of an instance that shares nothing with this one and has been told nothing. Absent: there is none. */
  readonly second?: ControlPlane;
  /** What the node shall have from now on. */
  set(node: string, resources: readonly ResourceJson[], options?: SnapshotOptions): Promise<void>;
  /** Nobody has said any more what the node shall have. */
  clear(node: string): Promise<void>;
  /** Heap in use, garbage collected. Absent: it does not tell. */
  heapBytes?(): Promise<number>;
  /** What the node last rejected of a type and still lacks, in its own words. Absent: it does not tell. */
  rejection?(node: string, typeUrl: string): Promise<string | undefined>;
}
