import type { FastifyPluginCallback } from 'fastify';
import { Counter, Gauge, type Registry } from 'prom-client';
import Type from 'typebox';
import { ShadowplaneError } from '../../errors/index.ts';
import { VM_ROLES, type VmRole } from './signs.ts';
import type { VmKeeper } from './vm-keeper.ts';

/** `GET /filter`, `POST /filter/revive`, and its metrics: whether the filter's machines live. */
export function filterRoutes(keeper: Pick<VmKeeper, 'list' | 'revive'>): FastifyPluginCallback {
  return (api, _, done) => {
    api.get('/filter', () => ({ items: keeper.list() }));
    api.post<{ Body: { role?: unknown } | undefined }>('/filter/revive', ({ body }) => {
      for (const role of rolesOf(body?.role)) keeper.revive(role);
      return { items: keeper.list() };
    });
    done();
  };
}

function rolesOf(role: unknown): readonly VmRole[] {
  if (role === undefined) return VM_ROLES;
  const known = VM_ROLES.find((name) => name === role);
  if (known) return [known];
  const message = `must be ${VM_ROLES.join(' or ')}`;
  throw new ShadowplaneError('REQUEST_INVALID', `role: ${message}`, { problems: [{ path: 'role', message }] });
}

export function addFilterMetrics(registry: Registry, keeper: Pick<VmKeeper, 'list' | 'onEvent'>): void {
  const registers = [registry];
  const labelNames = ['role'] as const;
  const events = new Counter({
    name: 'shadowplane_filter_events_total',
    help: 'Deaths of virtual machines of the filter, revivals, and givings up.',
    labelNames: ['role', 'kind'],
    registers,
  });
  keeper.onEvent(({ role, kind }) => events.inc({ role, kind }));
  new Gauge({
    name: 'shadowplane_filter_up',
    help: '1: all virtual machines of the filter are alive, as far as is known.',
    labelNames,
    registers,
    collect() {
      for (const { role, state } of keeper.list()) this.set({ role }, state === 'running' ? 1 : 0);
    },
  });
}

const nullable = (description: string) =>
  Type.Union([Type.String({ format: 'date-time' }), Type.Null()], { description });

export const filterOpenApi = {
  operations: {
    'GET /filter': { summary: 'Whether the virtual machines of the filter are alive', answer: 'FilterList' },
    'POST /filter/revive': {
      summary: 'Make the virtual machines of the filter anew in all Envoys, also after it was given up',
      answer: 'FilterList',
      body: { schema: 'Revive', mediaTypes: ['application/json'], optional: true },
    },
  },
  schemas: {
    Revive: Type.Object({ role: Type.Optional(Type.Enum([...VM_ROLES], { description: 'Default: both.' })) }),
    FilterList: Type.Object({
      items: Type.Array(
        Type.Object({
          role: Type.Enum([...VM_ROLES]),
          state: Type.Enum(['running', 'dead', 'off'], {
            description: 'off: died too often, is not brought back by itself.',
          }),
          deadSince: nullable('Since when it is known that one is dead.'),
          reviveAt: nullable('When it is brought back.'),
          deaths: Type.Integer({ description: 'Since the store was made, as are revivals.' }),
          revivals: Type.Integer(),
          last: Type.Union([
            Type.Object({
              at: Type.String({ format: 'date-time' }),
              nodes: Type.Array(Type.String()),
              reason: Type.String(),
            }),
            Type.Null(),
          ]),
        }),
      ),
    }),
  },
} as const;
