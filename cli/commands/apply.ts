import { Command } from 'commander';
import { createApiClient } from '../api-client.ts';
import type { Context } from '../context.ts';
import {
  addExamples,
  addOptions,
  apiOptions,
  fileOption,
  ifRevisionOption,
  jsonOption,
  waitOption,
} from '../options.ts';
import { findPolicyFile, readPolicy } from '../policy-file.ts';
import { appliedText, type WriteAnswer, waitQuery } from '../write-answer.ts';

interface ApplyOptions {
  readonly file?: string;
  readonly api: string;
  readonly ifRevision?: number;
  readonly wait?: string;
  readonly json?: boolean;
}

/**
 * Makes a file the whole configuration of a running control plane. Checked here first, because here lines are known. It
 * replaces everything, so it is refused if somebody changes anything in between.
 */
export function applyCommand(context: Context): Command {
  const command = new Command('apply').description('make a file the configuration of a running control plane');
  addOptions(
    command,
    fileOption('configuration file, - for standard input (default: shadowplane.yaml here)'),
    ifRevisionOption(),
    waitOption(),
    ...apiOptions(),
    jsonOption(),
  ).action(async (options: ApplyOptions) => {
    const file = findPolicyFile(options.file);
    command.setOptionValue('file', file);
    const { document } = await readPolicy(file);
    const api = createApiClient(options, context.env);
    const ifRevision = options.ifRevision ?? (await api.get<{ revision: number }>('/config')).revision;
    const path = `/config${waitQuery(options.wait)}`;
    const answer = await api.send<WriteAnswer>('PUT', path, document, { ifRevision });
    if (options.json) context.printJson(answer);
    else context.print(`${file === '-' ? 'standard input' : file} is applied ${appliedText(answer)}`);
  });
  return addExamples(
    command,
    'apply -f shadowplane.yaml --wait 5s',
    'get config | sed s/5%/10%/ | shadowplane apply -f -',
  );
}
