import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startTestApi, type TestApi } from './testing.ts';

let api: TestApi;
let folder: string;

function writePage(asset: string): void {
  mkdirSync(join(folder, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'assets', asset), `// ${asset}`);
  writeFileSync(join(folder, 'assets', `${asset}.gz`), gzipSync(`// ${asset}`));
  writeFileSync(join(folder, 'index.html'), `<script src="/assets/${asset}"></script>`);
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'shadowplane-page-'));
  writePage('page-1.js');
  writeFileSync(join(folder, 'secret.js'), 'not an asset');
  api = await startTestApi({ pageFolder: folder });
});

afterEach(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});

const get = (url: string, headers = {}) => api.app.inject({ url, headers: { host: 'localhost', ...headers } });

it.each(['/', '/mirrors', '/mirrors/orders/fields?epoch=2'])(
  'answers %s with the page, which may load nothing from elsewhere',
  async (url) => {
    const { statusCode, headers, body } = await get(url);
    expect([statusCode, headers['content-type'], headers['cache-control']]).toEqual([
      200,
      'text/html; charset=utf-8',
      'no-cache',
    ]);
    expect(body).toContain('/assets/page-1.js');
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; script-src 'self'; style-src 'self';.*frame-ancestors 'none'$/,
    );
    expect(headers['content-security-policy']).not.toMatch(/unsafe|https?:/);
  },
);

it('lets assets be kept for ever, and the page be asked for again', async () => {
  const asset = await get('/assets/page-1.js');
  expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  expect(asset.headers['content-type']).toBe('text/javascript; charset=utf-8');
  const etag = (await get('/')).headers.etag as string;
  expect((await get('/', { 'if-none-match': etag })).statusCode).toBe(304);
});

it('sends gzip to who takes it', async () => {
  const { headers, rawPayload } = await get('/assets/page-1.js', { 'accept-encoding': 'br, gzip' });
  expect([headers['content-encoding'], headers.vary]).toEqual(['gzip', 'accept-encoding']);
  expect(gunzipSync(rawPayload).toString()).toBe('// page-1.js');
  expect(
    (await get('/assets/page-1.js', { 'accept-encoding': 'gzip;q=0' })).headers['content-encoding'],
  ).toBeUndefined();
});

it('serves nothing else of the folder, and nothing outside it', async () => {
  for (const url of [
    '/assets/secret.js',
    '/assets/..%2fsecret.js',
    '/assets/../secret.js',
    '/index.html',
    '/assets/page-1.js.gz',
  ]) {
    expect((await get(url)).json().code).toBe('NOT_FOUND');
  }
});

it('serves a page that is built anew', async () => {
  await get('/');
  writePage('page-2.js');
  utimesSync(join(folder, 'index.html'), new Date(), new Date(Date.now() + 5_000));
  expect((await get('/assets/page-2.js')).body).toBe('// page-2.js');
  expect((await get('/')).body).toContain('page-2.js');
});

it('answers who reads at an unknown address with the page and 404, everyone else with problem+json', async () => {
  const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
  const etag = (await get('/')).headers.etag as string;
  const { statusCode, headers, body } = await get('/xyz', { ...html, 'if-none-match': etag });
  expect([statusCode, headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
  expect(headers['content-security-policy']).toContain("default-src 'none'");
  expect(body).toContain('/assets/page-1.js');
  const post = await api.app.inject({ method: 'POST', url: '/xyz', headers: { host: 'localhost', ...html } });
  for (const other of [await get('/xyz', { accept: '*/*' }), await get('/api/v1/xyz', html), post]) {
    expect([other.statusCode, other.headers['content-type'], other.json().code]).toEqual([
      404,
      'application/problem+json; charset=utf-8',
      'NOT_FOUND',
    ]);
  }
  rmSync(join(folder, 'index.html'));
  const unbuilt = await startTestApi({ pageFolder: folder });
  const answer = await unbuilt.app.inject({ url: '/xyz', headers: { host: 'localhost', ...html } });
  expect([answer.statusCode, answer.json().code]).toEqual([404, 'NOT_FOUND']);
  await unbuilt.close();
});

it('answers problem+json where there is no page', async () => {
  const other = await startTestApi();
  const { statusCode, body } = await other.app.inject({ url: '/', headers: { host: 'localhost' } });
  expect([statusCode, JSON.parse(body).code]).toEqual([404, 'NOT_FOUND']);
  await other.close();
});
