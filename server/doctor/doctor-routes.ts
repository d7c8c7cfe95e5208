import type { FastifyPluginCallback } from 'fastify';
import Type from 'typebox';
import { type DoctorReport, examine } from './examine.ts';
import type { Facts } from './facts.ts';

/** `GET /doctor`: what is risky about this setup, now. */
export function doctorRoutes(factsOf: () => Promise<Facts>): FastifyPluginCallback {
  return (api, _, done) => {
    api.get('/doctor', async (): Promise<DoctorReport> => examine(await factsOf()));
    done();
  };
}

const Finding = Type.Object({
  id: Type.String({ description: 'Stable; docs/doctor.md has a section for each.' }),
  severity: Type.Enum(['danger', 'risk', 'note']),
  subject: Type.String({ description: 'Where in the policy, or which Envoy.', examples: ['mirrors.orders.sample'] }),
  message: Type.String(),
  remedy: Type.String(),
});

export const doctorOpenApi = {
  operations: { 'GET /doctor': { summary: 'What is risky about this setup, and what helps', answer: 'DoctorReport' } },
  schemas: {
    DoctorReport: Type.Object({
      at: Type.String({ format: 'date-time' }),
      items: Type.Array(Finding, { description: 'Worst first; empty: nothing was found.' }),
      checked: Type.Array(Type.String(), { description: 'All that was looked at.' }),
    }),
  },
} as const;
