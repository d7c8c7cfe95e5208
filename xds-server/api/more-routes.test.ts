import { expect, it } from 'vitest';
import { ShadowplaneError } from '../../errors/index.ts';
import { startTestApi } from './testing.ts';

it('routes of other rooms stand below /api/v1 and are answered as ours are', async () => {
  const api = await startTestApi({
    routes: [
      (app, _, done) => {
        app.get('/mirrors/:name/verdict', ({ params }) => ({ of: (params as { name: string }).name }));
        app.get('/mirrors/:name/samples', () => {
          throw new ShadowplaneError('MIRROR_NOT_FOUND', 'none');
        });
        done();
      },
    ],
  });
  const get = (url: string) => api.app.inject({ url, headers: { host: 'localhost' } });
  expect((await get('/api/v1/mirrors/orders/verdict')).json()).toEqual({ of: 'orders' });
  const refusal = await get('/api/v1/mirrors/orders/samples');
  expect(refusal.headers['content-type']).toMatch('application/problem+json');
  expect(refusal.json()).toMatchObject({ code: 'MIRROR_NOT_FOUND', status: 404 });
  await api.close();
});
