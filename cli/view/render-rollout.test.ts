import { expect, it } from 'vitest';
import type { GateResult } from '../../rollout/index.ts';
import type { RolloutView } from '../../xds-server/rollouts/view.ts';
import { PLAIN as style } from '../output/style.ts';
import { renderRollout, rolloutLine } from './render-rollout.ts';
import { eventAt, viewAt } from './rollout-testing.ts';
import { durationText, exitCodeOfRollout, isDecided, rateText } from './rollout-text.ts';

const render = (view: RolloutView, events = 5) => renderRollout(view, { style, width: 80, events }).join('\n');

const GATES: readonly GateResult[] = [
  {
    gate: 'latencyP99',
    stratum: 'segment employees',
    outcome: 'not-enough-data',
    value: 0.031,
    low: -0.024,
    high: 0.21,
    atMost: 0.1,
    count: 900,
    more: 2_140,
  },
  {
    gate: 'errors',
    stratum: 'sample',
    outcome: 'not-enough-data',
    value: null,
    low: null,
    high: null,
    atMost: 0.002,
    count: 0,
    more: null,
  },
  {
    gate: 'differences',
    stratum: 'sample',
    outcome: 'pass',
    value: 0.000213,
    low: 0,
    high: 0.00084,
    atMost: 0.001,
    count: 8_123,
    more: 0,
  },
];

it('shows where it is, what it waits for, each gate with its figures, and who was exposed', () => {
  const view = viewAt(3, {
    waitingFor: ['6 min of the least time of a step', 'about 2,140 more requests in segment employees'],
    gates: GATES,
    checks: [
      { name: 'smoke', kind: 'webhook', outcome: 'pass', why: 'checks.internal answered 200', at: null },
      { name: 'queue', kind: 'prometheus', outcome: 'fail', why: 'prometheus:9090 has 12, where ...', at: null },
    ],
    users: [
      {
        stratum: 'segment employees',
        share: 1_000_000,
        primary: { requests: 0, failed: 0 },
        candidate: { requests: 1_203, failed: 2 },
      },
      {
        stratum: 'sample',
        share: 100_000,
        primary: { requests: 9_000, failed: 9 },
        candidate: { requests: 1_000, failed: 0 },
      },
    ],
    exposed: { total: { requests: 2_203, failed: 2 }, step: { requests: 1, failed: 0 } },
    delivered: { acked: 1, of: 2, waitingFor: 'edge-2 has not acknowledged' },
    events: [eventAt(1, { why: 'too old to be shown' }), eventAt(2), eventAt(3, { kind: 'pause', by: 'ada', why: '' })],
  });
  expect(render(view, 2)).toBe(`orders  running  canary 10% (step 4 of 5): canary employees 100% passed
  waiting: 6 min of the least time of a step
           about 2,140 more requests in segment employees
  4 min of at least 10 min in this step
  1 of 2 Envoys have these weights: edge-2 has not acknowledged
  started 12:00:00Z by ada, driven by cp-1

  #  step                   copies  users on the candidate
  1  mirror 25%                25%  -                              passed
  2  mirror 100%              100%  -                              passed
  3  canary employees 100%    100%  employees 100%                 passed
  4  canary 10%               100%  employees 100%, everyone 10%   now
  5  canary 100%              100%  employees 100%, everyone 100%

  gate         of             figure         surely  bound  counted  says
  latencyP99   employees       +3.1%  -2.4% to +21%   +10%      900  2,140 more
  errors       everyone else       ?                 +0.2%        0  many more
  differences  everyone else  0.021%   0% to 0.084%   0.1%    8,123  pass

  webhook smoke: pass: checks.internal answered 200
  prometheus queue: fail: prometheus:9090 has 12, where ...

  users          moved  primary  failed  candidate  failed
  employees       100%        0       -      1,203    0.2%
  everyone else    10%    9,000    0.1%      1,000    0.0%
  answered by the candidate: 2,203 requests, 2 failed; in this step 1 request, 0 failed

  12:00:02Z shadowplane: step, mirror 100%: mirror 25% passed
  12:00:03Z ada: pause, mirror 100%`);
});

it.each<[string, RolloutView, readonly string[]]>([
  [
    'without a plan',
    viewAt(-1, { status: 'none', plan: null, steps: [], why: '', startedAt: null }),
    ['orders  has no plan', '  give it one: mirrors.orders.rollout of the configuration'],
  ],
  [
    'before the start',
    viewAt(-1, { status: 'ready', why: '', startedAt: null, startedBy: null }),
    ['orders  not started', '  begin with: shadowplane rollout start'],
  ],
  [
    'where a person has to begin',
    viewAt(1, { status: 'awaiting-approval', why: 'a person must promote to canary 10%' }),
    ['orders  waits for a person  mirror 100% (step 2 of 5): a person must promote to canary 10%'],
  ],
  [
    'after it went back',
    viewAt(3, { status: 'rolled-back', why: 'gate "errors" in sample: 12%', drivenBy: null }),
    [
      'orders  rolled back  canary 10% (step 4 of 5): gate "errors" in sample: 12%',
      '  2 of 2 Envoys have these weights',
      '  started 12:00:00Z by ada',
      '',
      '  #  step                   copies  users on the candidate',
      '  1  mirror 25%                25%  -                              passed',
      '  2  mirror 100%              100%  -                              passed',
      '  3  canary employees 100%    100%  employees 100%                 passed',
      '  4  canary 10%               100%  employees 100%, everyone 10%   stopped here',
    ],
  ],
  [
    'driven by another',
    viewAt(0, { drivenBy: { id: 'cp-2', isThis: false }, delivered: { acked: 0, of: 0, waitingFor: null } }),
    [
      'orders  running  mirror 25% (step 1 of 5): started',
      '  4 min of at least 10 min in this step',
      '  no Envoy is connected',
      '  started 12:00:00Z by ada, driven by cp-2, not by who answers here',
    ],
  ],
])('%s', (_, view, lines) => {
  expect(renderRollout(view, { style, width: 80, events: 5 }).slice(0, lines.length)).toEqual(lines);
});

it('lets nothing of an answer steer the terminal', () => {
  const evil = '\u001b[2J';
  const view = viewAt(0, {
    mirror: evil,
    why: evil,
    waitingFor: [evil],
    checks: [{ name: evil, kind: 'webhook', outcome: 'pass', why: evil, at: null }],
    delivered: { acked: 0, of: 1, waitingFor: evil },
    events: [eventAt(1, { at: evil, by: evil, kind: evil, step: evil, why: evil })],
    startedBy: evil,
    drivenBy: { id: evil, isThis: true },
  });
  expect(render(view)).not.toContain('\u001b');
  expect(rolloutLine(view, style)).not.toContain('\u001b');
});

it.each<[RolloutView['status'], number, boolean]>([
  ['none', 4, true],
  ['ready', 4, true],
  ['running', 4, false],
  ['paused', 4, false],
  ['awaiting-approval', 4, false],
  ['passed', 0, true],
  ['finished', 0, true],
  ['rolled-back', 3, true],
  ['aborted', 3, true],
])('%s: exit code %i, decided: %s', (status, code, decided) => {
  expect(exitCodeOfRollout(viewAt(1, { status }))).toBe(code);
  expect(isDecided({ status })).toBe(decided);
});

it('is no success while a gate or a check fails, also in the pause that it brought about', () => {
  const failing = [{ ...GATES[0]!, outcome: 'fail' as const }];
  const refused = [{ name: 'a', kind: 'webhook', outcome: 'fail', why: '', at: null }] as const;
  expect(exitCodeOfRollout(viewAt(1, { status: 'paused', gates: failing }))).toBe(3);
  expect(exitCodeOfRollout(viewAt(1, { status: 'passed', checks: refused }))).toBe(3);
});

it('writes rates and times as people read them', () => {
  const rates = [0, 0.000213, 0.00094, 0.031, -0.024, 0.5, 1, 12.344];
  expect(rates.map(rateText)).toEqual(['0%', '0.021%', '0.094%', '3.1%', '-2.4%', '50%', '100%', '1234%']);
  expect([900, 119_000, 121_000, 7_300_000, 200_000_000].map(durationText)).toEqual([
    '1 s',
    '119 s',
    '3 min',
    '3 h',
    '3 d',
  ]);
});
