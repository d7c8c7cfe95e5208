/**
 * What every test of the page begins and ends with: a browser and something that serves the page, started once for a file;
 * pages that are closed after each test; and the rule that no page logs errors, loads from elsewhere, or asks for what is not
 * there.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { eventually } from '../support/index.ts';
import { keepScreenshot, locateChromium, type OpenOptions, openPage, overflowOf, startBrowser } from './chromium.ts';

/** Undefined: tests that need one are skipped. */
export const chromium = await locateChromium();

export interface Site {
  /** Where the page is: `http://127.0.0.1:1234`. */
  readonly url: string;
  close(): Promise<void>;
}

export interface Pages<S extends Site> {
  readonly site: S;
  /** Opens a path of the site in a window of its own. */
  open(path: string, options?: OpenOptions): Promise<Page>;
  /** What the page that was opened last has done and must not do, as far as it has not been taken. */
  takeFaults(): string[];
  /** Wide and narrow, light and dark: nothing is wider than the window, and a screenshot of each is kept. */
  expectToFit(name: string, path: string, isReady: (page: Page) => Promise<void>): Promise<void>;
}

/** @param start is called once, beside the start of the browser */
export function pagesOf<S extends Site>(start: () => Promise<S>): Pages<S> {
  let browser: Browser | undefined;
  let site: S | undefined;
  let faults: string[] = [];

  beforeAll(async () => {
    if (chromium) [browser, site] = await Promise.all([startBrowser(chromium), start()]);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });
  afterEach(async () => {
    for (const context of browser?.contexts() ?? []) await context.close();
    expect(faults.splice(0)).toEqual([]);
  });

  const open = async (path: string, options?: OpenOptions): Promise<Page> => {
    const opened = await openPage(browser!, site!.url + path, options);
    faults = opened.faults;
    return opened.page;
  };
  return {
    get site() {
      return site!;
    },
    open,
    takeFaults: () => faults.splice(0),
    async expectToFit(name, path, isReady) {
      for (const [width, colorScheme] of VARIANTS) {
        const page = await open(path, { width, colorScheme });
        await isReady(page);
        await page.waitForLoadState('load');
        // Events stay open, so there is no idle network to wait for; nothing may still be loading.
        await eventually(async () => (await page.locator('.is-loading, .is-asking').count()) === 0);
        expect(await overflowOf(page), `${name} at ${width}`).toBe(0);
        await keepScreenshot(page, `${name}-${width}-${colorScheme}`);
        expect(faults).toEqual([]);
        await page.context().close();
      }
    },
  };
}

const VARIANTS = [
  [1280, 'light'],
  [1280, 'dark'],
  [390, 'light'],
  [390, 'dark'],
] as const;
