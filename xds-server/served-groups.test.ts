import { expect, it } from 'vitest';
import { parsePolicy } from './policy/index.ts';
import { ServedGroups } from './served-groups.ts';
import { waitForApplied } from './wait-for-applied.ts';
import { DEFAULT_GROUP, SECRET, type Snapshot, SnapshotCache } from './xds/index.ts';

const own = { metadata: { shadowplane: { listener: 'own' } } };

function start() {
  const cache = new SnapshotCache();
  const rendered: string[] = [];
  const groups = new ServedGroups(cache, (_, { listener, streams }) => {
    rendered.push(`${listener} ${streams}`);
    return { types: new Map() } satisfies Snapshot;
  });
  const serve = () => {
    let snapshots: ReadonlyMap<string, Snapshot> = new Map();
    groups.serve(parsePolicy({}).policy, (served, publish) => {
      snapshots = served;
      publish();
    });
    return snapshots;
  };
  return { cache, rendered, groups, serve };
}

it('what an Envoy is served is made when the first of its setup connects, and from then on', () => {
  const { cache, rendered, groups, serve } = start();
  const first = serve();
  expect(rendered).toEqual(['ours ads']);
  expect(groups.groupOf({ metadata: {} })).toBe(DEFAULT_GROUP);
  const group = groups.groupOf(own);
  expect(groups.groupOf(own)).toBe(group);
  expect(rendered).toEqual(['ours ads', 'own ads']);
  expect(cache.get(group)).toBe(first.get(group));
  const second = serve();
  expect(rendered).toHaveLength(4);
  expect([...second.keys()]).toEqual([DEFAULT_GROUP, group]);
  expect(cache.get(group)).toBe(second.get(group));
});

it('forgets a way out when the last Envoy of it has gone, and nothing else', () => {
  const { cache, rendered, groups, serve } = start();
  serve();
  const wayOut = { metadata: { shadowplane: { egress: 'order-v2' } } };
  const [out, others] = [wayOut, own].map((node) => groups.groupOf(node)) as [string, string];
  expect(groups.left(out)).toMatchObject({ egress: 'order-v2' });
  for (const group of [out, others, DEFAULT_GROUP]) expect(groups.left(group)).toBeUndefined();
  expect(cache.get(out)).toBeUndefined();
  rendered.length = 0;
  expect([...serve().keys()]).toEqual([DEFAULT_GROUP, others]);
  expect(rendered).toHaveLength(2);
  expect(groups.groupOf(wayOut)).toBe(out);
  expect(cache.get(out)).toBeDefined();
});

it('an Envoy that comes before anything is served gets it then', () => {
  const { cache, groups, serve } = start();
  const group = groups.groupOf(own);
  expect(cache.get(group)).toBeUndefined();
  const served = serve().get(group);
  expect(served).toBeDefined();
  expect(cache.get(group)).toBe(served);
});

it('applied is what all groups say together; a rejection in one ends it', async () => {
  const { groups, serve } = start();
  groups.groupOf(own);
  serve();
  const answers: Record<string, object> = {
    [DEFAULT_GROUP]: { acked: 2, of: 2, tookMs: 7.4, rejections: [], pending: [] },
    'own listener, ads': { acked: 0, of: 1, tookMs: 90, rejections: [], pending: [] },
  };
  const xds = { waitForAck: (group: string) => Promise.resolve(answers[group]) } as never;
  const wait = waitForApplied(xds, groups, () => true);
  expect(await wait(1, 5_000)).toEqual({ acked: 2, of: 3, tookMs: 90 });
  const never = {
    waitForAck: (group: string) => (group === DEFAULT_GROUP ? new Promise(() => {}) : rejected),
  } as never;
  const rejected = Promise.resolve({ acked: 0, of: 1, tookMs: 3, rejections: [{ node: 'n', message: 'no' }] });
  expect(await waitForApplied(never, groups, () => true)(1, 5_000)).toMatchObject({
    rejection: { node: 'n', message: 'no' },
  });
});

it('that an Envoy refuses a certificate is held against a revision only where it changed that', async () => {
  const { groups, serve } = start();
  serve();
  const ignored: unknown[] = [];
  const waitForAck = (_group: string, _snapshot: Snapshot, { ignoring }: { ignoring?: readonly string[] }) => {
    ignored.push(ignoring);
    return Promise.resolve({ acked: 1, of: 1, tookMs: 1, rejections: [], pending: [] });
  };
  const wait = waitForApplied({ waitForAck }, groups, (revision) => revision === 2);
  for (const revision of [1, 2]) await wait(revision, 5_000);
  expect(ignored).toEqual([[SECRET], undefined]);
});
