import type { FastifyPluginCallback } from 'fastify';
import { Counter, Gauge, type Registry } from 'prom-client';
import Type from 'typebox';
import type { GuardProofs } from './guard-proofs.ts';

/** `GET /guards`, and its metrics: which receivers of copies have proven their shadow guard. */
export function guardRoutes(guards: Pick<GuardProofs, 'list'>): FastifyPluginCallback {
  return (api, _, done) => {
    api.get('/guards', () => ({ items: guards.list() }));
    done();
  };
}

export function addGuardMetrics(registry: Registry, guards: Pick<GuardProofs, 'list' | 'onEvent'>): void {
  const registers = [registry];
  new Gauge({
    name: 'shadowplane_guard_proven',
    help: '1: the service has proven its guard and gets copies of unsafe requests; 0: it has not, and gets none.',
    labelNames: ['service', 'role'],
    registers,
    collect() {
      this.reset();
      for (const { service, role, state } of guards.list()) {
        if (state === 'trusted' || state === 'not-needed') continue;
        this.set({ service, role }, state === 'proven' ? 1 : 0);
      }
    },
  });
  new Gauge({
    name: 'shadowplane_guard_trusted',
    help: 'Receivers that get copies of unsafe requests without any proof (sideEffects: trusted).',
    registers,
    collect() {
      this.set(guards.list().filter(({ state }) => state === 'trusted').length);
    },
  });
  const changes = new Counter({
    name: 'shadowplane_guard_changes_total',
    help: 'Proofs that were given or lost.',
    labelNames: ['service', 'role', 'state'],
    registers,
  });
  guards.onEvent(({ service, role, state }) => changes.inc({ service, role, state }));
}

const GuardStatus = Type.Object({
  service: Type.String(),
  role: Type.Enum(['candidate', 'control', 'primary'], {
    description: 'primary: of a mirror with a rollout, in which copies of what the candidate answers go back to it.',
  }),
  mirrors: Type.Array(Type.String(), { description: 'Those in which it gets copies.' }),
  state: Type.Enum(['proven', 'unproven', 'failed', 'trusted', 'not-needed'], {
    description:
      'unproven: not asked yet, or never reached. failed: it answered without a guard, or its proof is gone. In both it gets no copies of unsafe requests.',
  }),
  mode: Type.Optional(Type.Enum(['always', 'marked'], { description: 'Only with proven.' })),
  checkedAt: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
  since: Type.String({ format: 'date-time', description: 'Since when it has been in this state.' }),
  reason: Type.Optional(Type.String({ description: 'Why it is not proven, and what helps.' })),
});

export const guardOpenApi = {
  operations: {
    'GET /guards': { summary: 'Which receivers of copies have proven their shadow guard', answer: 'GuardList' },
  },
  schemas: { GuardList: Type.Object({ items: Type.Array(GuardStatus) }) },
} as const;
