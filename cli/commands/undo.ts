import { Command, Option } from 'commander';
import { ShadowplaneError } from '../../errors/index.ts';
import { type ApiClient, createApiClient } from '../api-client.ts';
import type { Context } from '../context.ts';
import { addExamples, addOptions, apiOptions, ifRevisionOption, jsonOption, waitOption } from '../options.ts';
import { renderDifferences } from '../view/render-history.ts';
import type { DifferenceItem, RevisionItem } from '../view/revision-item.ts';
import { appliedText, type WriteAnswer, waitQuery } from '../write-answer.ts';

interface UndoOptions {
  readonly to?: number;
  readonly dryRun?: boolean;
  readonly ifRevision?: number;
  readonly wait?: string;
  readonly api: string;
  readonly json?: boolean;
}

type UndoAnswer = WriteAnswer & { readonly differences: readonly DifferenceItem[] };

/** Back to how a mirror, or everything, was at a revision: a change like others, so it can be undone as well. */
export function undoCommand(context: Context): Command {
  const command = new Command('undo')
    .description('make a mirror what it was at a revision; without a name the whole configuration')
    .argument('[mirror]', 'name of the mirror; one that is gone comes back');
  addOptions(
    command,
    new Option(
      '--to <revision>',
      'the revision to go back to, as history shows it; default: before the last change',
    ).argParser(readRevision),
    new Option('--dry-run', 'only show what would change'),
    ifRevisionOption(),
    waitOption(),
    ...apiOptions(),
    jsonOption(),
  ).action(async (mirror: string | undefined, options: UndoOptions) => {
    const { dryRun = false, wait } = options;
    const what = mirror === undefined ? '/config' : `/mirrors/${encodeURIComponent(mirror)}`;
    const api = createApiClient(options, context.env);
    const { to, ifRevision } =
      options.to === undefined ? await lastChange(api, mirror, options.ifRevision) : { ...options, to: options.to };
    const body = { to, ...(dryRun && { dryRun }) };
    const answer = await api.send<UndoAnswer>('POST', `${what}/undo${waitQuery(wait)}`, body, { ifRevision });
    if (options.json) return context.printJson(answer);
    const name = mirror ?? 'configuration';
    if (answer.differences.length === 0) return context.print(`${name}: is as it was at revision ${to}`);
    const outcome = dryRun ? `would be as at revision ${to}` : `as at revision ${to} ${appliedText(answer)}`;
    context.print(`${name}: ${outcome}`, ...renderDifferences(answer.differences, mirror));
  });
  return addExamples(
    command,
    'undo orders',
    'undo orders --to 12 --dry-run',
    'undo orders --to 12 --wait 5s',
    'undo --to 3 --if-revision 7',
  );
}

/**
 * The revision before the newest one that changed this. For the whole configuration nobody may change anything in between, or
 * something else would be taken back than what was the last change.
 */
async function lastChange(
  api: ApiClient,
  mirror: string | undefined,
  asked: number | undefined,
): Promise<{ readonly to: number; readonly ifRevision: number | undefined }> {
  const path = mirror === undefined ? '/revisions' : `/mirrors/${encodeURIComponent(mirror)}/history`;
  const { items } = await api.get<{ readonly items: readonly RevisionItem[] }>(`${path}?limit=2`);
  const [newest, before] = items;
  if (newest && before) {
    return { to: before.revision, ifRevision: asked ?? (mirror === undefined ? newest.revision : undefined) };
  }
  const first = newest ? `revision ${newest.revision} is the first that is kept` : 'there is no revision yet';
  throw new ShadowplaneError('USAGE', `${mirror ?? 'configuration'}: nothing to undo, ${first}`);
}

function readRevision(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new ShadowplaneError('USAGE', `--to ${text}: write a revision such as 12; "shadowplane history" lists them`);
}
