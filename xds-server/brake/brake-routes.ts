import type { FastifyPluginCallback } from 'fastify';
import { Counter, Gauge, type Registry } from 'prom-client';
import Type from 'typebox';
import { ShadowplaneError } from '../../errors/index.ts';
import type { Brakes } from './brakes.ts';

/** `GET /mirrors/{name}/brake`, `POST .../brake/release`, and its metrics. */
export function brakeRoutes(brakes: Pick<Brakes, 'of' | 'release'>): FastifyPluginCallback {
  return (api, _, done) => {
    const of = (name: string) => {
      const report = brakes.of(name);
      if (report) return report;
      throw new ShadowplaneError('MIRROR_NOT_FOUND', `There is no mirror ${JSON.stringify(name)}`);
    };
    api.get<{ Params: { name: string } }>('/mirrors/:name/brake', ({ params: { name } }) => of(name));
    api.post<{ Params: { name: string } }>('/mirrors/:name/brake/release', ({ params: { name } }) => {
      of(name);
      brakes.release(name);
      return of(name);
    });
    done();
  };
}

export function addBrakeMetrics(registry: Registry, brakes: Pick<Brakes, 'stopped' | 'onEvent'>): void {
  const registers = [registry];
  new Gauge({
    name: 'shadowplane_brake_on',
    help: '1: copies of this mirror are stopped, because they cost too much.',
    labelNames: ['mirror'],
    registers,
    collect() {
      this.reset();
      for (const mirror of brakes.stopped()) this.set({ mirror }, 1);
    },
  });
  const events = new Counter({
    name: 'shadowplane_brake_events_total',
    help: 'Copies of a mirror stopped (on) and tried again (released).',
    labelNames: ['mirror', 'kind'],
    registers,
  });
  brakes.onEvent(({ mirror, kind }) => events.inc({ mirror, kind }));
}

const Time = Type.Union([Type.String({ format: 'date-time' }), Type.Null()]);
const Arm = Type.Object({
  requests: Type.Integer(),
  errors: Type.Integer({ description: 'Answered with a status of 500 or more.' }),
  p99Ms: Type.Union([Type.Number(), Type.Null()]),
});

export const brakeOpenApi = {
  operations: {
    'GET /mirrors/{name}/brake': { summary: 'Whether copies have stopped by themselves, and why', answer: 'Brake' },
    'POST /mirrors/{name}/brake/release': { summary: 'Copy again, as the policy says', answer: 'Brake' },
  },
  schemas: {
    Brake: Type.Object({
      mirror: Type.String(),
      state: Type.Enum(['released', 'on', 'off'], {
        description: 'on: nothing is copied. off: the policy wants none.',
      }),
      since: Time,
      releaseAt: Time,
      reason: Type.Union([Type.String(), Type.Null()]),
      stops: Type.Integer({ description: 'How often copies were stopped, within the last day.' }),
      bounds: Type.Union([
        Type.Object({
          latencyIncrease: Type.Number(),
          errorIncrease: Type.Number(),
          memoryBytes: Type.Integer(),
          calmMs: Type.Integer(),
        }),
        Type.Null(),
      ]),
      memoryBytes: Type.Union([Type.Number(), Type.Null()], {
        description: 'The most that an Envoy which mirrors has allocated.',
      }),
      measured: Type.Array(
        Type.Object({
          decision: Type.String({ examples: ['orders/segment/employees'] }),
          copied: Arm,
          others: Arm,
          from: Type.Union([Type.Enum(['now', 'earlier']), Type.Null()], {
            description: 'When the others were: now, earlier (all are copied now), or there are too few.',
          }),
        }),
      ),
    }),
  },
} as const;
