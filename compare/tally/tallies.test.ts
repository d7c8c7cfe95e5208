import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Stratum } from '../ingest/index.ts';
import { type Compared, differenceKey, OTHER_ENDPOINTS, OTHER_SEGMENTS, Tallies } from './index.ts';
import { aCompared, aSample } from './testing.ts';

const current = (tallies: Tallies) => tallies.mirror('orders')!.epochs.current!;
const strataOf = (tallies: Tallies, endpoint = 'GET /') => [
  ...current(tallies).endpoints.get(endpoint)!.strata.values(),
];

describe('counts', () => {
  it('a difference that the control shows too is noise, by path and kind', () => {
    const tallies = new Tallies();
    const [value, missing] = [differenceKey('value', '/a'), differenceKey('missing', '/a')];
    tallies.count(aCompared({ candidate: [value], control: [value] }));
    tallies.count(aCompared({ candidate: [value, missing], control: [value] }));
    tallies.count(aCompared({ candidate: [value], control: [missing] }));
    tallies.count(aCompared({ candidate: [], control: [missing] }));
    tallies.count(aCompared({ candidate: [], control: [] }));
    const [counts] = strataOf(tallies);
    expect(counts).toMatchObject({ pairs: 5, candidateMismatched: 2, controlMismatched: 2, bothMismatched: 1 });
    expect(counts!.fields.get(value)).toMatchObject({
      kind: 'value',
      path: '/a',
      counts: { candidateOnly: 1, controlOnly: 0, both: 2 },
    });
    expect(counts!.fields.get(missing)).toMatchObject({ counts: { candidateOnly: 1, controlOnly: 2, both: 0 } });
  });

  it('segments, the sample, and pairs without a control are never pooled', () => {
    const tallies = new Tallies();
    const employees: Stratum = { reason: 'segment', segment: 'employees' };
    for (const stratum of [employees, { reason: 'sample' } as const]) {
      tallies.count(aCompared({ stratum }));
      tallies.count(aCompared({ stratum, control: [] }));
    }
    expect(strataOf(tallies).map(({ stratum, controlled, pairs }) => [stratum.segment, controlled, pairs])).toEqual([
      ['employees', false, 1],
      ['employees', true, 1],
      [undefined, false, 1],
      [undefined, true, 1],
    ]);
  });

  it('errors and latencies of every arm; the arms of a pair stay together', () => {
    const tallies = new Tallies({ limits: { latencies: 10 } });
    for (let index = 0; index < 1_000; index += 1) {
      const primaryArm = { status: 404, headersMs: index, lastByteMs: index + 1 };
      tallies.count(aCompared({ primaryArm, candidateArm: { status: 503, headersMs: index * 2, lastByteMs: 0 } }));
    }
    const [counts] = strataOf(tallies);
    expect(counts).toMatchObject({
      primary: { clientErrors: 1_000, serverErrors: 0 },
      candidate: { clientErrors: 0, serverErrors: 1_000 },
    });
    const [primary, candidate] = [
      counts!.latencies('primary', 'headersMs'),
      counts!.latencies('candidate', 'headersMs'),
    ];
    expect(primary).toHaveLength(10);
    expect(candidate).toEqual(primary.map((value) => value * 2));
    expect(new Set(primary).size).toBe(10);
  });

  it('what an endpoint is called changes: counts of those that became one are added up', () => {
    const tallies = new Tallies();
    for (const name of ['a', 'b', 'c']) {
      tallies.count(aCompared({ endpoint: `GET /${name}`, candidate: ['value /x', `value /${name}`], atMs: 5 }));
    }
    tallies.renameEndpoints('orders', (name) => (name === 'GET /c' ? name : 'GET /{id}'));
    expect([...current(tallies).endpoints.keys()].sort()).toEqual(['GET /c', 'GET /{id}']);
    const [counts] = strataOf(tallies, 'GET /{id}');
    expect(counts).toMatchObject({ pairs: 2, candidateMismatched: 2 });
    expect(counts!.latencies('primary', 'lastByteMs')).toHaveLength(2);
    expect(
      [...counts!.fields].map(
        ([
          key,
          {
            counts: { candidateOnly },
          },
        ]) => [key, candidateOnly],
      ),
    ).toEqual([
      ['value /x', 2],
      ['value /a', 1],
      ['value /b', 1],
    ]);
    expect(tallies.sampleIds(counts!.fields.get('value /x')!)).toHaveLength(2);
    // Of pairs counted one endpoint after the other nothing says where among all of them a difference was.
    for (const { counts: field } of counts!.fields.values()) expect(field.lastStretch).toBe(-1);
    tallies.count(aCompared({ endpoint: 'GET /{id}', candidate: ['value /a'] }));
    expect(counts!.fields.get('value /a')!.counts).toMatchObject({
      candidateOnly: 2,
      candidateSpells: 2,
      lastStretch: 2,
    });
  });
});

describe('epochs', () => {
  const versions = (tallies: Tallies) =>
    tallies.mirror('orders')!.epochs.all.map(({ version, begunBy, compared }) => [version, begunBy, compared]);
  const count = (tallies: Tallies, version: string | undefined, atMs: number) =>
    tallies.count(aCompared({ atMs, ...(version !== undefined && { version }) }));

  it('a new version begins one; answers without a version are of the current one', () => {
    const tallies = new Tallies();
    count(tallies, undefined, 0);
    count(tallies, 'v1', 1);
    count(tallies, undefined, 2);
    count(tallies, 'v2', 3);
    expect(versions(tallies)).toEqual([
      [undefined, 'first', 1],
      ['v1', 'version', 2],
      ['v2', 'version', 1],
    ]);
  });

  it('during a rollout both versions answer; a rollback begins a new one', () => {
    const tallies = new Tallies();
    for (const [version, atMs] of [
      ['v1', 0],
      ['v2', 1],
      ['v1', 2],
      ['v2', 3],
    ] as const)
      count(tallies, version, atMs);
    expect(versions(tallies)).toEqual([
      ['v1', 'first', 2],
      ['v2', 'version', 2],
    ]);
    count(tallies, 'v1', 60_003);
    expect(versions(tallies).at(-1)).toEqual(['v1', 'version', 1]);
  });

  it('a person begins one; requests of before still count in the one before', () => {
    const tallies = new Tallies();
    count(tallies, 'v1', 0);
    tallies.beginEpoch('orders', 10);
    count(tallies, 'v1', 9);
    count(tallies, 'v1', 10);
    expect(versions(tallies)).toEqual([
      ['v1', 'first', 2],
      ['v1', 'person', 1],
    ]);
  });

  it('the oldest goes when there are too many, with its samples', () => {
    const tallies = new Tallies({ limits: { epochs: 2 } });
    for (const version of ['v1', 'v2', 'v3']) {
      tallies.count(aCompared({ version, candidate: ['value /a'], sample: aSample(version) }));
    }
    expect(versions(tallies).map(([version]) => version)).toEqual(['v2', 'v3']);
    expect(tallies.mirror('orders')).toMatchObject({ compared: 3, epochsDropped: 1 });
    expect(tallies.sample('v1')).toBeUndefined();
    expect(tallies.sample('v2')).toBeDefined();
    tallies.forget('orders');
    expect(tallies.sampleStats()).toEqual({ bytes: 0, evicted: 0 });
  });
});

describe('samples', () => {
  it('keep the first, the latest and the most different of a group', () => {
    const tallies = new Tallies({ limits: { samples: 5 } });
    for (let index = 0; index < 30; index += 1) {
      const others = Array.from({ length: index % 10 }, (_, other) => `value /other${other}`);
      tallies.count(aCompared({ candidate: ['value /a', ...others], sample: aSample(`e${index}`) }));
    }
    const [counts] = strataOf(tallies);
    expect(tallies.sampleIds(counts!.fields.get('value /a')!)).toEqual(['e0', 'e9', 'e19', 'e29', 'e28']);
  });

  it('of noise one is enough', () => {
    const tallies = new Tallies();
    for (let index = 0; index < 5; index += 1)
      tallies.count(aCompared({ candidate: ['value /at'], control: ['value /at'] }));
    expect(tallies.sampleIds(strataOf(tallies)[0]!.fields.get('value /at')!)).toHaveLength(1);
  });

  it('stay within their bytes; the first of a group goes last', () => {
    const tallies = new Tallies({ limits: { sampleBytes: 350 } });
    for (let index = 0; index < 9; index += 1) {
      tallies.count(aCompared({ candidate: ['value /a'], sample: aSample(`e${index}`) }));
    }
    expect(tallies.sampleIds(strataOf(tallies)[0]!.fields.get('value /a')!)).toEqual(['e0', 'e7', 'e8']);
    expect(tallies.sampleStats()).toEqual({ bytes: 300, evicted: 6 });
  });
});

describe('bounds', () => {
  it('what is beyond is pooled and counted', () => {
    const tallies = new Tallies({ limits: { mirrors: 1, endpoints: 3, strata: 6, fields: 2 } });
    for (const endpoint of ['a', 'b', 'c', 'd']) tallies.count(aCompared({ endpoint }));
    expect([...current(tallies).endpoints.keys()]).toEqual(['a', 'b', OTHER_ENDPOINTS]);
    for (const segment of ['s', 't', 'u'])
      tallies.count(aCompared({ endpoint: 'a', stratum: { reason: 'segment', segment } }));
    expect(strataOf(tallies, 'a').map(({ stratum }) => stratum.segment)).toEqual([undefined, 's', OTHER_SEGMENTS]);
    expect(current(tallies).pooledPairs).toBe(4);
    tallies.count(aCompared({ endpoint: 'a', candidate: ['value /a', 'value /b', 'value /c'] }));
    expect(strataOf(tallies, 'a')[0]).toMatchObject({ candidateMismatched: 1, beyondFields: 1 });
    tallies.count(aCompared({ mirror: 'second' }));
    tallies.countLost({ mirror: 'third', cause: 'cut' });
    expect(tallies.beyondMirrors).toBe(2);
  });

  it('hold for any traffic, and no pair is lost', () => {
    const name = fc.oneof(fc.nat(2), fc.nat(12)).map(String);
    const keys = fc.uniqueArray(
      name.map((path) => `value /${path}`),
      { maxLength: 6 },
    );
    const compared: fc.Arbitrary<Partial<Compared>> = fc.record(
      {
        endpoint: name,
        stratum: name.map((segment): Stratum => ({ reason: 'segment', segment })),
        version: fc.nat(6).map(String),
        candidate: keys,
        control: keys,
        atMs: fc.nat(200_000),
      },
      { requiredKeys: [] },
    );
    const limits = { epochs: 3, endpoints: 4, strata: 7, fields: 5, fieldsOfEpoch: 12, samples: 4, sampleBytes: 1_000 };
    fc.assert(
      fc.property(fc.array(fc.tuple(compared, fc.nat(6)), { maxLength: 150 }), (all) => {
        const tallies = new Tallies({ limits });
        for (const [fields, rename] of all) {
          tallies.count(aCompared(fields));
          if (rename === 0) tallies.renameEndpoints('orders', (endpoint) => (endpoint < '5' ? 'low' : endpoint));
        }
        const epochs = tallies.mirror('orders')?.epochs.all ?? [];
        expect(epochs.length).toBeLessThanOrEqual(3);
        for (const epoch of epochs) {
          const strata = [...epoch.endpoints.values()].flatMap((endpoint) => [...endpoint.strata.values()]);
          const fields = strata.flatMap((counts) => [...counts.fields.values()]);
          expect(epoch.endpoints.size).toBeLessThanOrEqual(4);
          expect(fields.length).toBeLessThanOrEqual(12);
          expect(epoch.room.fields).toBe(12 - fields.length);
          expect(strata.reduce((sum, { pairs }) => sum + pairs, 0)).toBe(epoch.compared);
          for (const field of fields) expect(tallies.sampleIds(field).length).toBeLessThanOrEqual(4);
        }
        expect(tallies.mirror('orders')?.compared ?? 0).toBe(all.length);
        expect(tallies.sampleStats().bytes).toBeLessThanOrEqual(1_000);
        tallies.forget('orders');
        expect(tallies.sampleStats().bytes).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});
