import { describe, expect, it } from 'vitest';
import { ShadowplaneError } from '../../errors/index.ts';
import type { RolloutPlan } from '../../rollout/plan.ts';
import { parsePolicy } from './parse-policy.ts';
import { parsePolicyFile } from './parse-policy-file.ts';
import { ordersDocument } from './testing.ts';

/** The mirror of the design (employees 100%, beta 50%, sample 5%) with a key per user. */
function documentWith(rollout: unknown, mirror: object = {}): unknown {
  const document = ordersDocument();
  const orders = { ...document.mirrors.orders, sticky: { cookie: 'user' }, rollout, ...mirror };
  return { ...document, mirrors: { orders } };
}

function planOf(rollout: unknown, mirror: object = {}): RolloutPlan {
  return parsePolicy(documentWith(rollout, mirror)).policy.mirrors[0]!.rollout!;
}

function problemsOf(rollout: unknown, mirror: object = {}): string[] {
  try {
    parsePolicy(documentWith(rollout, mirror));
  } catch (error) {
    if (error instanceof ShadowplaneError) return error.problems.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
  return [];
}

function warningsOf(rollout: unknown, mirror: object = {}): string[] {
  const { warnings } = parsePolicy(documentWith(rollout, mirror));
  return warnings.map(({ path, message }) => `${path.replace('mirrors.orders.rollout', '')}: ${message}`);
}

const USUAL = {
  differences: { atMost: 0.001, confidence: 0.95 },
  errors: { atMost: 0.002, confidence: 0.95 },
  latencyP99: { atMost: 0.1, confidence: 0.95 },
};

describe('a plan', () => {
  it('has defaults for all but its steps', () => {
    expect(planOf({ mirror: ['1%', '100%'] })).toEqual({
      mirror: [10_000, 1_000_000],
      canary: [],
      step: { atLeastMs: 600_000, pairs: 8_000 },
      gates: USUAL,
      checks: [],
      onFailure: 'rollback',
      approve: [],
    });
  });

  it('is read as it is written', () => {
    const plan = planOf({
      mirror: ['5%', '100%'],
      canary: { employees: ['100%'], beta: ['10%', '100%'], everyone: ['1%', '25%', '100%'] },
      step: { atLeast: '30s', pairs: 20_000 },
      gates: {
        differences: { atMost: '0.5%', confidence: '99%' },
        prometheus: {
          queue: { url: 'http://prometheus:9090', query: 'sum(queue_depth)', atMost: 100, every: '30s' },
          sold: { url: 'https://prometheus/p', query: 'sold', atLeast: 0.5 },
        },
        webhooks: { smoke: { url: 'https://checks.example/orders', timeout: '1m', failures: 1 } },
      },
      onFailure: 'pause',
      approve: ['canary', 'finish', 'canary'],
    });
    expect(plan).toEqual({
      mirror: [50_000, 1_000_000],
      canary: [
        { audience: 'employees', shares: [1_000_000] },
        { audience: 'beta', shares: [100_000, 1_000_000] },
        { audience: 'everyone', shares: [10_000, 250_000, 1_000_000] },
      ],
      step: { atLeastMs: 30_000, pairs: 20_000 },
      gates: { differences: { atMost: 0.005, confidence: 0.99 } },
      checks: [
        {
          kind: 'prometheus',
          name: 'queue',
          url: 'http://prometheus:9090',
          query: 'sum(queue_depth)',
          atMost: 100,
          intervalMs: 30_000,
          timeoutMs: 5_000,
          failures: 3,
        },
        {
          kind: 'prometheus',
          name: 'sold',
          url: 'https://prometheus/p',
          query: 'sold',
          atLeast: 0.5,
          intervalMs: 10_000,
          timeoutMs: 5_000,
          failures: 3,
        },
        {
          kind: 'webhook',
          name: 'smoke',
          url: 'https://checks.example/orders',
          intervalMs: 10_000,
          timeoutMs: 60_000,
          failures: 1,
        },
      ],
      onFailure: 'pause',
      approve: ['canary', 'finish'],
    });
  });

  it('takes a list of shares for everyone', () => {
    expect(planOf({ canary: ['1%', '100%'] }).canary).toEqual([{ audience: 'everyone', shares: [10_000, 1_000_000] }]);
  });

  it('has the gates that it names, with their defaults, and all of them when it names none', () => {
    expect(planOf({ mirror: ['100%'], gates: { errors: {} } }).gates).toEqual({ errors: USUAL.errors });
    expect(planOf({ mirror: ['100%'], gates: {} }).gates).toEqual({});
  });
});

const at = 'mirrors.orders.rollout';

it('can be a switch that asks nothing, and a step of a month', () => {
  const blueGreen = { canary: ['100%'], step: { atLeast: '0s', pairs: 0 }, gates: {} };
  expect(planOf(blueGreen)).toMatchObject({ step: { atLeastMs: 0, pairs: 0 }, gates: {} });
  expect(planOf({ mirror: ['5%'], step: { atLeast: '720h' } }).step.atLeastMs).toBe(30 * 86_400_000);
  expect(problemsOf({ mirror: ['5%'], step: { atLeast: '721h' } })).toEqual([expect.stringMatching(/0s to 720h$/)]);
});

describe('is refused', () => {
  it.each<[string, unknown, RegExp, object?]>([
    ['no step', { step: {} }, /^mirrors\.orders\.rollout: has no step: give it "mirror", "canary" or both$/],
    ['a share that does not grow', { mirror: ['5%', '5%'] }, /mirror\.1: 5% is not more than the 5% before it$/],
    ['a first share of nobody', { canary: ['0%', '5%'] }, /canary\.0: 0% is nobody; begin with more$/],
    ['a share that shrinks', { canary: { beta: ['50%', '10%'] } }, /canary\.beta\.1: 10% is not more than the 50%/],
    ['an empty list', { mirror: [] }, /mirror: must not be empty$/],
    ['an audience that is misspelt', { canary: { employes: ['5%'] } }, /"employes" is no segment.*"employees"\?$/],
    [
      'a segment of others',
      { canary: { eu: ['5%'] } },
      /"eu" is no segment of mirror "orders"; it has employees, beta/,
    ],
    ['everyone before others', { canary: { everyone: ['5%'], beta: ['5%'] } }, /everyone: .*can only stand last$/],
    ['canary as text', { canary: '5%' }, /canary: must be a list or a map of keys and values, not "5%"$/],
    ['an unknown key', { mirror: ['5%'], gate: {} }, /there is no key "gate" here; did you mean "gates"\?$/],
    ['no confidence', { mirror: ['5%'], gates: { errors: { confidence: '100%' } } }, /confidence: "100%" is out of/],
    [
      'a bound that no such number of pairs can show',
      { mirror: ['100%'], step: { pairs: 3_838 } },
      /step\.pairs: an upper bound of 0\.1% at 95% that may be looked at any number of times needs at least 4\d\d\d pairs/,
    ],
    [
      'a tight bound with the default pairs',
      { mirror: ['5%'], gates: { differences: { atMost: '0.01%' } } },
      /pairs: an/,
    ],
    [
      'pairs of a mirror that copies nothing',
      { canary: ['5%'] },
      /pairs: no pair ever comes/,
      { sample: '0%', segments: {} },
    ],
    [
      'a gate of pairs for an audience of which nothing is copied',
      { canary: { beta: ['100%'] } },
      /canary\.beta: moves segment "beta", of which 0% is copied: the gate "differences" would wait/,
      { segments: { employees: '100%', beta: '0%' } },
    ],
    [
      'the same, moved with everyone',
      { mirror: ['100%'], canary: { employees: ['1%'], everyone: ['100%'] } },
      /canary\.everyone: moves segment "beta", of which 0%/,
      { segments: { employees: '100%', beta: '0%' } },
    ],
    [
      'the same of who is in no segment',
      { canary: ['5%'] },
      /moves who is in no segment, of whom 0%/,
      { sample: '0%' },
    ],
    ['a query without bound', query({}), /gates\.prometheus\.a: needs exactly one of atMost, atLeast$/],
    ['a query with two', query({ atMost: 1, atLeast: 0 }), /gates\.prometheus\.a: needs exactly one/],
    ['another scheme', query({ atMost: 1, url: 'ftp://x/y' }), /url: "ftp:\/\/x\/y" is no address that begins with/],
    ['no scheme', query({ atMost: 1, url: 'prometheus:9090' }), /did you mean "http:\/\/prometheus:9090"\?$/],
    ['a fragment', query({ atMost: 1, url: 'http://x/#a' }), /what follows # never reaches a server/],
    ['a flood of questions', query({ atMost: 1, every: '1ms' }), /every: "1ms" is out of range: 100ms to 24h$/],
    [
      'one name for two checks',
      { mirror: ['5%'], gates: { ...query({ atMost: 1 }).gates, webhooks: { a: { url: 'http://x' } } } },
      /webhooks\.a: "a" is the name of a query, too/,
    ],
  ])('%s', (_, rollout, problem, mirror = {}) => {
    const problems = problemsOf(rollout, mirror);
    expect(problems).toEqual([expect.stringMatching(problem)]);
    expect(problems[0]).toMatch(new RegExp(`^${at.replaceAll('.', '\\.')}`));
  });

  it.each([
    'http://ann:s3cret@prometheus:9090',
    'http://s3cret@prometheus',
    'ann:s3cret@prometheus:9090',
    'HTTPS://ann:s3cret@[::1]/',
  ])('a password in an address, which is not repeated: %s', (url) => {
    const [problem] = problemsOf(query({ atMost: 1, url }));
    expect(problem).toContain('carries a user or password');
    expect(problem).not.toContain('s3cret');
  });

  it('a segment that is called as all users are', () => {
    const document = documentWith({ mirror: ['5%'] }, { segments: { everyone: '5%' } }) as Record<string, unknown>;
    document.segments = { everyone: { path: true, prefix: '/' } };
    expect(() => parsePolicy(document)).toThrow('a segment is called "everyone"');
  });

  it('once: what follows from a refused part is not told', () => {
    expect(problemsOf({ mirror: ['5'], canary: { nobody: ['5%'] }, step: { pairs: 3 } })).toHaveLength(2);
    expect(problemsOf({ canary: { beta: ['5%'] } }, { segments: { beta: '5' } })).toEqual([
      expect.stringMatching(/^mirrors\.orders\.segments\.beta: /),
    ]);
  });

  it('with the place in a file', () => {
    const text = JSON.stringify(documentWith({ mirror: ['5%'], step: { pairs: 3 } }), null, 1);
    const line = 1 + text.split('\n').findIndex((each) => each.includes('"pairs"'));
    expect(() => parsePolicyFile(text, 'f.yaml')).toThrow(`f.yaml:${line}:`);
  });
});

function query(fields: object) {
  return { mirror: ['100%'], gates: { prometheus: { a: { url: 'http://prometheus', query: 'up', ...fields } } } };
}

describe('is warned of', () => {
  it('nothing where all is as usual', () => {
    expect(warningsOf({ mirror: ['1%', '100%'], canary: ['1%', '100%'], approve: ['canary'] })).toEqual([]);
  });

  it.each<[string, unknown, RegExp, object?]>([
    ['no copies before users', { canary: ['100%'] }, /^\.canary: moves users before any copy was compared/],
    [
      'users rolled one by one',
      { mirror: ['100%'], canary: ['1%'] },
      /^\.canary: a user's requests are rolled one by one/,
      { sticky: undefined },
    ],
    ['no gates', { mirror: ['100%'], gates: {} }, /^\.gates: no gate looks at the answers: nothing but time/],
    ['only others', query({ atMost: 1 }), /^\.gates: no gate looks at the answers: what others say decides/],
    [
      'users whose failures are seen by no gate',
      { mirror: ['5%'], canary: ['100%'], gates: { differences: {} } },
      /^\.gates: no gate looks at failures of users: a request that the shadow does not answer makes no pair; add "errors"$/,
    ],
    ['an approval of nothing', { mirror: ['100%'], approve: ['canary'] }, /^\.approve: names "canary"/],
    [
      'a secret in a query',
      { mirror: ['100%'], gates: { errors: {}, webhooks: { a: { url: 'http://x/?Api_Key=s3cret' } } } },
      /^\.gates\.webhooks\.a\.url: seems to carry a secret/,
    ],
  ])('%s', (_, rollout, warning, mirror = {}) => {
    expect(warningsOf(rollout, mirror)).toEqual([expect.stringMatching(warning)]);
  });

  it('but not where one switch moves everyone', () => {
    expect(warningsOf({ mirror: ['100%'], canary: ['100%'] }, { sticky: undefined })).toEqual([]);
  });
});
