/**
 * The web page over the demo, in a real browser: what it shows within a minute, what it changes at Envoy, and that it can
 * be used with keys alone, reopened by its address, and read on small and large screens. Screenshots stay in
 * test/artifacts/browser.
 */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/index.ts';
import { startDemo } from './demo.ts';
import { chromium, pagesOf } from './harness.ts';

const HOME = '/mirrors/orders';

const pages = pagesOf(() => startDemo({ rate: 200 }));
const { open } = pages;

/** Text of a field of the table of differences, worst first. */
const differences = (page: Page) => page.locator('table:has(caption:text("Differences")) tbody tr').allInnerTexts();
const isShown = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor();
/** Where the focus is. */
const focused = (page: Page) => page.evaluate<string>('document.activeElement?.textContent?.trim() ?? ""');

const rowsOf = (page: Page) => page.locator('table tbody a.row-link').allInnerTexts();

describe.skipIf(!chromium)('the web page', () => {
  it('shows the planted bugs of the demo within a minute, as different, and no innocent field', async () => {
    const page = await open('/');
    await eventually(
      async () => {
        const different = (await differences(page)).filter((row) => row.includes('different'));
        return different.some((row) => /total/.test(row)) && different.some((row) => /gift|shipping/.test(row));
      },
      { timeoutMs: 60_000, intervalMs: 250, what: 'the totals and the gift of order-v2 shown as different' },
    );
    // One mirror needs no list of mirrors.
    expect(new URL(page.url()).pathname).toBe(HOME);
    expect((await differences(page)).filter((row) => /At\b|trace|version|^\/id/.test(row))).toEqual([]);
    expect(await page.locator('.headline .badge').textContent()).toMatch(/≠\s*different/);
  });

  it('changes a fraction, which is then in effect at Envoy', async () => {
    const page = await open(HOME);
    const field = page.getByLabel('Exact share of everyone else, in percent');
    await field.fill('33.5');
    await page.getByRole('button', { name: 'Apply 1 change' }).click();
    await isShown(page, /is in effect: acknowledged by the Envoy within/);
    const { entries } = JSON.parse(await pages.site.admin.get('/runtime'));
    expect(entries['shadowplane.orders.sample'].final_value).toContain('number_value: 335000');
    expect(await field.inputValue()).toBe('33.5');
  });

  it('pauses, so that Envoy makes no copies, and resumes', async () => {
    const page = await open(HOME);
    await page.getByRole('button', { name: 'Pause mirroring' }).click();
    await page.getByRole('button', { name: 'Resume mirroring' }).waitFor();
    const copies = () => pages.site.admin.sum(/^cluster\..+\/candidate\/.+\.upstream_rq_total$/);
    const requests = () => pages.site.admin.sum(/^http\..*\.downstream_rq_completed$/);
    const [copiesBefore, requestsBefore] = [await copies(), await requests()];
    await eventually(async () => (await requests()) > requestsBefore + 100);
    expect(await copies()).toBe(copiesBefore);
    await page.getByRole('button', { name: 'Resume mirroring' }).click();
    await eventually(async () => (await copies()) > copiesBefore);
  });

  it('is used with keys alone', async () => {
    const page = await open(HOME);
    await page.locator('.headline').waitFor();
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Skip to content');
    await page.keyboard.press('Tab');
    for (const link of ['Shadowplane', 'Overview', 'Endpoints']) {
      expect(await focused(page)).toBe(link);
      if (link !== 'Endpoints') await page.keyboard.press('Tab');
    }
    const outline = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle');
    expect(outline).toBe('solid');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Endpoints by impact' }).waitFor();

    // A table is one stop; arrows move inside.
    const rows = page.locator('table tbody a.row-link');
    await rows.nth(1).waitFor();
    await rows.first().focus();
    await page.keyboard.press('ArrowDown');
    expect(await focused(page)).toBe(await rows.nth(1).textContent());
    await page.keyboard.press('End');
    expect(await focused(page)).toBe(await rows.last().textContent());
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/fields\?endpoint=/);

    await page.goBack();
    await page.goBack();
    const slider = page.getByLabel('Share of beta, in percent', { exact: true });
    await slider.focus();
    await page.keyboard.press('ArrowRight');
    await isShown(page, '51%');
    await page.getByLabel('Exact share of beta, in percent').focus();
    await page.keyboard.press('Enter');
    await isShown(page, /is in effect/);
  });

  it('reopens what its address says', async () => {
    const page = await open(`${HOME}/endpoints`);
    await page.getByText('1 h', { exact: true }).click();
    await page.getByRole('button', { name: 'differ' }).click();
    await page.locator('th[aria-sort=descending]').getByText('differ').waitFor();
    const { href } = new URL(page.url());
    expect(href).toMatch(/range=60/);
    expect(href).toMatch(/sort=-differ/);
    const reopened = await open(href.replace(pages.site.url, ''));
    expect(await reopened.getByRole('radio', { name: '1 h' }).isChecked()).toBe(true);
    // The order of both may change with the next pair, but it is the same one.
    await eventually(async () => {
      const [here, there] = await Promise.all([rowsOf(page), rowsOf(reopened)]);
      return here.length > 2 && here.join() === there.join();
    });
    await reopened.locator('th[aria-sort=descending]').getByText('differ').waitFor();
  });

  it('refreshes without taking the focus or the place away', async () => {
    const page = await open(`${HOME}/endpoints`);
    const row = page.locator('table tbody a.row-link').nth(1);
    await row.focus();
    const name = await focused(page);
    const compared = () => page.locator('table tbody tr').nth(1).locator('td').nth(3).textContent();
    const before = await compared();
    await eventually(async () => (await compared()) !== before);
    expect(await focused(page)).toBe(name);
  });

  it('says what is wrong when the address names what is not there', async () => {
    const page = await open('/mirrors/oders');
    await isShown(page, 'There is no mirror oders');
    await page.getByRole('link', { name: 'All mirrors' }).click();
    await page.locator('.headline').waitFor();
  });

  it.each(['', '/endpoints', '/fields', '/groups', '/rules', '/latency', '/health'])(
    'fits and stays quiet at %s, wide and narrow, light and dark',
    (path) =>
      pages.expectToFit(path.slice(1) || 'overview', HOME + path, (page) =>
        page.locator('main :is(.panel, .state-title)').first().waitFor(),
      ),
  );
});
