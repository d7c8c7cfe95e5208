import type { FastifyPluginCallback, FastifyRequest } from 'fastify';
import { ShadowplaneError } from '../../errors/index.ts';
import type { Command } from '../../rollout/index.ts';
import { type Applied, readWriteRequest } from '../api/index.ts';
import { differences, type PolicyStore } from '../policy/index.ts';
import { finished } from './finish.ts';
import type { Rollouts } from './rollouts.ts';
import type { FinishPreview, RolloutAnswer, RolloutView } from './view.ts';

export interface RolloutRoutesOptions {
  readonly rollouts: Pick<Rollouts, 'view' | 'start' | 'command' | 'previewStart' | 'finishable'>;
  readonly store: Pick<PolicyStore, 'current'>;
  /** Resolves when every connected Envoy has what is served now, or the time is up. */
  readonly waitForApplied: (timeoutMs: number) => Promise<Applied>;
}

type Named = { Params: { name: string } };

const COMMANDS = ['promote', 'pause', 'resume', 'rollback', 'abort', 'finish'] as const satisfies readonly Command[];
/** Who goes back wants to know when it is done, also without asking. */
const BACK: readonly Command[] = ['rollback', 'abort'];
const BACK_WAIT_MS = 1_000;

/** `GET /mirrors/{name}/rollout`, and what people ask of it. */
export function rolloutRoutes(options: RolloutRoutesOptions): FastifyPluginCallback {
  const { rollouts, store, waitForApplied } = options;
  const answer = async (
    name: string,
    more: Omit<RolloutAnswer, keyof RolloutView | 'applied'>,
    waitMs: number | undefined,
  ): Promise<RolloutAnswer> => {
    const applied = waitMs === undefined ? undefined : await waitForApplied(waitMs);
    const { rejection: _, ...counts } = applied ?? { acked: 0, of: 0, tookMs: 0 };
    return { ...rollouts.view(name), ...more, ...(applied && { applied: counts }) };
  };
  const finishPreview = (name: string, by: string): FinishPreview => {
    const { document, revision } = store.current;
    const after = finished(document, name, rollouts.finishable(name, by));
    return { revision, differences: differences(document, after) };
  };
  return (api, _, done) => {
    api.get<Named>('/mirrors/:name/rollout', ({ params: { name } }) => rollouts.view(name));
    api.post<Named>('/mirrors/:name/rollout/start', async (request) => {
      const { name } = request.params;
      const { actor, waitMs } = readWriteRequest(request);
      if (isDryRun(request)) return rollouts.previewStart(name, actor);
      await rollouts.start(name, actor);
      return answer(name, { stored: true, todo: [] }, waitMs);
    });
    for (const asked of COMMANDS) {
      api.post<Named>(`/mirrors/:name/rollout/${asked}`, async (request) => {
        const { name } = request.params;
        const { actor, waitMs } = readWriteRequest(request);
        if (isDryRun(request)) {
          if (asked === 'finish') return finishPreview(name, actor);
          throw invalid('dryRun', `can be asked of start and finish, not of ${asked}`);
        }
        // Waiting begins at once: whether it is stored is another matter.
        const commanded = rollouts.command(name, asked, actor);
        if (!BACK.includes(asked)) return answer(name, await commanded, waitMs);
        const applied = waitForApplied(waitMs ?? BACK_WAIT_MS);
        applied.catch(() => {});
        const { rejection: _, ...counts } = (await Promise.all([commanded, applied]))[1];
        return { ...rollouts.view(name), ...(await commanded), applied: counts };
      });
    }
    done();
  };
}

function isDryRun({ body }: FastifyRequest): boolean {
  if (body === undefined || body === null) return false;
  const { dryRun = false, ...more } = body as { dryRun?: unknown };
  const [unknown] = Object.keys(more);
  if (unknown !== undefined) throw invalid(unknown, 'is not known; the body is {"dryRun": true}, or none');
  if (typeof dryRun !== 'boolean') throw invalid('dryRun', 'must be true or false');
  return dryRun;
}

function invalid(path: string, message: string): ShadowplaneError {
  return new ShadowplaneError('REQUEST_INVALID', `${path}: ${message}`, { problems: [{ path, message }] });
}
