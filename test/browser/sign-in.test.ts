/** A control plane that asks who calls: the page asks once for the token, sends it with everything, and shows what it may not. */
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/index.ts';
import { startControlPlaneSite } from './control-plane.ts';
import { chromium, pagesOf } from './harness.ts';

const TOKEN = 'reader-0123456789abcdef';

const pages = pagesOf(() => startControlPlaneSite({ tokens: `ann read ${TOKEN}\n` }));

describe.skipIf(!chromium)('a page without a token', () => {
  it('asks for one, says when it is unknown, and then shows what it tells live', async () => {
    const page = await pages.open('/mirrors/orders');
    const field = page.getByLabel('Token');
    await field.fill('guessed-0123456789abcdef');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('does not know this token').waitFor();
    await field.fill(TOKEN);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.locator('.connection.is-live').waitFor();
    expect(new URL(page.url()).pathname).toBe('/mirrors/orders');
    await eventually(async () => (await page.locator('nav.screens').count()) === 1);
    // What it was refused before it had one is all that was refused.
    expect(pages.takeFaults().filter((fault) => !fault.includes('401'))).toEqual([]);
    await page.reload();
    await page.locator('.connection.is-live').waitFor();
    expect(await page.getByLabel('Token').count()).toBe(0);
    // The token may read: what it would be refused is not offered.
    await page.locator('input[type=range]:disabled').waitFor();
    expect(await page.getByRole('button', { name: 'Pause mirroring' }).count()).toBe(0);
    expect(pages.takeFaults()).toEqual([]);
    expect(await page.evaluate<string>('document.cookie')).toBe('');
  });
});
