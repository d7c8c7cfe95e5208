/**
 * What the page tells of the control plane: the history of a mirror and the way back, and the Envoys. One of them is played
 * here: it takes everything, or refuses a change in words of its own.
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLUSTER, EXTENSION_CONFIG, RUNTIME } from '../../xds-server/xds/index.ts';
import { type Response, TestingClient, type TestingStream } from '../../xds-server/xds/server/testing-client.ts';
import { selfSigned } from '../envoy/certificate.ts';
import { eventually, httpJson } from '../support/index.ts';
import { keepScreenshot } from './chromium.ts';
import { startControlPlaneSite } from './control-plane.ts';
import { chromium, pagesOf } from './harness.ts';

const HOME = '/mirrors/orders';
const WORDS = 'shadowplane.orders.sample: numerator must be below 10\nand it is not';
const { certificatePem, privateKeyPem } = selfSigned('shop.example');

const pages = pagesOf(() =>
  startControlPlaneSite({
    nodes: ['edge-*'],
    secrets: {
      shop: { 'tls.crt': certificatePem, 'tls.key': privateKeyPem },
      broken: { 'tls.crt': certificatePem },
    },
  }),
);
let client: TestingClient | undefined;
/** Takes nothing of this type while it is set. */
let refuses: string | undefined;

beforeAll(async () => {
  if (!chromium) return;
  client = new TestingClient(pages.site.xdsPort);
  play(client.stream('delta', 'edge-1'));
  await eventually(async () => (await envoys()).items[0]?.behindSince === null);
});
afterAll(() => client?.close());

function play(stream: TestingStream): void {
  stream.call.on('data', (response: Response) => {
    const isRefused = response.type_url === refuses;
    stream.ack(response, isRefused ? { error_detail: { code: 3, message: WORDS } } : {});
  });
  for (const type_url of [CLUSTER, RUNTIME, EXTENSION_CONFIG]) {
    stream.send({
      type_url,
      resource_names_subscribe: type_url === CLUSTER ? [] : ['shadowplane', 'shadowplane.primary'],
    });
  }
}

const api = (path: string) => `${pages.site.url}/api/v1${path}`;
const envoys = async () =>
  (await httpJson('GET', api('/envoys'))) as {
    items: Array<{ behindSince: string | null; rejectedRevision: unknown }>;
    refused: unknown[];
  };
const sample = async () => ((await httpJson('GET', api(HOME))) as { sample: string }).sample;

async function change(to: string, actor: string, wait = ''): Promise<number> {
  const response = await fetch(api(`${HOME}${wait}`), {
    method: 'PATCH',
    headers: { 'content-type': 'application/json', 'x-shadowplane-actor': actor },
    body: JSON.stringify({ sample: to }),
  });
  return response.status;
}

const revision = (page: Page, number: number) =>
  page.locator('.revision').filter({ has: page.getByRole('heading', { name: String(number), exact: true }) });

describe.skipIf(!chromium)('the history of a mirror', () => {
  it('says who changed what, and leads back with keys alone, but not over what somebody else has changed meanwhile', async () => {
    await change('20%', 'ann');
    await change('30%', 'ben');
    const page = await pages.open(`${HOME}/history`);
    await revision(page, 3).waitFor();
    expect(await page.locator('.revision').count()).toBe(3);
    const text = async (number: number) => ((await revision(page, number).textContent()) ?? '').replace(/\s+/g, ' ');
    expect(await text(3)).toMatch(/ben.*as it is now.*sample 20% →\s*becomes 30%/);
    expect(await text(2)).toMatch(/ann.*sample 5%/);
    expect(await text(1)).toMatch(/the policy file.*the mirror added/);

    await page.getByRole('button', { name: 'Back to revision 2' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('30%').waitFor();
    await change('31%', 'eve');
    // What is done first by chance is nothing.
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Cancel');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await dialog.getByText('Somebody has changed it meanwhile').waitFor();
    expect(await sample()).toBe('31%');
    expect(pages.takeFaults().filter((fault) => !fault.includes('412'))).toEqual([]);

    await dialog.getByRole('button', { name: 'Look again' }).press('Enter');
    await dialog.getByText('31%').waitFor();
    await keepScreenshot(page, 'history-back');
    await dialog.getByRole('button', { name: 'Go back' }).press('Enter');
    await dialog.getByText(/Revision 5 is in effect/).waitFor();
    expect(await sample()).toBe('20%');
    await page.keyboard.press('Escape');
    await revision(page, 5).getByText('undo to 2').waitFor();
    expect(await text(5)).toContain('this page');
    expect(pages.takeFaults()).toEqual([]);
  });

  it('says that going back behind its beginning removes the mirror, and Cancel does nothing', async () => {
    const page = await pages.open(`${HOME}/history`);
    await page.route('**/undo', (route) =>
      route.fulfill({ json: { revision: 5, differences: [{ path: 'mirrors.orders', before: { sample: '5%' } }] } }),
    );
    await page.getByRole('button', { name: 'Back to revision 1' }).click();
    await page.getByRole('dialog').getByText('it is removed').waitFor();
    await page.keyboard.press('Enter');
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(await sample()).toBe('20%');
  });

  it('fits, wide and narrow, light and dark', () =>
    pages.expectToFit('history', `${HOME}/history`, (page) => revision(page, 5).waitFor()));
});

describe.skipIf(!chromium)('the Envoys', () => {
  const panel = (page: Page) => page.getByRole('region', { name: 'Envoy edge-1' });

  it('show what each has in use, what it refused in its own words, and who was turned away', async () => {
    const page = await pages.open(`${HOME}/envoys`);
    await panel(page).getByText('has all in use').waitFor();
    await page.getByText('Turned away').waitFor({ state: 'detached' });

    refuses = RUNTIME;
    expect(await change('9%', 'eve', '?wait=5s')).toBe(422);
    refuses = undefined;
    await panel(page).getByText('that has been taken back since').waitFor();
    expect(await panel(page).locator('.words').textContent()).toBe(WORDS);
    expect(await panel(page).textContent()).toMatch(/It refused RTDS\s*of revision 6/);

    client!.stream('delta', 'core-9').send({ type_url: CLUSTER });
    const absent = page.getByRole('region', { name: 'Turned away, or gone' });
    await absent.getByText('core-9').waitFor();
    expect(await absent.textContent()).toContain('this node id is none of --xds-nodes');

    // What was taken back stands in the history with the reason.
    await page.getByRole('link', { name: 'History' }).click();
    await revision(page, 7)
      .getByText(/edge-1 refused revision 6: shadowplane\.orders\.sample/)
      .waitFor();
  });

  it('show certificates with until when they hold, never what they hold', async () => {
    const page = await pages.open(`${HOME}/envoys`);
    const secrets = page.getByRole('region', { name: 'Certificates' });
    await secrets.getByText('DNS:shop.example').waitFor();
    expect(await secrets.textContent()).toMatch(/has tls\.crt without tls\.key/);
    expect(await page.content()).not.toContain('PRIVATE KEY');
    expect(await page.content()).not.toContain(privateKeyPem.split('\n')[1]);
  });

  it('show what one of the user’s own lacks, and what to do about it; and fit', async () => {
    const answer = (await httpJson('GET', api('/envoys'))) as { items: object[] };
    const problems = [
      {
        code: 'isolation-missing',
        message: 'The shadow cluster orders_v2 has no bound.',
        remedy: 'Add what shadowplane envoy fragment prints.',
      },
    ];
    const lastRejection = { type: 'LDS', message: WORDS, at: new Date().toISOString() };
    const gone = [{ node: 'edge-7', since: new Date(Date.now() - 300_000).toISOString() }];
    const items = [
      { ...answer.items[0], problems, setup: { listener: 'own', streams: 'ads' } },
      {
        ...answer.items[0],
        node: `edge-2.${'rack.'.repeat(12)}shop.internal`,
        lastRejection,
        behindSince: lastRejection.at,
        revision: null,
      },
    ];
    await pages.expectToFit('envoys', HOME, async (page) => {
      await page.route('**/api/v1/envoys', (route) => route.fulfill({ json: { ...answer, items, gone } }));
      await page.getByRole('link', { name: 'Envoys' }).click();
      await panel(page).getByText('Add what shadowplane envoy fragment prints.').waitFor();
      await page.getByText('refuses a change').waitFor();
      await page.getByText('edge-7').waitFor();
    });
  });
});
