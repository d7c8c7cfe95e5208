import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../testing.ts';
import { doctorOpenApi } from './doctor-routes.ts';
import type { DoctorReport } from './examine.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

it('examines what runs, and answers as OpenAPI says', async () => {
  const report = (await server.call('GET', '/../../doctor')) as DoctorReport;
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  expect(ajv.validate(doctorOpenApi.schemas.DoctorReport, report) ? [] : ajv.errors).toEqual([]);
  // The test plays Envoy's part and is none; the mirror of its policy has no control; both services are on this machine.
  const found = report.items.map(({ id, subject }) => `${id} ${subject}`);
  expect(found.sort()).toEqual(
    expect.arrayContaining([
      'no-control mirrors.orders',
      'no-envoy envoys',
      'shadow-shares-host mirrors.orders.shadow',
    ]),
  );
  expect(found.filter((line) => /^(api-open|xds-open|nothing-compared|store-failing)/.test(line))).toEqual([]);
});

it('sees what Envoys tell of their clocks', async () => {
  await server.exchange(1, { total: 1 }, { total: 1 });
  const report = (await server.call('GET', '/../../doctor')) as DoctorReport;
  const [skew] = report.items.filter(({ id }) => id === 'clock-skew');
  expect(skew?.message).toMatch(/^its clock is \d+ s behind the control plane's/);
});
