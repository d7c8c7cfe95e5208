import { ShadowplaneError } from '../../errors/index.ts';
import type { ApiClient } from '../api-client.ts';
import type { Context } from '../context.ts';
import { printable } from '../output/style.ts';
import { appliedText, type WriteAnswer, waitQuery } from '../write-answer.ts';

interface ConfigAnswer {
  readonly revision: number;
  readonly config: { readonly mirrors?: Readonly<Record<string, { readonly paused?: boolean }>> };
}

interface PauseAllOptions {
  readonly json?: boolean;
  readonly wait?: string;
  readonly ifRevision?: number;
}

/** Others may change something at the same time; who wants everything stopped does not want to be told so. */
const ATTEMPTS = 5;

/** Pauses or resumes every mirror as one revision, so that one `undo` brings back what was. */
export async function pauseAll(
  context: Context,
  api: ApiClient,
  verb: 'pause' | 'resume',
  options: PauseAllOptions,
): Promise<void> {
  const paused = verb === 'pause';
  for (let attempt = 1; ; attempt++) {
    const { revision, config } = await api.get<ConfigAnswer>('/config');
    const mirrors = Object.entries(config.mirrors ?? {});
    const changed = mirrors.filter(([, mirror]) => (mirror.paused ?? false) !== paused);
    if (changed.length === 0) {
      if (options.json) return context.printJson({ revision, mirrors: [] });
      return context.print(mirrors.length === 0 ? 'There are no mirrors.' : `every mirror is ${verb}d already`);
    }
    const names = changed.map(([name]) => name);
    const document = {
      ...config,
      mirrors: {
        ...config.mirrors,
        ...Object.fromEntries(changed.map(([name, mirror]) => [name, { ...mirror, paused }])),
      },
    };
    try {
      const path = `/config${waitQuery(options.wait)}`;
      const answer = await api.send<WriteAnswer>('PUT', path, document, { ifRevision: options.ifRevision ?? revision });
      if (options.json) return context.printJson({ ...answer, mirrors: names });
      return context.print(
        `${verb}d ${printable(names.join(', '))} ${appliedText(answer)}`,
        `  as it was: shadowplane undo --to ${revision}`,
      );
    } catch (error) {
      const isConflict = error instanceof ShadowplaneError && error.code === 'REVISION_CONFLICT';
      if (!isConflict || options.ifRevision !== undefined || attempt === ATTEMPTS) throw error;
    }
  }
}
