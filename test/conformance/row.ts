import type { ClientOptions, XdsClient } from './client.ts';
import type { ControlPlane, ResourceJson, SnapshotOptions } from './control-plane.ts';
import type { Variant } from './variants.ts';

/** What an assertion has to work with: a node of its own on the control plane under test. */
export interface Case {
  readonly variant: Variant;
  readonly plane: ControlPlane;
  /** No other case uses it. */
  readonly node: string;
  set(resources: readonly ResourceJson[], options?: SnapshotOptions): Promise<void>;
  clear(): Promise<void>;
  /** A further client of the node, closed after the case. */
  connect(options?: Partial<ClientOptions> & { readonly address?: string }): XdsClient;
}

interface Common {
  /** As the checklist counts. */
  readonly row: number;
  /** The behaviour, in the checklist's words. */
  readonly text: string;
  /** Where the protocol text says something else or nothing, and what is asserted therefore. */
  readonly note?: string;
}

/** An assertion that runs here. */
export interface TableRow extends Common {
  /** Absent: both. */
  readonly protocol?: Variant['protocol'];
  /** Absent: both. */
  readonly streams?: Variant['streams'];
  /** Measures memory, so that nothing may run beside it. */
  readonly alone?: true;
  /** What the control plane has to offer beyond snapshots. */
  readonly needs?: 'second' | 'heapBytes';
  /** @throws when the behaviour is another */
  run(test: Case): Promise<void>;
}

/** An assertion that another test makes, because it needs a real Envoy. */
export interface RowElsewhere extends Common {
  readonly file: string;
  readonly test: string;
}

export type Row = TableRow | RowElsewhere;

export function appliesTo(row: TableRow, { protocol, streams }: Variant): boolean {
  return (row.protocol ?? protocol) === protocol && (row.streams ?? streams) === streams;
}

/** @throws Error with the message unless the condition holds */
export function check(condition: boolean, message: string | (() => string)): asserts condition {
  if (!condition) throw new Error(typeof message === 'string' ? message : message());
}

export function same(actual: readonly string[], expected: readonly string[], what: string): void {
  const [is, shall] = [[...actual].sort().join(' '), [...expected].sort().join(' ')];
  check(is === shall, `${what}: [${is}], not [${shall}]`);
}

export function names({ resources }: { readonly resources: ReadonlyArray<{ readonly name: string }> }): string[] {
  return resources.map(({ name }) => name);
}
