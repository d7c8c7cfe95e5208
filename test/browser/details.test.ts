/**
 * The screens that go into details, over the demo, in a real browser: from an endpoint to a field, its group, a request of
 * it with all its answers, and a rule for it. Screenshots stay in test/artifacts/browser.
 */
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { DifferenceItem, EndpointItem, SampleView, VerdictReport } from '../../compare/report/index.ts';
import { eventually, httpJson } from '../support/index.ts';
import { keepScreenshot } from './chromium.ts';
import { startDemo } from './demo.ts';
import { chromium, pagesOf } from './harness.ts';

const HOME = '/mirrors/orders';

const pages = pagesOf(() => startDemo({ rate: 100 }));
const { open } = pages;
/** A difference of a request that can be sent again. */
let found: DifferenceItem;

const get = async <T>(path: string): Promise<T> =>
  (await httpJson('GET', `${pages.site.url}/api/v1${HOME}${path}`)) as T;

beforeAll(async () => {
  if (!chromium) return;
  await eventually(
    async () => {
      const { items } = await get<{ items: DifferenceItem[] }>('/differences');
      const one = items.find((item) => item.endpoint === 'GET /api/orders/{id}' && item.path === '/gift/message');
      if (one?.verdict === 'different') found = one;
      return found !== undefined;
    },
    { timeoutMs: 120_000, intervalMs: 500, what: 'the missing message of a gift shown as different' },
  );
});

const groupQuery = () => new URLSearchParams({ endpoint: found.endpoint, path: found.path, kind: found.kind });
const requestPath = () => `${HOME}/request?sample=${found.sampleId}&${groupQuery()}`;
const treeRow = (page: Page, name: string) =>
  page.locator('.tree tbody tr').filter({ has: page.locator('.tree-name', { hasText: new RegExp(`^${name}$`) }) });

describe.skipIf(!chromium)('the details of a difference', () => {
  it('are reached with keys alone: endpoint, field, group, request, and the next one', async () => {
    const page = await open(`${HOME}/fields`);
    await page.locator('a.row-link', { hasText: found.endpoint }).first().focus();
    await page.keyboard.press('Enter');
    await treeRow(page, 'message').waitFor();
    const names = await page.locator('.tree-name').allInnerTexts();
    await page.locator('.tree-name').first().focus();
    for (let at = 0; at < names.indexOf('message'); at += 1) await page.keyboard.press('ArrowDown');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('message');
    // Closing what is above takes the field away, opening it brings it back.
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    expect(await treeRow(page, 'message').count()).toBe(0);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/groups\?.*path=\/gift\/message/);
    await page.getByRole('link', { name: 'Open the request' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/request\?/);
    const here = new URL(page.url()).searchParams.get('sample');
    await page.getByRole('link', { name: 'Next request' }).waitFor();
    await page.keyboard.press('j');
    await page.waitForURL((url) => url.searchParams.get('sample') !== here);
    await page.getByRole('link', { name: 'Previous request' }).waitFor();
    await page.keyboard.press('k');
    await page.waitForURL((url) => url.searchParams.get('sample') === here);
  });

  it('show all answers side by side, what changed, and as a command that sends it', async () => {
    const page = await open(requestPath());
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const body = page.locator('table.sbs').first();
    const changed = body.locator('tr.is-different', { hasText: '"message"' });
    expect(await changed.locator('td[data-arm=candidate]').textContent()).toBe('nothing');
    expect(await changed.locator('td[data-arm=control]').textContent()).toContain('"message"');
    // The control explains the trace id; nobody may take it for a defect.
    expect(await body.locator('tr', { hasText: '"traceId"' }).getAttribute('class')).toContain('is-noise');
    const lines = () => body.locator('tr.is-equal').count();
    const before = await lines();
    await body
      .getByRole('button', { name: /equal lines/ })
      .first()
      .click();
    await eventually(async () => (await lines()) > before);
    await body.focus();
    await page.keyboard.press('n');
    expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe('differs');
    await page.getByRole('button', { name: 'Copy as curl' }).nth(1).click();
    await page.getByText('Copied').first().waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toMatch(
      /^curl -sS -i -g 'http:\/\/127\.0\.0\.1:\d+\/api\/orders\//,
    );
  });

  it('say whether running it again brings the difference back', async () => {
    const page = await open(requestPath());
    await page.getByRole('button', { name: 'Run again' }).click();
    const conclusion = page.locator('.conclusion');
    await conclusion.waitFor();
    expect(await conclusion.textContent()).toMatch(/Reproduced.*\/gift\/message in every run/);
    expect(await page.locator('table:has(caption:text("Runs")) tbody tr').count()).toBe(3);
    await keepScreenshot(page, 'request-run-again');
  });

  it('are reopened by the address of a request', async () => {
    const page = await open(requestPath());
    const title = await page.locator('h1').textContent();
    const reopened = await open(page.url().replace(pages.site.url, ''), { width: 390, colorScheme: 'dark' });
    await reopened.locator('tr.is-different').first().waitFor();
    expect(await reopened.locator('h1').textContent()).toBe(title);
    await reopened.getByText(`exchange ${found.sampleId}`).waitFor();
  });

  it.each([
    ['request', requestPath],
    ['group', () => `${HOME}/groups?${groupQuery()}`],
    ['fields-of', () => `${HOME}/fields?noise=include&endpoint=${encodeURIComponent(found.endpoint)}`],
    ['rule', () => `${HOME}/rules?${groupQuery()}`],
  ])('fit, wide and narrow, light and dark: %s', (name, path) =>
    pages.expectToFit(name, path(), (page) => page.locator('main table').first().waitFor()),
  );

  it('stay usable for bodies of 2 MB', async () => {
    const order = (at: number, total: number) =>
      `{"id":${at},"total":${total},"items":[{"sku":"s${at}","price":1.25}]}`;
    const bodyOf = (total: number) =>
      `[${Array.from({ length: 30_000 }, (_, at) => order(at, at % 1_000 ? 1.5 : total)).join()}]`;
    const path = `/samples/${encodeURIComponent(found.sampleId ?? '')}`;
    const sample = await get<SampleView>(path);
    const differences = [{ kind: 'value', path: '/*/total', pointer: '/0/total', primary: '1.5', candidate: '1.6' }];
    const large = {
      ...sample,
      primary: { ...sample.primary, body: bodyOf(1.5) },
      candidate: { ...sample.candidate, body: bodyOf(1.6) },
      control: { ...sample.primary, body: bodyOf(1.5) },
      differences,
      noise: [],
    };
    const page = await open(HOME);
    await page.route(
      (url) => url.pathname.endsWith(path),
      (route) => route.fulfill({ json: large }),
    );
    // The page goes on answering meanwhile: bodies of this size are laid out in a thread of their own.
    await Promise.all([page.waitForEvent('worker'), page.goto(pages.site.url + requestPath())]);
    const body = page.locator('table.sbs').first();
    await body.locator('tr.is-different').first().waitFor();
    await page.getByRole('button', { name: 'Show what is equal' }).first().click();
    await eventually(
      async () => (await body.evaluate((table) => (table as { offsetHeight: number }).offsetHeight)) > 100_000,
    );
    // Only what is near the window exists.
    expect(await page.locator('*').count()).toBeLessThan(10_000);
  });
});

describe.skipIf(!chromium)('a rule', () => {
  it('is previewed, applied with keys alone, changes the verdict, and can be taken back', async () => {
    // Everything else is ignored already, so that this one decides.
    const { items } = await get<{ items: EndpointItem[] }>('/endpoints');
    for (const { endpoint } of items) {
      if (endpoint === found.endpoint) continue;
      for (const path of ['', ':status', 'header:*']) await makeRule({ path, endpoint });
    }
    for (const path of ['/discounts', '/totals', '/fees', '/lines', ':status', 'header:*']) {
      await makeRule({ path, endpoint: found.endpoint });
    }
    const verdict = async () => (await get<VerdictReport>('/verdict')).verdict;
    expect(await verdict()).toBe('different');

    const page = await open(`${HOME}/fields?endpoint=${encodeURIComponent(found.endpoint)}`);
    await treeRow(page, 'message').locator('.tree-name').focus();
    await page.keyboard.press('i');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('The verdict goes from').waitFor();
    expect(await dialog.locator('.preview').textContent()).toMatch(/different\s+to[\s\S]*(same|not enough data)/);
    expect(await dialog.locator('.preview').textContent()).toContain('/gift/message');
    expect(await verdict()).toBe('different');
    await page.keyboard.type('agreed with the shop');
    await keepScreenshot(page, 'rule-preview');
    await page.keyboard.press('Enter');
    await dialog.getByText('orders is now').waitFor();
    expect(await verdict()).not.toBe('different');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'hidden' });
    const ignore = page.getByRole('switch', { name: 'ignore /gift/message' });
    await eventually(async () => await ignore.isChecked());

    await page.getByRole('link', { name: 'Rules' }).click();
    const row = page.locator('tr', { hasText: 'agreed with the shop' });
    await row.getByRole('button', { name: /^Delete/ }).click();
    await row.getByRole('button', { name: 'Undo' }).click();
    expect(await row.getByRole('button', { name: /^Delete/ }).count()).toBe(1);
    await row.getByRole('button', { name: /^Delete/ }).click();
    await keepScreenshot(page, 'rules-undo');
    // Leaving the screen does not wait for second thoughts.
    await page.getByRole('link', { name: 'Overview' }).click();
    await eventually(async () => (await verdict()) === 'different');
  });
});

async function makeRule(rule: { readonly path: string; readonly endpoint: string }): Promise<void> {
  await httpJson('POST', `${pages.site.url}/api/v1${HOME}/rules`, {
    effect: 'ignore',
    reason: 'of this test',
    ...rule,
  });
}
