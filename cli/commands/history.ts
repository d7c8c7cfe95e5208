import { Command, Option } from 'commander';
import { ShadowplaneError } from '../../errors/index.ts';
import { createApiClient } from '../api-client.ts';
import type { Context } from '../context.ts';
import { addExamples, addOptions, apiOptions, jsonOption } from '../options.ts';
import { renderHistory } from '../view/render-history.ts';
import type { RevisionItem } from '../view/revision-item.ts';

interface HistoryOptions {
  readonly api: string;
  readonly json?: boolean;
  readonly limit: number;
}

/** Who changed a mirror, or anything, when, and what. */
export function historyCommand(context: Context): Command {
  const command = new Command('history')
    .description('who changed a mirror when, and what; without a name all changes')
    .argument('[mirror]', 'name of the mirror; it may be gone');
  const limit = new Option('--limit <number>', 'how many, newest first').argParser(readLimit).default(20);
  addOptions(command, limit, ...apiOptions(), jsonOption()).action(
    async (mirror: string | undefined, options: HistoryOptions) => {
      const path = mirror === undefined ? '/revisions' : `/mirrors/${encodeURIComponent(mirror)}/history`;
      const api = createApiClient(options, context.env);
      const answer = await api.get<{ items: readonly RevisionItem[] }>(`${path}?limit=${options.limit}`);
      if (options.json) context.printJson(answer);
      else context.print(...renderHistory(answer.items, { ...context, mirror }));
    },
  );
  return addExamples(command, 'history orders', 'history --limit 5', 'history orders --json');
}

function readLimit(text: string): number {
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= 1_000) return limit;
  throw new ShadowplaneError('USAGE', `--limit ${text}: write a whole number from 1 to 1000`);
}
