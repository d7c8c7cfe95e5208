/**
 * The rollout on the page: where it is and why, what can be done about it, and the way back; and what Mirror health says of
 * brake and filter. The control plane answers for the policy; what it says of the rollout is played here, so that every
 * moment of one can be looked at.
 */
import type { Page, Route } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { PLAN, viewAt } from '../../ui/screens/rollout/testing.ts';
import { share } from '../../xds-server/rollouts/testing-view.ts';
import type { RolloutView } from '../../xds-server/rollouts/view.ts';
import { eventually, httpJson } from '../support/index.ts';
import { keepScreenshot, overflowOf } from './chromium.ts';
import { startControlPlaneSite } from './control-plane.ts';
import { chromium, pagesOf } from './harness.ts';

const HOME = '/mirrors/orders';
/** Where a page is before what it asks for is played. */
const BEFORE = `${HOME}/history`;

const pages = pagesOf(() =>
  startControlPlaneSite({
    segments: { employees: { header: 'x-group', equals: 'employees' }, beta: { cookie: 'plan', equals: 'beta' } },
    mirror: {
      segments: { employees: '100%', beta: '50%' },
      rollout: {
        canary: { employees: ['10%', '100%'], beta: ['50%', '100%'], everyone: ['1%', '5%', '25%', '50%', '100%'] },
      },
    },
  }),
);

type Gate = RolloutView['gates'][number];

function gate(gate: Gate['gate'], stratum: string, more: Partial<Gate>): Gate {
  const atMost = PLAN.gates[gate]!.atMost;
  return { gate, stratum, outcome: 'pass', value: 0, low: 0, high: atMost / 2, atMost, count: 6_200, more: 0, ...more };
}

const GATES: readonly Gate[] = [
  gate('differences', 'sample', { outcome: 'not-enough-data', high: 0.0016, value: 0.0002, count: 2_912, more: 3_480 }),
  gate('errors', 'segment employees', {
    outcome: 'not-enough-data',
    value: 0.0004,
    low: -0.002,
    high: 0.0031,
    more: 900,
  }),
  gate('latencyP99', 'sample', { outcome: 'not-enough-data', value: 0.03, low: -0.04, high: null, more: null }),
  gate('latencyP99', 'segment employees', { value: -0.02, low: -0.06, high: 0.04 }),
  gate('differences', 'segment employees', {}),
  gate('errors', 'sample', { value: -0.0001, low: -0.0009, high: 0.0006 }),
];

const event = (minute: number, kind: string, step: string, by = 'shadowplane', why = '') => ({
  at: new Date(Date.now() - (90 - minute) * 60_000).toISOString(),
  ...{ kind, step, by, why, status: 'running' as const, weights: viewAt(0).weights },
});

const EVENTS = [
  event(0, 'start', 'mirror 1%', 'ann', 'started'),
  event(10, 'step', 'mirror 5%', 'shadowplane', 'mirror 1% passed'),
  event(21, 'step', 'mirror 25%', 'shadowplane', 'mirror 5% passed'),
  event(34, 'step', 'mirror 100%', 'shadowplane', 'mirror 25% passed'),
  event(55, 'promote', 'canary employees 10%', 'ben', 'promote by ben'),
  event(70, 'step', 'canary employees 100%', 'shadowplane', 'canary employees 10% passed'),
];

const USERS = [
  {
    stratum: 'segment employees',
    share: share(100),
    primary: { requests: 0, failed: 0 },
    candidate: { requests: 1_204, failed: 3 },
  },
  {
    stratum: 'sample',
    share: share(0),
    primary: { requests: 48_120, failed: 12 },
    candidate: { requests: 0, failed: 0 },
  },
];

const UNDER_WAY = viewAt(5, {
  gates: GATES,
  users: USERS,
  events: EVENTS,
  checks: [
    { name: 'checkout', kind: 'prometheus', outcome: 'pass', why: '0.4, at most 1', at: new Date().toISOString() },
    { name: 'approval-bot', kind: 'webhook', outcome: 'not-enough-data', why: 'no answer within 5 s', at: null },
  ],
  waitingFor: [
    '6 min of the least time of a step',
    'about 3,480 more pairs in sample for the gate "differences"',
    'many more requests in sample for the gate "latencyP99"',
  ],
  exposed: { total: { requests: 1_290, failed: 3 }, step: { requests: 1_204, failed: 3 } },
});

const WHY =
  'gate "differences" in segment employees: 0.42%, surely more than 0.31%, where at most 0.1% is allowed: /total at POST /api/orders; /gift/message at GET /api/orders/{id}';

const ROLLED_BACK: RolloutView = {
  ...UNDER_WAY,
  status: 'rolled-back',
  why: WHY,
  weights: { copies: 'as-configured', users: {} },
  gates: [
    gate('differences', 'segment employees', { outcome: 'fail', value: 0.0042, low: 0.0031, high: 0.0061 }),
    ...GATES.filter(({ gate, stratum }) => gate !== 'differences' || stratum === 'sample'),
  ],
  waitingFor: [],
  exposed: { total: { requests: 1_290, failed: 9 }, step: { requests: 1_204, failed: 9 } },
  events: [...EVENTS, event(80, 'failed', 'canary employees 100%', 'shadowplane', WHY)],
};

const READY = viewAt(-1, { status: 'ready', step: null, startedAt: null, startedBy: null, drivenBy: null, why: '' });

interface Stage {
  view: RolloutView;
  /** What was asked for, with what was sent. */
  readonly asked: string[];
  /** Next answer to something asked for; else what `view` is then. */
  onAsked: (action: string, body: unknown) => object | undefined;
}

/** Opens a path with a rollout that is played. */
async function openWith(path: string, view: RolloutView, headers: Record<string, string> = {}) {
  const page = await pages.open(BEFORE);
  const stage = await play(page, view, headers);
  await page.goto(pages.site.url + path);
  return { page, stage };
}

async function play(page: Page, view: RolloutView, headers: Record<string, string> = {}): Promise<Stage> {
  const stage: Stage = { view, asked: [], onAsked: () => undefined };
  await page.route(
    (url) => /\/mirrors\/orders\/rollout(\/|$)/.test(url.pathname) && url.pathname.startsWith('/api/'),
    async (route: Route) => {
      const request = route.request();
      if (request.method() === 'GET') return route.fulfill({ json: stage.view, headers });
      const action = new URL(request.url()).pathname.split('/').at(-1)!;
      const body = request.postDataJSON() as { dryRun?: boolean } | null;
      stage.asked.push(body?.dryRun ? `${action}?` : action);
      return route.fulfill({ json: stage.onAsked(action, body) ?? stage.view });
    },
  );
  return stage;
}

/** Wide and narrow, without opening it again. */
async function keepBoth(page: Page, name: string): Promise<void> {
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 900 });
    expect(await overflowOf(page), `${name} at ${width}`).toBe(0);
    await keepScreenshot(page, `${name}-${width}`);
  }
}

const status = (page: Page) => page.locator('.action-where');
const button = (page: Page, name: string) => page.getByRole('toolbar').getByRole('button', { name, exact: true });

describe.skipIf(!chromium)('a rollout of the control plane itself', () => {
  it('is started, paused, resumed and taken back from here, and what others do shows by itself', async () => {
    const page = await pages.open(`${HOME}/rollout`);
    const dialog = page.getByRole('dialog');
    await button(page, 'Start…').click();
    await dialog.getByText('9 steps, at least 1 h 30 min in all').waitFor();
    await dialog.getByRole('button', { name: 'Start', exact: true }).click();
    await status(page).getByText('under way').waitFor();
    await page.locator('.plan-step[aria-current=step]', { hasText: 'canary employees 10%' }).waitFor();
    await button(page, 'Pause').click();
    await button(page, 'Resume').click();
    await button(page, 'Pause').waitFor();
    await httpJson('POST', `${pages.site.url}/api/v1${HOME}/rollout/promote`);
    await page.locator('.plan-step[aria-current=step]', { hasText: 'canary employees 100%' }).waitFor();
    await button(page, 'Roll back…').press('Enter');
    await dialog.getByText('at every Envoy at once').waitFor();
    await page.keyboard.press('Enter');
    await status(page).getByText('rolled back').waitFor();
    expect(await page.locator('.rollout-event').count()).toBe(5);
    expect(await page.locator('.rollout-event').first().textContent()).toMatch(/rolled back\s*by this page/);
    await button(page, 'Start again…').waitFor();
  });
});

describe.skipIf(!chromium)('a rollout under way', () => {
  it('says where it is and why, and goes back with keys alone, from wherever one reads', async () => {
    const { page, stage } = await openWith(HOME, UNDER_WAY);
    // Every screen says in its head that users are being moved; the overview says why, too.
    await page.getByRole('region', { name: 'Rollout' }).getByText('canary employees 10% passed').waitFor();
    await keepScreenshot(page, 'rollout-overview');
    await page.locator('.mirror-head').getByRole('link', { name: 'canary employees 100%, step 6 of 13' }).click();
    await status(page).getByText('under way').waitFor();
    const text = async (selector: string) => ((await page.locator(selector).textContent()) ?? '').replace(/\s+/g, ' ');
    expect(await text('.rollout-sentence')).toBe('Canary employees 100%, step 6 of 13: canary employees 10% passed.');
    expect(await page.locator('.plan-step').count()).toBe(13);
    expect(await text('.plan-step[aria-current=step]')).toMatch(/6now:canary employees 100%/);
    const row = page.locator('tr', { hasText: 'pairs beyond noise' }).filter({ hasText: 'sample' });
    expect(((await row.textContent()) ?? '').replace(/\s+/g, ' ')).toMatch(/not enough data.*≈ 3,480 more pairs/);

    // New figures arrive without taking the place: neither what is scrolled to nor what has the focus.
    await page.locator('.rollout-event').last().scrollIntoViewIfNeeded();
    const back = button(page, 'Roll back…');
    await back.focus();
    const scrolled = await page.evaluate('scrollY');
    expect(scrolled).toBeGreaterThan(100);
    stage.view = { ...UNDER_WAY, events: [...EVENTS, event(85, 'pause', 'canary employees 100%', 'eve', 'lunch')] };
    await page.getByText('lunch').waitFor();
    expect(await page.evaluate('scrollY')).toBe(scrolled);
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Roll back…');
    expect(await page.evaluate('document.activeElement.getBoundingClientRect().top')).toBeGreaterThanOrEqual(0);

    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText('100% of employees').waitFor();
    await keepScreenshot(page, 'rollout-confirm');
    expect(stage.asked).toEqual([]);
    stage.onAsked = () => {
      stage.view = ROLLED_BACK;
      return stage.view;
    };
    await page.keyboard.press('Enter');
    await status(page).getByText('rolled back').waitFor();
    expect(stage.asked).toEqual(['rollback']);
    expect(await text('.exposed')).toMatch(/1,204 users' requests were answered by v2.*9 failed/);
    expect(await page.locator('.plan-step.is-stopped').count()).toBe(1);
    await keepBoth(page, 'rollout-back');
  });

  it('does not do what cannot be, and says why; pauses at once, and asks before it goes on without the gates', async () => {
    const { page, stage } = await openWith(`${HOME}/rollout`, UNDER_WAY);
    await button(page, 'Finish…').press('Enter');
    await page.getByText('Only when every step has passed').waitFor();
    expect(await button(page, 'Finish…').getAttribute('aria-disabled')).toBe('true');
    stage.onAsked = () => {
      stage.view = { ...UNDER_WAY, status: 'paused', why: 'pause by page' };
      return undefined;
    };
    await button(page, 'Pause').click();
    await button(page, 'Resume').waitFor();
    stage.onAsked = () => undefined;
    await button(page, 'Promote…').press('Enter');
    await page.getByRole('dialog').getByText('3 of 6 gates of this step have not passed').waitFor();
    // What is done first by chance is nothing.
    await page.keyboard.press('Enter');
    expect(stage.asked).toEqual(['pause']);

    stage.view = { ...viewAt(12), status: 'passed', why: 'canary 100% passed, the last step' };
    await page.getByText('every step passed').first().waitFor();
    stage.onAsked = (_, body) =>
      body === null
        ? undefined
        : { revision: 1, differences: [{ path: 'mirrors.orders.primary', before: 'v1', after: 'v2' }] };
    await button(page, 'Finish…').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('primary', { exact: true }).waitFor();
    expect(((await dialog.locator('.changes').textContent()) ?? '').replace(/\s+/g, ' ')).toMatch(/v1 →\s?becomes v2/);
    await dialog.getByRole('button', { name: 'Finish' }).click();
    await eventually(() => stage.asked.at(-1) === 'finish');
    expect(stage.asked).toEqual(['pause', 'finish?', 'finish']);
  });

  it('shows the steps before it starts them, and offers nothing to who may only read', async () => {
    const { page, stage } = await openWith(`${HOME}/rollout`, READY);
    await button(page, 'Start…').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('13 steps, at least 2 h 10 min in all').waitFor();
    expect(await dialog.locator('.plan-step').count()).toBe(13);
    await keepBoth(page, 'rollout-start');
    stage.onAsked = () => {
      stage.view = UNDER_WAY;
      return undefined;
    };
    await dialog.getByRole('button', { name: 'Start', exact: true }).click();
    await status(page).getByText('under way').waitFor();
    expect(stage.asked).toEqual(['start?', 'start']);

    const reader = await openWith(`${HOME}/rollout`, UNDER_WAY, { 'x-shadowplane-role': 'read' });
    await reader.page.getByText('Your token may read this').waitFor();
    expect(await reader.page.getByRole('toolbar').count()).toBe(0);
  });

  it('shows a plan to begin with where there is none, with the segments of the mirror', async () => {
    const { page } = await openWith(`${HOME}/rollout`, viewAt(-1, { status: 'none', steps: [], plan: null }));
    await page.getByText('has no plan for a rollout yet').waitFor();
    expect(await page.locator('pre.yaml').textContent()).toMatch(
      /orders:\n {4}rollout:[\s\S]*employees: \[[\s\S]*beta: \[/,
    );
    await keepBoth(page, 'rollout-none');
  });

  it('fits, wide and narrow, light and dark', () =>
    pages.expectToFit('rollout', BEFORE, async (page) => {
      await play(page, UNDER_WAY);
      await page.goto(`${pages.site.url}${HOME}/rollout`);
      await page.locator('.plan-step').first().waitFor();
    }));
});

describe.skipIf(!chromium)('brake and filter', () => {
  const at = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString();
  const arm = (requests: number, errors: number, p99Ms: number) => ({ requests, errors, p99Ms });
  const brake = () => ({
    ...{ mirror: 'orders', state: 'on', since: at(-40), releaseAt: at(260), stops: 2, memoryBytes: 212 * 2 ** 20 },
    reason: 'orders/sample: the 99th percentile of requests that are copied is 61 ms, of others like them 22 ms',
    bounds: { latencyIncrease: 0.2, errorIncrease: 0.005, memoryBytes: 512 * 2 ** 20, calmMs: 150_000 },
    measured: [
      { decision: 'orders/sample', copied: arm(1_204, 2, 61), others: arm(20_102, 31, 22), from: 'now' },
      { decision: 'orders/segment/employees', copied: arm(90, 0, 20), others: arm(0, 0, 0), from: null },
    ],
  });
  const machines = () => [
    { role: 'primary', state: 'running', deadSince: null, reviveAt: null, deaths: 0, revivals: 0, last: null },
    {
      ...{ role: 'shadow', state: 'off', deadSince: at(-300), reviveAt: null, deaths: 5, revivals: 4 },
      last: { at: at(-300), nodes: ['edge-1'], reason: 'copies arrive, and nothing is captured of them' },
    },
  ];

  it('show why copies have stopped and what died, and are released and made anew from there', async () => {
    const asked: string[] = [];
    const answer = (json: () => object) => async (route: Route) => {
      const request = route.request();
      if (request.method() === 'POST') asked.push(`${new URL(request.url()).pathname} ${request.postData() ?? ''}`);
      await route.fulfill({ json: json() });
    };
    const page = await pages.open(BEFORE);
    await play(page, READY);
    await page.route(/\/api\/v1\/mirrors\/orders\/brake/, answer(brake));
    await page.route(
      /\/api\/v1\/filter/,
      answer(() => ({ items: machines() })),
    );
    await page.goto(`${pages.site.url}${HOME}/health`);
    const panel = page.getByRole('region', { name: 'Brake' });
    await panel.getByText('nothing is copied').waitFor();
    expect(((await panel.textContent()) ?? '').replace(/\s+/g, ' ')).toMatch(/Tried again in \d+ min.*61 ms/);
    await panel.getByRole('button', { name: 'Release now' }).click();
    await eventually(() => asked.length === 1);
    await page.getByRole('button', { name: 'Make the shadow machines anew' }).press('Enter');
    await eventually(() => asked.length === 2);
    await keepBoth(page, 'health-brake');
    expect(asked).toEqual(['/api/v1/mirrors/orders/brake/release ', '/api/v1/filter/revive {"role":"shadow"}']);
  });
});

describe.skipIf(!chromium)('a rollout that has passed its last step', () => {
  it('shows what finishing writes into the policy, writes it, and says what is left to do', async () => {
    const rollout = `${pages.site.url}/api/v1${HOME}/rollout`;
    let { status: now } = await httpJson('POST', `${rollout}/start`);
    for (let step = 0; step < 20 && now !== 'passed'; step += 1) {
      ({ status: now } = await httpJson('POST', `${rollout}/promote`));
    }
    const page = await pages.open(`${HOME}/rollout`);
    await button(page, 'Finish…').click();
    const dialog = page.getByRole('dialog');
    await dialog.locator('.changes').waitFor();
    expect(((await dialog.locator('.changes').textContent()) ?? '').replace(/\s+/g, ' ')).toMatch(
      /primary v1 →\s?becomes v2.*shadow v2 →\s?becomes v1/,
    );
    await keepScreenshot(page, 'rollout-finish');
    await dialog.getByRole('button', { name: 'Finish', exact: true }).click();
    await status(page).getByText('finished').waitFor();
    await page.getByText('Left to do').first().waitFor();
    await button(page, 'Start again…').press('Enter');
    await page.getByText('no plan for this mirror any more').waitFor();
    await page.getByText('v2 answers 100% of', { exact: false }).waitFor();
  });
});
