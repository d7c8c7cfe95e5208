/** A control plane that asks who calls: the page asks once for the token, sends it with everything, and shows what it may not. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Browser } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureFilter } from '../../filter/index.ts';
import { filterModule, startShadowplane } from '../../server/index.ts';
import { Cleanup, eventually } from '../support/index.ts';
import { locateChromium, openPage, startBrowser } from './chromium.ts';

const chromium = await locateChromium();
const TOKEN = 'reader-0123456789abcdef';

let cleanup: Cleanup;
let browser: Browser;
let url: string;

beforeEach(async () => {
  cleanup = new Cleanup();
  if (!chromium) return;
  const folder = mkdtempSync(join(tmpdir(), 'sign-in-'));
  cleanup.defer(() => rmSync(folder, { recursive: true }));
  const policyFile = join(folder, 'policy.yaml');
  const services = { v1: { address: '127.0.0.1:1' }, v2: { address: '127.0.0.1:2' } };
  const mirrors = { orders: { match: { path: '/' }, primary: 'v1', shadow: 'v2', sample: '5%' } };
  writeFileSync(policyFile, JSON.stringify({ services, mirrors }));
  writeFileSync(join(folder, 'tokens'), `ann read ${TOKEN}\n`);
  const running = await startShadowplane({
    policyFile,
    dataDir: join(folder, 'data'),
    xdsListen: '127.0.0.1:0',
    apiListen: '127.0.0.1:0',
    apiAccess: { tokenFile: join(folder, 'tokens') },
    compare: { listen: { host: '127.0.0.1', port: 0 } },
    filterWasmPath: await ensureFilter(filterModule(true)),
    logger: pino({ level: 'silent' }),
  });
  cleanup.add(running);
  url = `http://${running.apiAddress}`;
  browser = cleanup.add(await startBrowser(chromium));
});
afterEach(() => cleanup.run());

describe.skipIf(!chromium)('a page without a token', () => {
  it('asks for one, says when it is unknown, and then shows what it tells live', async () => {
    const { page, faults } = await openPage(browser, `${url}/mirrors/orders`);
    const field = page.getByLabel('Token');
    await field.fill('guessed-0123456789abcdef');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('does not know this token').waitFor();
    await field.fill(TOKEN);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.locator('.connection.is-live').waitFor();
    expect(new URL(page.url()).pathname).toBe('/mirrors/orders');
    await eventually(async () => (await page.locator('nav.screens').count()) === 1, { timeoutMs: 10_000 });
    // What it was refused before it had one is all that was refused.
    const before = faults.splice(0);
    expect(before.filter((fault) => !fault.includes('401'))).toEqual([]);
    await page.reload();
    await page.locator('.connection.is-live').waitFor();
    expect(await page.getByLabel('Token').count()).toBe(0);
    expect(faults.filter((fault) => fault.includes('401'))).toEqual([]);
    expect(await page.evaluate<string>('document.cookie')).toBe('');
  });
});
